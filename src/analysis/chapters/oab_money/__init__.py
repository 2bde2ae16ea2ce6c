"""What the formula of OAB money pays, and what boards do with it."""

from __future__ import annotations

from analysis.chapters.oab_money.parameters import OabMoneyBlock
from analysis.declare import Blocks, Declaration


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if getattr(blocks.get("data"), "money_of_schools", False):
        return None
    return "oab_money: needs the files of CBS and DUO; set data.money_of_schools: true"


CHAPTER = Declaration(
    "06_oab_money",
    OabMoneyBlock,
    needs=("by_location_score", "by_school_money", "by_board_year"),
    findings={"en": "Money against disadvantage", "nl": "Geld voor onderwijsachterstanden"},
    refusal=refusal,
)
