"""What the chapter on differences between schools finds, in sentences; which one follows from the numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.chapters.school_differences.models.exams import LIMITS
from analysis.chapters.school_differences.models.levels import ALL
from analysis.language import End, term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, one, where_known
from analysis.publish.units import OF_SHARES, direction

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]
SCHOOLS, STREAMS = "schools", "streams"
CRITICAL = 1.96
HALF = 0.5
FAR = 3
"""Ratio of standard deviations from which pupils differ far more than schools."""
CLEAR = 0.4
"""Part of the schools beyond which it is many of which nothing is certain."""


def school_differences(
    *,
    spread: pd.DataFrame,
    ranges: pd.DataFrame,
    outside: pd.DataFrame,
    lasting: pd.DataFrame,
    apart: pd.DataFrame,
    luck: pd.DataFrame,
    rule: pd.DataFrame,
    certainty: pd.DataFrame,
    gains: pd.DataFrame,
) -> pd.DataFrame:
    """Say what is luck, what lasts, how often the rule errs, and which prediction wins.

    Parameters
    ----------
    spread, ranges, outside, lasting, apart, luck, rule, certainty, gains : The chapter's tables, gated.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``; none about a withheld number.
    """
    return frame(
        where_known(
            _luck(luck),
            _rule(rule),
            _certain(certainty),
            _prediction(gains),
            _outside(outside),
            _apart(apart),
            _lasting(lasting),
            _spread(spread),
            _ranges(ranges),
        )
    )


def _luck(luck: pd.DataFrame) -> Iterator[Finding]:
    known = luck.dropna(subset=["luck"])
    one_year, more = (known[known["averaged"] == years] for years in (1, known["averaged"].max()))
    if one_year.empty:
        return
    least, most = _ends(one_year, "luck")
    low, high = (float(end["luck"]) for end in (least, most))
    one_level, alike = len(one_year) == 1, f"{low:.0%}" == f"{high:.0%}"
    sentence = say(
        "luck_one"
        if one_level
        else "luck_most"
        if low > HALF
        else "luck_least"
        if high < HALF
        else "luck_alike"
        if alike
        else "luck_mixed",  # without intervals a range is no evidence that levels differ
        least=least["luck"],
        least_level=term(least["level"]),
        most=most["luck"],
        most_level=term(most["level"]),
        years=int(more["averaged"].iloc[0]),
        least_averaged=more["luck"].min(),
        most_averaged=more["luck"].max(),
    )
    yield "luck", sentence, number_of(one_year["schools"].sum()), STREAMS


def _ends(rows: pd.DataFrame, column: str) -> tuple[pd.Series, pd.Series]:
    """Return the rows with the least and the most of a column."""
    ordered = rows.sort_values(column, kind="stable")
    return ordered.iloc[0], ordered.iloc[-1]


def _rule(rule: pd.DataFrame) -> Iterator[Finding]:
    known = rule.dropna(subset=["false_alarm", "miss"])
    known = known[known["averaged"] == known["averaged"].max()]
    sizes = known["candidates"].astype(int)
    small, large = (known[sizes == edge].set_index("level") for edge in (sizes.min(), sizes.max()))
    if small.empty or len(small) != len(large):
        return
    worst = small["false_alarm"].idxmax()
    falls = (large["false_alarm"] < small["false_alarm"]).all() and (large["miss"] < small["miss"]).all()
    sentence = say(
        "rule_small" if falls else "rule_mixed",
        years=int(small["averaged"].iloc[0]),
        small_base=int(sizes.min()),
        large_base=int(sizes.max()),
        least=small["false_alarm"].min(),
        most=small["false_alarm"].max(),
        most_level=term(str(worst)),
        at_large=large["false_alarm"].to_dict()[worst],
        least_large=large["false_alarm"].min(),
        most_large=large["false_alarm"].max(),
        least_missed=small["miss"].min(),
        most_missed=small["miss"].max(),
    )
    yield "rule", sentence, number_of(small["schools"].sum()), STREAMS


def _certain(certainty: pd.DataFrame) -> Iterator[Finding]:
    known = certainty.dropna(subset=["below", "unclear", "schools"])
    if known.empty:
        return
    least, most = _ends(known, "unclear")
    weight = known["schools"] / known["schools"].sum()
    unclear = (weight * known["unclear"]).sum()
    sentence = say(
        "certain_few" if unclear > CLEAR else "certain_many",
        least=least["unclear"],
        least_level=term(least["level"]),
        most=most["unclear"],
        most_level=term(most["level"]),
        below=(weight * known["below"]).sum(),
        unclear=unclear,
    )
    yield "certain", sentence, number_of(known["schools"].sum()), STREAMS


def _prediction(gains: pd.DataFrame) -> Iterator[Finding]:
    row = one(gains, model="errors of predictions", group=ALL, term="shrunken")
    if not row:
        return
    of_all = gains[gains["group"] == ALL].dropna(subset=["estimate"])
    best = _ends(of_all, "estimate")[1]
    low, high = (row[end] for end in ("ci_low", "ci_high"))
    larger = row["estimate"] < 0
    if larger:  # the words have the sign: size and interval turn together
        low, high = -high, -low
    sentence = say(
        "shrunken_better"
        if (sign := direction(row)) > 0
        else "shrunken_worse"
        if sign < 0
        else "shrunken_unclear_larger"
        if larger
        else "shrunken_unclear",
        size=abs(row["estimate"]),
        low=low,
        high=high,
        best=term(best["term"] if best["estimate"] > 0 else "raw share"),
    )
    yield "prediction", sentence, number_of(row["n_clusters"]), SCHOOLS


def _outside(outside: pd.DataFrame) -> Iterator[Finding]:
    known = outside[(outside["level"] == ALL) & (outside["limit"] == LIMITS[0])]
    for row in as_rows(known.dropna(subset=["expected", "observed", "freed", "schools"])):
        error = np.sqrt(row["expected"] * (1 - row["expected"]) / row["schools"])
        more = row["observed"] - row["expected"] > CRITICAL * error
        observed_schools, expected_schools, freed_schools = (
            round(row[name] * row["schools"]) for name in ("observed", "expected", "freed")
        )
        sentence = say(
            "outside_more" if more else "outside_luck",
            observed=row["observed"],
            expected=row["expected"],
            freed=row["freed"],
            observed_schools=observed_schools,
            expected_schools=expected_schools,
            freed_schools=freed_schools,
        )
        yield "outside", sentence, number_of(row["schools"]), STREAMS


def _apart(apart: pd.DataFrame) -> Iterator[Finding]:
    known = apart.dropna(subset=["tenth", "ninetieth"])
    if known.empty:
        return
    least, most = _ends(known.assign(width=known["ninetieth"] - known["tenth"]), "width")
    sentence = say(
        "apart" if len(known) > 1 else "apart_one",
        least=OF_SHARES * least["width"],
        least_level=term(least["level"]),
        most=OF_SHARES * most["width"],
        most_level=term(most["level"]),
        low=most["tenth"],
        high=most["ninetieth"],
    )
    yield "apart", sentence, number_of(known["schools"].sum()), STREAMS


def _lasting(lasting: pd.DataFrame) -> Iterator[Finding]:
    known = lasting[lasting["term"] == "lasting share"].dropna(subset=["estimate", "ci_low", "ci_high"])
    if known.empty:
        return
    least, most = _ends(known, "estimate")
    above, below = bool((known["ci_low"] > HALF).all()), bool((known["ci_high"] < HALF).all())
    one_level, differ = len(known) == 1, least["ci_high"] < most["ci_low"]
    sentence = say(
        "lasting_one"
        if one_level
        else "lasting_most"
        if above
        else "lasting_least"
        if below
        else "lasting_mixed"
        if differ
        else "lasting_unclear",
        least=least["estimate"],
        least_level=term(least["group"]),
        most=most["estimate"],
        most_level=term(most["group"]),
        low=End(most["ci_low"], HALF),
        high=End(most["ci_high"], HALF),
    )
    yield "lasting", sentence, number_of(known["n_clusters"].sum()), STREAMS


def _spread(spread: pd.DataFrame) -> Iterator[Finding]:
    within, between, equal = (
        one(spread, controls=controls, term=name)
        for controls, name in (
            ("none", "within schools"),
            ("none", "between schools"),
            ("schoolweging", "between schools"),
        )
    )
    if within and between and equal:
        pupils, schools = within["ci_low"], max(between["ci_high"], equal["ci_high"])
        differ = equal["ci_low"] > 0
        sentence = say(
            "spread_alike"
            if not differ
            else "spread"
            if pupils <= schools
            else "spread_far"
            if pupils >= FAR * schools
            else "spread_wider",
            sigma=within["estimate"],
            tau=between["estimate"],
            equal=equal["estimate"],
            equal_low=equal["ci_low"],
            equal_high=equal["ci_high"],
        )
        yield "spread", sentence, number_of(within["n_clusters"]), SCHOOLS


def _ranges(ranges: pd.DataFrame) -> Iterator[Finding]:
    known = ranges.dropna(subset=["estimate"])
    wide = known.pivot_table(index="drawn", columns="kind", values="estimate").sort_index()
    if len(wide) > 1 and {"observed", "true"} <= {*wide}:
        few, many = wide.iloc[0], wide.iloc[-1]
        sentence = say(
            "ranges",
            few_schools=number_of(few.name),
            many_schools=number_of(many.name),
            few=few["observed"],
            many=many["observed"],
            few_true=few["true"],
            many_true=many["true"],
        )
        yield "ranges", sentence, number_of(known["schools"].iloc[0]), SCHOOLS
