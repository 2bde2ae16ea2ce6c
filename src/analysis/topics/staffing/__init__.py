"""What the chapters on staffing, teachers and OAB money share."""
