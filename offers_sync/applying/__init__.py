"""Carrying a plan out: waves, batches, outcomes, read-back."""
