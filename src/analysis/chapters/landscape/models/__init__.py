"""What the chapter on how many pupils will come estimates."""
