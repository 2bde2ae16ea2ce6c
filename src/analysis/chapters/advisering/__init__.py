"""Is the school advice equal for equal pupils."""
