"""How unevenly groups are spread over schools."""

from __future__ import annotations

from analysis.chapters.segregation.parameters import SegregationBlock
from analysis.declare import Declaration

CHAPTER = Declaration(
    "02_segregation",
    SegregationBlock,
    needs=(
        "by_attendance",
        "by_stay",
        "by_home",
        "by_school_attended",
        "by_area",
        "by_outline_point",
    ),
    findings={"en": "Segregation", "nl": "Segregatie"},
)
