"""The parameters of each notebook: one module per notebook, named for its stem."""
