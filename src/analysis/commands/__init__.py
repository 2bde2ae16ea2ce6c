"""Commands of `staat` in files of their own. They load what they need when they are called."""
