"""Advices of schools against their scores."""
