"""Titles of figures on the school advice where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.advisering.charts_gaps import WHOLE
from analysis.chapters.advisering.models.definitions import DEVIATIONS, LEVEL_NAMES
from analysis.chapters.advisering.models.test_advice import TEST_ADVICE_NAMES
from analysis.publish.alternative import NOTHING_TO_COMPARE, apart, found, sided, visibly
from analysis.publish.declared import sentences_beside
from analysis.publish.tables import number

say = sentences_beside(__file__)

LOW, HIGH = "laag", "hoog"
UNDER = "under-advice"
REST = "rest"


def gaps(rows: pd.DataFrame) -> str:
    """Say who is under-advised more or less often; of low-educated parents alone where all estimates agree.

    One estimate that is measurable among others that lie on the same side is not picked out: that would read as if
    there were no gap in the others.
    """
    sign, values = found(rows)
    low = rows[rows["term"] == LOW].dropna(subset=["estimate", "ci_low", "ci_high"])
    others, _ = found(rows[rows["term"] != LOW])
    of_low, _ = found(low)
    side = 1 if (low["estimate"] > 0).all() else -1 if (low["estimate"] < 0).all() else 0
    if len(low) > 1 and side and of_low and not others:
        measurable = int((side * low["ci_low" if side > 0 else "ci_high"] > 0).sum())
        return say(
            "title_gaps_every_more" if side > 0 else "title_gaps_every_less",
            groups=len(low),
            measurable_groups=measurable,
        )
    return say(("title_gaps_none", "title_gaps_less", "title_gaps_more", "title_gaps_both")[sign], **values)


def schools(rows: pd.DataFrame, spread: pd.DataFrame) -> str:
    """Say how many groups of schools lie below or above the mean.

    Parameters
    ----------
    rows : The groups of schools that are drawn.
    spread : Of `models.between_schools.distribution`, gated: schools may differ where no group is known to.
    """
    sign, values = sided(rows)
    if sign % NOTHING_TO_COMPARE == 0 and (spread.loc[spread["term"] == "sd between schools", "ci_low"] > 0).any():
        return say("title_schools_unknown")
    return say(
        ("title_schools_none", "title_schools_less", "title_schools_more", "title_schools_both")[
            sign % NOTHING_TO_COMPARE
        ],
        **values,
    )


def by_education(rows: pd.DataFrame) -> str:
    """Say which advice pupils of low-educated parents clearly had more or less often than of highly educated ones.

    Of the last year for which any advice is known of both.
    """
    pairs = apart(rows, "group", HIGH, LOW, ["school_year", "term"])
    year = pairs["school_year"].astype(str).max() if len(pairs) else ""
    sign, values = sided(pairs[pairs["school_year"].astype(str) == year][["term", "ci_low", "ci_high"]])
    return say(
        ("title_advice_none", "title_advice_less", "title_advice_more", "title_advice_both", "title_advice_unknown")[
            sign
        ],
        **values,
        year=year,
    )


def by_year(rows: pd.DataFrame, stage: str) -> str:
    """Say whether in the last year more advices lay above than below that of the test.

    Parameters
    ----------
    stage : Which advice, in words.
    """
    year = rows["school_year"].max()
    last = rows[rows["school_year"] == year].set_index("term")["estimate"]
    below, above = (last.reindex(names).sum(skipna=False) for names in (DEVIATIONS[:2], DEVIATIONS[3:]))
    if pd.isna(below) or pd.isna(above):
        return say("title_deviation_unknown", year=str(year), stage=stage)
    return say(
        ("title_deviation_alike", "title_deviation_more", "title_deviation_fewer")[visibly(above, below)],
        year=str(year),
        stage=stage,
    )


def crossed(rows: pd.DataFrame) -> str:
    """Say for how many advices of the test the advice that schools gave most is that of the test, higher or lower.

    Of an advice of the test of which another advice may be given more, because it is withheld, nothing is said.
    """
    level = {name: number for number, name in (LEVEL_NAMES | TEST_ADVICE_NAMES).items()}
    known = rows.dropna(subset=["share"])
    most = known.loc[known.groupby("test_advice", observed=True)["share"].idxmax()].set_index("test_advice")
    left = 1 - known.groupby("test_advice", observed=True)["share"].sum()
    most = most[most["share"] > left.reindex(most.index)]
    if most.empty:
        return say("title_crossed_unknown")
    steps = most["advice"].astype(str).map(level) - most.index.astype(str).map(level)
    same, higher = (steps == 0).sum(), (steps > 0).sum()
    return say(
        "title_crossed",
        groups=len(steps),
        same_groups=int(same),
        higher_groups=int(higher),
        lower_groups=int(len(steps) - same - higher),
    )


def by_group(rows: pd.DataFrame) -> str:
    """Say whether pupils of low- and of highly educated parents clearly differ in under-advice, with both shares."""
    under = rows[rows["term"] == UNDER].assign(line="")
    sign, _ = sided(apart(under, "group", HIGH, LOW, ["line"]))
    if sign == NOTHING_TO_COMPARE:
        return say("title_groups_unknown")
    low, high = (float(under.loc[under["group"] == group, "estimate"].iloc[0]) for group in (LOW, HIGH))
    return say(("title_groups_none", "title_groups_less", "title_groups_more")[sign], low=low, high=high)


def at_test_advice(rows: pd.DataFrame) -> str:
    """Say at which advices of the test pupils of low-educated parents clearly are under-advised more or less often."""
    sign, values = sided(apart(rows[rows["term"] == UNDER], "group", HIGH, LOW, ["category"]))
    return say(
        ("title_equal_none", "title_equal_less", "title_equal_more", "title_equal_both", "title_equal_unknown")[sign],
        **values,
    )


def remaining(rows: pd.DataFrame) -> str:
    """Say how much of the gap for pupils of low-educated parents the factors that are drawn do not account for."""
    parts = rows[rows["term"] == LOW].dropna(subset=["estimate", "ci_low", "ci_high"]).set_index("part")
    if not {WHOLE, REST} <= set(parts.index):
        return say("title_rest_unknown")
    whole, rest = (parts.loc[[part]].iloc[0] for part in (WHOLE, REST))
    if whole["ci_low"] <= 0 <= whole["ci_high"]:
        return say("title_rest_no_gap")
    if rest["ci_low"] <= 0 <= rest["ci_high"]:
        return say("title_rest_none", whole_points=number(100 * whole["estimate"], 1))
    sizes = {
        "rest_points": number(100 * rest["estimate"], 1),
        "whole_points": number(100 * whole["estimate"], 1),
    }
    return say("title_rest", **sizes)
