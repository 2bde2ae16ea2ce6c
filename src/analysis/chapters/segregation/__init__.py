"""How unevenly groups are spread over schools."""
