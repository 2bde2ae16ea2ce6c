"""The parts of the sentences on learning growth: sizes with their intervals, subjects, bands of schools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.publish.language import term, text, word
from analysis.publish.tables import number

SUBJECTS = {
    "lezen": word("reading (begrijpend lezen)"),
    "rekenen": word("arithmetic (rekenen-wiskunde)"),
    "dmt": word("technical reading (DMT)"),
    "spelling": word("spelling"),
    "composite": word("the mean of the tests"),
}

Row = Mapping[str, Any]


def more_or_less(size: float) -> str:
    """Tell a difference without an interval."""
    if size < 0:
        return text("{size:.2f} less", size=-size)
    return text("{size:.2f} more", size=size)


def grew(row: Row) -> str:
    """Tell how much less or more pupils grew, or that this cannot be told."""
    if not _measurable(row):
        return text("grew neither measurably less nor more ({told})", told=_told(row))
    if row["estimate"] < 0:
        return text("grew {size} less", size=size(row))
    return text("grew {size} more", size=size(row))


def points(row: Row) -> str:
    """Tell how much lower or higher something was, in percentile points."""
    if not _measurable(row):
        return text("neither measurably lower nor higher ({told} percentile points)", told=_told(row, 1))
    if row["estimate"] < 0:
        return text("{size} percentile points lower", size=size(row, 1))
    return text("{size} percentile points higher", size=size(row, 1))


def _measurable(row: Row) -> bool:
    return not row["ci_low"] <= 0 <= row["ci_high"]


def size(row: Row, digits: int = 2) -> str:
    """Tell an estimate and its interval; where the words beside it tell the side, without a sign."""
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


def _told(row: Row, digits: int = 2) -> str:
    estimate, low, high = (number(row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate}, 95% interval {low} to {high}", estimate=estimate, low=low, high=high)


def percent(row: Row) -> str:
    """Tell a probability with its interval."""
    estimate, low, high = (f"{row[name]:.0%}" for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def band(row: Row) -> str:
    """Name the schools of a band by share of pupils at risk."""
    return text("schools with {band}", band=term(str(row["category"]).replace("below", "fewer than")))


def subject(row: Row) -> str:
    """Name the subject of a row."""
    return term(SUBJECTS.get(row["outcome"], str(row["outcome"])))
