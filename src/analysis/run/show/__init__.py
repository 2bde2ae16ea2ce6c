"""What a user sees of a run and of how an edition stands."""
