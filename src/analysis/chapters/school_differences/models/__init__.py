"""Models of the chapter on differences between schools."""
