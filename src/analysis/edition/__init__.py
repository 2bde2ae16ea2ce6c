"""What an edition is: its parameters, its chain of notebooks, and the orders that a user gives."""
