"""What extra money does to staffing, and who is short of teachers."""
