"""What the chapter on how many pupils will come to a city estimates."""
