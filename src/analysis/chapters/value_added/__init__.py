"""What a school adds: pupils within schools."""
