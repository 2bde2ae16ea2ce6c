"""What a published frame, figure or text may not hold, one module per rule."""
