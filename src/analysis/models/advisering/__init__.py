"""Is the school advice equal for equal pupils? The models of the chapter advisering."""
