"""Differences between schools: how much is sampling variation, what lasts, and how often a rule is wrong."""

from __future__ import annotations

from analysis.chapters.school_differences.parameters import SchoolDifferencesBlock
from analysis.declare import Blocks, Declaration


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    data = blocks.get("data")
    if getattr(data, "outcomes_of_schools", False) and getattr(data, "exams_of_schools", False):
        return None
    return (
        "school_differences: needs the files of DUO and CBS; set data.outcomes_of_schools: true and "
        "data.exams_of_schools: true"
    )


CHAPTER = Declaration(
    "04_school_differences",
    SchoolDifferencesBlock,
    needs=("by_school_score", "by_school_exam"),
    findings={"en": "Differences between schools", "nl": "Verschillen tussen scholen"},
    refusal=refusal,
)
