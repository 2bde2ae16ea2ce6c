"""Run a chain of notebooks into an edition. Knows nothing of education."""
