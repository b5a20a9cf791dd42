"""Files to what is desired, or to findings that know their line and column."""
