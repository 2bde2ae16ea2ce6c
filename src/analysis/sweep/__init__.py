"""A sweep: the variants of an edition under several choices, their estimates and conclusions side by side."""
