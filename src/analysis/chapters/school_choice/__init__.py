"""Who chooses which primary school."""
