"""The same model of school choice in every municipality, and what makes its coefficients differ."""
