"""What the headlines on learning growth leave open, in sentences: years that differ by themselves, schools' consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.chapters.leergroei.phrases import Row, grew, shocks, span, subject
from analysis.language import joined
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import number_of

say = sentences_beside(__file__)

Finding = tuple[str, str, int]


def consent_given(make_up: pd.DataFrame, estimates: pd.DataFrame, closed: str) -> Iterator[Finding]:
    """Say what schools without consent may do to the changes; nothing where a number of it is withheld."""
    kinds = {row["consent"]: row for row in rows_of(make_up)}
    bounds = joined(" ", _if_all_consented(estimates, closed))
    if bounds and {"with consent", "without consent"} <= set(kinds) and "share_at_risk" in make_up:
        schools = {kind: number_of(row["n_schools"]) for kind, row in kinds.items()}
        yield (
            "consent",
            say(
                "consent",
                schools=sum(schools.values()),
                without_schools=schools["without consent"],
                out=kinds["without consent"]["share_at_risk"],
                there=kinds["with consent"]["share_at_risk"],
                bounds=bounds,
            ),
            sum(schools.values()),
        )


def _if_all_consented(estimates: pd.DataFrame, closed: str) -> Iterator[str]:
    weighted = {row["outcome"]: row for row in known(estimates, model="consent_ipw", by="ois_standardised")}
    for outcome, of in by_outcome(known(estimates, model="consent_bounds")):
        ends = {row["term"]: row["estimate"] for row in of}
        if outcome in weighted:
            yield say(
                "if_all_consented",
                subject=subject(weighted[outcome]),
                closed=closed,
                grew=grew(weighted[outcome]),
                span=span(ends["lower"], ends["upper"]),
            )


def left_out(trend: Row, many: Row, one: Row) -> str:
    """Say what a comparison with one year leaves out, where the trend is measurable and the two comparisons show it."""
    if trend["ci_low"] <= 0 <= trend["ci_high"]:
        return ""
    if trend["estimate"] > 0 and one["estimate"] > many["estimate"]:
        return say("growth_rose_before")
    if trend["estimate"] < 0 and one["estimate"] < many["estimate"]:
        return say("growth_fell_before")
    return ""


def with_shocks(year_shocks: pd.DataFrame, design: str, headline: Row, digits: int = 2) -> str:
    """Say the interval of a headline if years differ by shocks."""
    chosen = (year_shocks["model"] == design) & (year_shocks["outcome"] == headline["outcome"])
    return joined(" ", (shocks(row, digits) for row in rows_of(year_shocks[chosen & year_shocks["estimate"].notna()])))


def known(estimates: pd.DataFrame, **chosen: str) -> list[Row]:
    """Return the estimates with these values of columns that are not withheld."""
    rows = estimates.dropna(subset=["estimate", "ci_low", "ci_high", "n_pupils"])
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return rows_of(rows)


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame as mappings."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def by_outcome(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Give the rows of every subject, in the order in which they come."""
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        yield str(outcome), [row for row in rows if row["outcome"] == outcome]
