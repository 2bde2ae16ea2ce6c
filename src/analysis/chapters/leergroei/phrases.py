"""The parts of the sentences on learning growth: sizes with their intervals, subjects, bands of schools."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from analysis.language import term, text, word
from analysis.publish.tables import number

SUBJECTS = {
    "lezen": word("reading (begrijpend lezen)"),
    "rekenen": word("arithmetic (rekenen-wiskunde)"),
    "dmt": word("technical reading (DMT)"),
    "spelling": word("spelling"),
    "composite": word("the mean of the tests"),
}

SHORT = {
    "lezen": word("reading"),
    "rekenen": word("arithmetic"),
    "dmt": word("technical reading"),
    "spelling": word("spelling"),
    "composite": word("the mean of the tests"),
}
"""Subjects where several stand in a row, and in headlines."""

Row = Mapping[str, Any]
ROUNDING = 1e-9
"""Widths of intervals that differ by less, relative to their size, are equal."""


def tenth_below(limit: float) -> str:
    """Say how a tenth of schools grew that lies below a limit: less by at least so much, or more by at most."""
    if number(limit, 2) == number(0.0, 2):
        return text("no more")
    if limit < 0:
        return text("at least {size} less", size=number(-limit, 2))
    return text("at most {size} more", size=number(limit, 2))


def tenth_above(limit: float) -> str:
    """Say how a tenth of schools grew that lies above a limit: less by at most so much, or more by at least."""
    if number(limit, 2) == number(0.0, 2):
        return text("no less")
    if limit < 0:
        return text("at most {size} less", size=number(-limit, 2))
    return text("at least {size} more", size=number(limit, 2))


def widened(row: Row) -> bool | None:
    """Return whether shocks of a year widen an interval; None where too few control years show any."""
    if not row["shock_df"] > 0 or row["shock_low"] != row["shock_low"]:
        return None
    return bool(_width(row, "shock") > _width(row, "ci") * (1 + ROUNDING))


def _width(row: Row, interval: str) -> float:
    return float(row[f"{interval}_high"] - row[f"{interval}_low"])


def span(low: float, high: float, digits: int = 2) -> str:
    """Say an interval of a change in words for its sides, without signs."""
    ends = {"low": number(abs(low), digits), "high": number(abs(high), digits)}
    if low < 0 < high:
        return text("{low} less to {high} more", **ends)
    if high <= 0:
        return text("{high} to {low} less", **ends)
    return text("{low} to {high} more", **ends)


def grew(row: Row) -> str:
    """Say how much less or more pupils grew, or that this is not known."""
    if not _measurable(row):
        return text("grew neither measurably less nor more ({size})", size=_with_interval(row))
    if row["estimate"] < 0:
        return text("grew {size} less", size=size(row))
    return text("grew {size} more", size=size(row))


def points(row: Row) -> str:
    """Say how much less or more something was, in percentile points."""
    if not _measurable(row):
        return text("not measurably less or more ({size} percentile points)", size=_with_interval(row, 1))
    if row["estimate"] < 0:
        return text("{size} percentile points less", size=size(row, 1))
    return text("{size} percentile points more", size=size(row, 1))


def briefly(row: Row) -> str:
    """Say as `points` what stands beside another number: without unit and interval."""
    if not _measurable(row):
        return text("not measurably less or more")
    if row["estimate"] < 0:
        return text("{size} less", size=number(-row["estimate"], 1))
    return text("{size} more", size=number(row["estimate"], 1))


def _measurable(row: Row) -> bool:
    return bool(row["ci_low"] > 0 or row["ci_high"] < 0)  # without an interval nothing is


def size(row: Row, digits: int = 2) -> str:
    """Say an estimate and its interval; where the words beside it say the side, without a sign."""
    low, high = row["ci_low"], row["ci_high"]
    if row["estimate"] < 0:
        low, high = -high, -low
    estimate = number(abs(row["estimate"]), digits)
    return text(
        "{estimate} (95% interval {low} to {high})",
        estimate=estimate,
        low=number(low, digits),
        high=number(high, digits),
    )


def signed(row: Row, digits: int = 2) -> str:
    """Say an estimate and its interval as they are, with their signs."""
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def _with_interval(row: Row, digits: int = 2) -> str:
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate}, 95% interval {low} to {high}", estimate=estimate, low=low, high=high)


def percent(row: Row) -> str:
    """Say a probability with its interval."""
    estimate, low, high = (f"{row[name]:.0%}" for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def band(name: str) -> str:
    """Name the schools of a band by share of pupils at risk."""
    return text("schools with {band}", band=term(name.replace("below", "fewer than")))


def subject(row: Row) -> str:
    """Name the subject of a row."""
    return term(SUBJECTS.get(row["outcome"], str(row["outcome"])))


def short(row: Row) -> str:
    """Name the subject of a row in a word or two."""
    return term(SHORT.get(row["outcome"], str(row["outcome"])))


def gap(row: Row) -> str:
    """Say a difference of shares with its interval, in percentage points without the unit."""
    return signed({end: 100 * row[end] for end in ("estimate", "ci_low", "ci_high")}, 1)


def change_of(before: Row, after: Row) -> Row:
    """Return the difference of two estimates, with its interval if these are independent."""
    value = after["estimate"] - before["estimate"]
    half = math.hypot(*((row["ci_high"] - row["ci_low"]) / 2 for row in (before, after)))
    return {"estimate": value, "ci_low": value - half, "ci_high": value + half}
