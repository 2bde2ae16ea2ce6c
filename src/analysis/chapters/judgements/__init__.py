"""What the inspectorate judges of schools and boards, and how little so few judgements can tell."""

from __future__ import annotations

from analysis.chapters.judgements.parameters import JudgementsBlock
from analysis.declare import Blocks, Declaration, Needs, Uses, of_persons
from analysis.inspectorate import ASPECTS


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "data" in blocks and of_persons(blocks)
    return None if known else "judgements: open data do not hold the inspectorate's judgements; leave the block out"


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table."""
    return {
        "by_school_judgement": Uses(frozenset({"location", "year", "judgement", "excellent", "special"})),
        "by_board_judgement": Uses(frozenset({"board", "schools", *ASPECTS})),
    }


CHAPTER = Declaration(
    "04_judgements",
    JudgementsBlock,
    needs=("by_school_judgement", "by_board_judgement"),
    columns=columns,
    findings={"en": "Judgements of the inspectorate", "nl": "Oordelen van de inspectie"},
    refusal=refusal,
)
