"""The same model of school choice in every municipality."""
