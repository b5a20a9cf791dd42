"""Gifts and forced redemptions by the row: each sent at most once, by the ledger."""
