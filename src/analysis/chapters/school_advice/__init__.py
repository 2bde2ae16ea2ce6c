"""Advices of schools against their scores."""

from __future__ import annotations

from analysis.chapters.school_advice.parameters import SchoolAdviceBlock
from analysis.declare import Blocks, Declaration


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if getattr(blocks.get("data"), "advice_of_schools", False):
        return None
    return "school_advice: needs the files of DUO; set data.advice_of_schools: true"


CHAPTER = Declaration(
    "05_school_advice",
    SchoolAdviceBlock,
    needs=("by_school_advice",),
    findings={"en": "The advice of schools", "nl": "Het advies van scholen"},
    refusal=refusal,
)
