"""What boards did with OAB money, and who gets it."""
