"""Two editions held against each other: what changed, why, and a page that shows it. Reads published things alone."""
