"""Is the school advice equal for equal pupils? Definitions, shares, regressions and scenarios of the chapter."""
