"""What came in: pupils of the whole country."""
