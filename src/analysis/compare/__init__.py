"""Two editions compared: what changed, why, and a page that shows it. Reads published things alone."""
