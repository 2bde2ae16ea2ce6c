"""An office's own registers: which files, and which of their columns are which of the contract."""
