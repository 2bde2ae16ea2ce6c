"""Who leaves and who comes: teachers."""

from __future__ import annotations

from analysis.chapters.teachers.parameters import TeachersBlock
from analysis.declare import Blocks, Declaration, Needs, Uses, of_persons
from analysis.language import word


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "data" in blocks and of_persons(blocks)
    return None if known else "teachers: open data lack single teachers; leave the block out"


TEACHERS = {
    "sex": word("differences between men and women who teach"),
    "background": word("the migration background of teachers, and how it compares with that of pupils"),
    "scale": word("pay scales"),
    "salary": word("salaries"),
    "in_city": word("which teachers live in the city"),
    "distance_km": word("the way to work"),
    "came": word("who came, and where from"),
    "left": word("who left, and where to"),
}
"""What the chapter leaves out without a column of the teachers."""
BY_RISK = word("the teacher shortage by share of pupils at risk")
SCHOOLS = {
    "share_nonwestern": word("the background of teachers beside that of pupils"),
    **dict.fromkeys(("share_at_risk", "pupils", "board"), BY_RISK),
}


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table."""
    return {
        "by_teacher": Uses(frozenset({"year", "location", "age", "fte"}), TEACHERS),
        "by_location": Uses(frozenset(), SCHOOLS),
        "by_location_shortage": Uses(frozenset(), {"shortage": BY_RISK}),
    }


CHAPTER = Declaration(
    "06_teachers",
    TeachersBlock,
    needs=("by_teacher",),
    wants=("by_location", "by_location_shortage"),
    columns=columns,
    findings={"en": "The city's teachers", "nl": "De leraren van de stad"},
    refusal=refusal,
)
