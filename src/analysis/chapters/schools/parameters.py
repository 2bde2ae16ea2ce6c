"""A synthetic country's schools instead of a city's data."""

from __future__ import annotations

from analysis.declare import Source, key


class SchoolsBlock(Source):
    """A made-up country's schools over the years (notebook 01_schools); stands in the place of the block `data`."""

    scale: float = key("number of schools; 1 is 6,300, in ten years", default=1.0, gt=0, le=10)
