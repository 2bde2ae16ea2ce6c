"""What came in: the schools of the whole country."""
