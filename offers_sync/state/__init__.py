"""What is remembered between runs: a journal and a cache, never the truth."""
