"""The parts of the sentences on learning growth: sizes with their intervals, subjects, bands of schools."""

from __future__ import annotations

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


def shocks(row: Row, digits: int = 2) -> str:
    """Say what the interval is if years differ by shocks, or that the control years show too little of these."""
    if not row["shock_df"] > 0 or row["shock_low"] != row["shock_low"]:
        return text(
            "With so few control years ({years}) nothing shows how much years differ by themselves, and this interval "
            "does not count it.",
            years=int(row["control_years"]),
        )
    if not _width(row, "shock") > _width(row, "ci") * (1 + ROUNDING):
        return text(
            "The {years} control years lie so near their own trend that shocks of a year do not widen this interval; "
            "so few years may do so by luck.",
            years=int(row["control_years"]),
        )
    return text(
        "If years differ by shocks as the {years} control years did, the 95% interval is {span}.",
        years=int(row["control_years"]),
        span=span(row["shock_low"], row["shock_high"], digits),
    )


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
    """Say how much lower or higher something was, in percentile points."""
    if not _measurable(row):
        return text("neither measurably lower nor higher ({size} percentile points)", size=_with_interval(row, 1))
    if row["estimate"] < 0:
        return text("{size} percentile points lower", size=size(row, 1))
    return text("{size} percentile points higher", size=size(row, 1))


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


def band(row: Row) -> str:
    """Name the schools of a band by share of pupils at risk."""
    return text("schools with {band}", band=term(str(row["category"]).replace("below", "fewer than")))


def subject(row: Row) -> str:
    """Name the subject of a row."""
    return term(SUBJECTS.get(row["outcome"], str(row["outcome"])))
