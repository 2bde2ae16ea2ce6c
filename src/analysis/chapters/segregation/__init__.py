"""How unevenly groups are spread over schools."""

from __future__ import annotations

from analysis.chapters.segregation.parameters import SegregationBlock
from analysis.chapters.segregation.uses import columns
from analysis.declare import Declaration

CHAPTER = Declaration(
    "02_segregation",
    SegregationBlock,
    needs=("by_attendance", "by_home", "by_school_attended"),
    wants=("by_stay", "by_area", "by_outline_point"),
    columns=columns,
    findings={"en": "Segregation", "nl": "Segregatie"},
)
