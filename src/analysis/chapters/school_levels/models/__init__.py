"""Models of the chapter on reference levels."""
