"""What came in: pupils of the whole country."""

from __future__ import annotations

from analysis.chapters.country.parameters import CountryBlock
from analysis.declare import AGGREGATE, PUPIL, Declaration

CHAPTER = Declaration(
    "01_country",
    CountryBlock,
    reads=("params/published", "{data.folder}", "{data.intake}"),
    produces={"by_pupil_country": PUPIL},
    may_produce={"published_country": AGGREGATE},
)
