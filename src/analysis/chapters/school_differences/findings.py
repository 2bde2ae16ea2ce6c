"""What the chapter on differences between schools finds, in sentences; which one follows from the numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.chapters.school_differences.models.exams import ALL, LIMITS
from analysis.language import term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, one, where_known
from analysis.publish.units import direction

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]
SCHOOLS = "schools"
CRITICAL = 1.96


def school_differences(
    spread: pd.DataFrame,
    ranges: pd.DataFrame,
    outside: pd.DataFrame,
    lasting: pd.DataFrame,
    luck: pd.DataFrame,
    rule: pd.DataFrame,
    gains: pd.DataFrame,
) -> pd.DataFrame:
    """Say what is luck, what lasts, how often the rule errs, and which prediction wins.

    Parameters
    ----------
    spread, ranges, outside, lasting, luck, rule, gains : The chapter's tables, gated.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``; none about a withheld number.
    """
    return frame(
        where_known(
            _luck(luck),
            _rule(rule),
            _prediction(gains),
            _outside(outside),
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
    least, most = (one_year.loc[at] for at in (one_year["luck"].idxmin(), one_year["luck"].idxmax()))
    name = "luck_most" if least["luck"] > 0.5 else "luck_least" if most["luck"] < 0.5 else "luck_mixed"
    sentence = say(
        name,
        least=least["luck"],
        least_level=term(least["level"]),
        most=most["luck"],
        most_level=term(most["level"]),
        years=int(more["averaged"].iloc[0]),
        least_averaged=more["luck"].min(),
        most_averaged=more["luck"].max(),
    )
    yield "luck", sentence, number_of(one_year["schools"].sum()), SCHOOLS


def _rule(rule: pd.DataFrame) -> Iterator[Finding]:
    known = rule.dropna(subset=["false_alarm", "miss"])
    known = known[known["averaged"] == known["averaged"].max()]
    sizes = known["candidates"].astype(int)
    small, large = (known[sizes == edge].set_index("level") for edge in (sizes.min(), sizes.max()))
    if small.empty or len(small) != len(large):
        return
    falls = (large["false_alarm"] < small["false_alarm"]).all() and (large["miss"] < small["miss"]).all()
    sentence = say(
        "rule_small" if falls else "rule_mixed",
        years=int(small["averaged"].iloc[0]),
        small_base=int(sizes.min()),
        large_base=int(sizes.max()),
        least=small["false_alarm"].min(),
        most=small["false_alarm"].max(),
        least_large=large["false_alarm"].min(),
        most_large=large["false_alarm"].max(),
        least_missed=small["miss"].min(),
        most_missed=small["miss"].max(),
    )
    yield "rule", sentence, number_of(small["schools"].sum()), SCHOOLS


def _prediction(gains: pd.DataFrame) -> Iterator[Finding]:
    row = one(gains, model="errors of predictions", group=ALL, term="shrunken")
    if not row:
        return
    of_all = gains[gains["group"] == ALL].dropna(subset=["estimate"])
    best = of_all.loc[of_all["estimate"].idxmax()]
    low, high = (row[end] for end in ("ci_low", "ci_high"))
    if direction(row) < 0:
        low, high = -high, -low
    sentence = say(
        ("shrunken_unclear", "shrunken_better", "shrunken_worse")[direction(row)],
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
        parts = {name: row[name] for name in ("observed", "expected", "freed")}
        yield "outside", say("outside_more" if more else "outside_luck", **parts), number_of(row["schools"]), SCHOOLS


def _lasting(lasting: pd.DataFrame) -> Iterator[Finding]:
    known = lasting[lasting["term"] == "lasting share"].dropna(subset=["estimate", "ci_low", "ci_high"])
    if known.empty:
        return
    least, most = (known.loc[at] for at in (known["estimate"].idxmin(), known["estimate"].idxmax()))
    name = (
        "lasting_most" if (known["ci_low"] > 0.5).all() else "lasting_least" if (known["ci_high"] < 0.5).all() else ""
    )
    sentence = say(
        name or "lasting_mixed",
        least=least["estimate"],
        least_level=term(least["group"]),
        most=most["estimate"],
        most_level=term(most["group"]),
    )
    yield "lasting", sentence, number_of(known["n_clusters"].sum()), SCHOOLS


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
        sentence = say(
            "spread" if equal["ci_low"] > 0 else "spread_alike",
            sigma=within["estimate"],
            tau=between["estimate"],
            equal=equal["estimate"],
            equal_low=equal["ci_low"],
            equal_high=equal["ci_high"],
            times=within["estimate"] / equal["estimate"] if equal["estimate"] > 0 else float("inf"),
        )
        yield "spread", sentence, number_of(within["n_clusters"]), SCHOOLS


def _ranges(ranges: pd.DataFrame) -> Iterator[Finding]:
    known = ranges.dropna(subset=["estimate"])
    wide = known.pivot_table(index="drawn", columns="kind", values="estimate")
    wide = wide.sort_index()
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
