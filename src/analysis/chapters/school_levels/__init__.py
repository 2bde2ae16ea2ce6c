"""Reference levels: what goes with schoolweging, and how far alike schools differ by more than sampling variation."""

from __future__ import annotations

from analysis.chapters.school_levels.parameters import SchoolLevelsBlock
from analysis.declare import Blocks, Declaration, Needs, Uses, of_persons
from analysis.reference_levels import COUNTED

COUNTS = frozenset(f"{name}_{end}" for name in COUNTED for end in ("low", "high"))


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "data" in blocks and of_persons(blocks)
    return None if known else "school_levels: open data lack the levels of single pupils; leave the block out"


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table."""
    return {
        "by_pupil_level": Uses(frozenset({"pupil", "year", "location", "subject", "level"})),
        "by_school_level": Uses(frozenset({"location", "year", "subject", "schoolweging"}) | COUNTS),
    }


CHAPTER = Declaration(
    "04_school_levels",
    SchoolLevelsBlock,
    needs=("by_pupil_level", "by_school_level"),
    columns=columns,
    findings={"en": "Reference levels of schools", "nl": "Referentieniveaus van scholen"},
    refusal=refusal,
)
