"""How unevenly groups are spread over schools, now, at the nearest school and by chance, and what changed it."""
