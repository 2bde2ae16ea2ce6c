"""School years as readers know them."""

from __future__ import annotations


def school_year(first: int) -> str:
    """Write a school year as readers know it: 2018 as 2018/19."""
    return f"{first}/{(first + 1) % 100:02d}"
