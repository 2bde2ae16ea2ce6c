"""The environment variables by which a user tells where things are."""

DATA_VARIABLE = "STAAT_DATA"
"""Folder with the source files; wins over the params file."""
