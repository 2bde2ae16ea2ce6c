"""Read and check what comes in: the only code that knows file formats."""
