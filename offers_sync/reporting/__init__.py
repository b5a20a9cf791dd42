"""Values to text, never printing."""
