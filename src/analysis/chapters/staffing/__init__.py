"""What extra money does to staffing, and who is short of teachers."""

from __future__ import annotations

from analysis.chapters.staffing.parameters import StaffingBlock
from analysis.declare import Blocks, Declaration, Needs, Regressions, Uses, of_persons
from analysis.language import word


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "schools" in blocks or ("data" in blocks and of_persons(blocks))
    return None if known else "staffing: open data lack the staff of schools; leave the block out"


REQUIRED = frozenset(
    {
        *("location", "year", "g5", "board", "pupils", "schoolweging"),
        *("score_per_pupil", "achterstandsscore", "achterstandsscore_raw"),
    }
)
OPTIONAL = {
    "wage": word("wages, and so whether the toelage was paid out"),
    "hours": word("hours of teachers"),
    "inflow": word("teachers who came"),
    "outflow": word("teachers who left"),
    "retention": word("teachers who stayed"),
    "teachers_fte": word("pupils per teacher, and shares of employment"),
    "shortage": word("the teacher shortage"),
    "unqualified": word("unqualified staff"),
    "insufficient": word("judgements of the inspectorate"),
    "oab_euro": word("the money against disadvantage (OAB)"),
}
"""What the chapter leaves out without a column of the schools."""
COMPUTED_FROM = {"pupils_per_teacher": "teachers_fte"}


def columns(blocks: Blocks) -> Needs:
    """Return what the chapter uses of each table: the outcome of the placebo runs must be there."""
    block = blocks.get("staffing")
    placebo = {block.placebo_outcome} if isinstance(block, StaffingBlock) else set()
    required = REQUIRED | {COMPUTED_FROM.get(outcome, outcome) for outcome in placebo}
    uses = Uses(required, {name: what for name, what in OPTIONAL.items() if name not in required})
    return {"by_school_year" if "schools" in blocks else "by_location_year": uses}


CHAPTER = Declaration(
    "06_staffing",
    StaffingBlock,
    wants=("by_location_year", "by_school_year"),
    columns=columns,
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
