"""What came in: schools, pupils and postcodes of an edition."""
