"""What school closures did to learning growth."""

from __future__ import annotations

from analysis.chapters.leergroei.parameters import LeergroeiBlock
from analysis.declare import Blocks, Declaration, Regressions, made_up


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "data" in blocks and made_up(blocks)
    return None if known else "the chapter leergroei needs pupils' tests, which open data do not have"


CHAPTER = Declaration(
    "04_leergroei",
    LeergroeiBlock,
    wants=(
        "by_pupil_test",
        "by_location",
    ),
    findings={"en": "Learning growth", "nl": "Leergroei"},
    regressions=(
        Regressions("pnas_school_fe", "school", "school"),
        Regressions("pnas_overall|pnas_one_control|ancova|level_drop_logit|e_test_logit", "", "school"),
    ),
    refusal=refusal,
)
