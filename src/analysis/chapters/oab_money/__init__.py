"""What the formula of OAB money pays, and what boards do with it."""
