"""A synthetic city under the same contracts as the real data, whose truth is known."""
