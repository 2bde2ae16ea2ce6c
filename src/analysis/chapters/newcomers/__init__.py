"""Newcomers and internationals: how many more there are, from where, and how unevenly schools have them."""

from __future__ import annotations

from analysis.chapters.newcomers.parameters import NewcomersBlock
from analysis.declare import Blocks, Declaration, Needs, Uses, of_persons
from analysis.language import word


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if "data" in blocks and of_persons(blocks):
        return None
    return "newcomers: open data do not tell since when pupils are in the country; leave the block out"


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table."""
    return {
        "by_pupil_origin": Uses(
            frozenset({"pupil", "year", "location", "continent", "newcomer"}),
            {
                "international": word("children of internationals"),
                "household": word("that children of one family come together: chance is too small without it"),
            },
        )
    }


CHAPTER = Declaration(
    "02_newcomers",
    NewcomersBlock,
    needs=("by_pupil_origin",),
    columns=columns,
    findings={"en": "Newcomers and internationals", "nl": "Nieuwkomers en internationals"},
    refusal=refusal,
)
