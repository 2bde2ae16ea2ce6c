"""What several chapters of one topic share."""
