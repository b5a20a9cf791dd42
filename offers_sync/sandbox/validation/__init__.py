"""What the vendor makes of an item that is written: what it keeps, what it drops, what it refuses."""
