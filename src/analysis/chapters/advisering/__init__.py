"""Is the school advice equal for equal pupils."""

from __future__ import annotations

from analysis.chapters.advisering.needs import columns
from analysis.chapters.advisering.parameters import AdviseringBlock
from analysis.declare import Blocks, Declaration, Regressions


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    if getattr(blocks.get("data"), "source", "") == "duo":
        return "advisering: open data have no advice of single pupils; leave the block out"
    if (getattr(blocks["advisering"], "table", "") == "by_pupil_country") != ("country" in blocks):
        return "advisering: table by_pupil_country goes with the block country, by_pupil_advice with data"
    return None


CHAPTER = Declaration(
    "05_advisering",
    AdviseringBlock,
    wants=(
        "by_pupil_advice",
        "by_pupil_country",
    ),
    columns=columns,
    findings={"en": "School advice", "nl": "Schooladvies"},
    regressions=(
        Regressions(".+_lpm_fe(_by_year)?|position_year3", "school", "school"),
        Regressions(".+_lpm|.+_logit_ame|advice_ordered|under_(ols|iv|lovs)", "", "school"),
    ),
    refusal=refusal,
)
