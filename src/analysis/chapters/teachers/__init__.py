"""Who leaves and who comes: teachers."""

from __future__ import annotations

from analysis.chapters.teachers.parameters import TeachersBlock
from analysis.declare import Blocks, Declaration, made_up


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "data" in blocks and made_up(blocks)
    return None if known else "teachers: open data do not tell of single teachers; leave the block out"


CHAPTER = Declaration(
    "06_teachers",
    TeachersBlock,
    needs=(
        "by_teacher",
        "by_location",
    ),
    findings={"en": "The city's teachers", "nl": "De leraren van de stad"},
    refusal=refusal,
)
