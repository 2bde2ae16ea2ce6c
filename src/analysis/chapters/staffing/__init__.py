"""What extra money does to staffing, and who is short of teachers."""

from __future__ import annotations

from analysis.chapters.staffing.parameters import StaffingBlock
from analysis.declare import Blocks, Declaration, Regressions, made_up


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "schools" in blocks or ("data" in blocks and made_up(blocks))
    return None if known else "staffing: open data do not tell the staff of schools; leave the block out"


CHAPTER = Declaration(
    "06_staffing",
    StaffingBlock,
    wants=(
        "by_location_year",
        "by_school_year",
    ),
    findings={
        "en": "Teacher shortage and what the money does to staffing",
        "nl": "Lerarentekort en wat het geld doet met de bezetting",
    },
    regressions=(
        Regressions("amt_(did|event)|oab_(event|dose)", "school and year", "board"),
        Regressions("amt_(rd|first_stage)|shortage_(any|amount)|judgement_(lpm|logit)", "", "board"),
    ),
    refusal=refusal,
)
