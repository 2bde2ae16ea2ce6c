"""Who leaves and who comes: teachers."""
