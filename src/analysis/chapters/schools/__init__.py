"""What came in: the schools of the whole country."""

from __future__ import annotations

from analysis.chapters.schools.parameters import SchoolsBlock
from analysis.declare import AGGREGATE, SCHOOL, Declaration

CHAPTER = Declaration(
    "01_schools",
    SchoolsBlock,
    reads=("params/published",),
    produces={"by_school_year": SCHOOL, "published_schools": AGGREGATE},
)
