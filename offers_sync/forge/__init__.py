"""The comment and issue calls to a code host's API; what a comment says is not said here."""
