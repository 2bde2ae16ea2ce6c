"""What a user sees of a run and of the state of an edition."""
