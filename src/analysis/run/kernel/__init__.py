"""The execution of one notebook: a kernel that is warm, watched, and ends in one clear message."""
