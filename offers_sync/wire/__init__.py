"""The vendor's side of the wire: payloads, paging, batches, waiting, and the client that does it all."""
