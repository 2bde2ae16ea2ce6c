"""What school closures did to learning growth."""

from __future__ import annotations

from analysis.chapters.leergroei.parameters import LeergroeiBlock
from analysis.declare import Blocks, Declaration, Needs, Regressions, Uses, of_persons
from analysis.language import word


def refusal(blocks: Blocks) -> str | None:
    """Return why an edition with these blocks cannot have the chapter."""
    known = "data" in blocks and of_persons(blocks)
    return None if known else "the chapter leergroei needs pupils' tests, which open data do not have"


PERCENTILES = word("growth in national percentiles, with the design of PNAS and regression to the mean")
DAYS = word("the days between the tests, which the design of PNAS then does not hold equal")
TESTS = {
    "level_m": word("ability levels: growth is compared within a groep, and nothing is told by level"),
    "level_e": word("dropping a level"),
    "m_percentile": PERCENTILES,
    "e_percentile": PERCENTILES,
    "prior_percentile": word("differences by the test of the year before"),
    "m_day": DAYS,
    "e_day": DAYS,
    "education": word("the education of the parents"),
    "sex": word("the sex of pupils"),
    "adaptive": word("which tests were adaptive (it is not known; all of them count)"),
    "consent": word("which schools gave no consent (it is not known; all of them count), and what that may do"),
}
"""What the chapter leaves out without a column of the tests."""
SCHOOLS = {
    "share_at_risk": word("the share of pupils at risk at the school, and dropping a level"),
    "special": word("which schools are special (it is not known; all of them count)"),
}


def columns(_: Blocks) -> Needs:
    """Return what the chapter uses of each table."""
    tests = frozenset({"pupil", "year", "subject", "groep", "location", "m_score", "e_score"})
    return {
        "by_pupil_test": Uses(tests, TESTS),
        "by_location": Uses(frozenset({"location"}), SCHOOLS),
        "by_location_shortage": Uses(frozenset(), {"shortage": word("differences by teacher shortage")}),
    }


CHAPTER = Declaration(
    "04_leergroei",
    LeergroeiBlock,
    wants=(
        "by_pupil_test",
        "by_location",
        "by_location_shortage",
    ),
    columns=columns,
    findings={"en": "Learning growth", "nl": "Leergroei"},
    regressions=(
        Regressions("pnas_school_fe", "school", "school"),
        Regressions("pnas_overall|pnas_one_control|ancova|level_drop_logit|e_test_logit", "", "school"),
    ),
    refusal=refusal,
)
