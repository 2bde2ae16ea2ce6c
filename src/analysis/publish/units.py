"""How a number in a unit of the models is written for a reader: one rule per unit, for sentences, tables and figures.

A difference of shares is in percentage points, never in per cent; a difference of logarithms is in per cent. What has a
direction in words ("larger", "fewer") has its size without a sign, and its interval mirrored with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.language import term, text
from analysis.publish.decimals import LINEAR
from analysis.publish.tables import number

Row = Mapping[str, Any]
ENDS = ("estimate", "ci_low", "ci_high")
OF_SHARES = 100.0
POINTS = "percentage points"
IN_POINTS = {"share of employment": "percentage points of employment"}


@dataclass(frozen=True)
class Written:
    """How a difference in a unit is written.

    Parameters
    ----------
    scale : From the unit of the models to that of the reader.
    digits : Decimals.
    """

    scale: Callable[[float], float]
    digits: int


def log_points(value: float) -> float:
    """Turn a difference of logarithms into per cent, ``100 (exp(x) - 1)``."""
    return 100.0 * math.expm1(value)


def _points(value: float) -> float:
    return OF_SHARES * value


def _as_it_is(value: float) -> float:
    return value


WRITTEN: Mapping[str, Written] = {"log points": Written(log_points, 1), "fte": Written(_as_it_is, 3)}
OF_A_SHARE, OTHERWISE = Written(_points, 1), Written(_as_it_is, 2)


def is_share(unit: str) -> bool:
    """Return whether a number in this unit is a share or a difference of shares."""
    return unit.startswith("share of") or unit == "probability"


def written(unit: str) -> Written:
    """Return how a difference in a unit of the models is written."""
    return OF_A_SHARE if is_share(unit) else WRITTEN.get(unit, OTHERWISE)


def shown(unit: str) -> str:
    """Return the unit in which a reader sees a difference, in the edition's language."""
    said = {
        "log points": text("per cent"),
        "share of employment": text("percentage points of employment"),
        "hours a week": text("hours a week"),
        "pupils per fte": text("pupils per fte"),
        "fte": text("fte"),
    }
    return said.get(unit) or (text("percentage points") if is_share(unit) else term(unit))


def converted(value: float, unit: str) -> float:
    """Return a difference in the unit that a reader sees."""
    return written(unit).scale(float(value))


def plain(value: float, unit: str, digits: int | None = None) -> str:
    """Write a difference as a number in the reader's unit, without the unit."""
    return number(converted(value, unit), written(unit).digits if digits is None else digits)


def quantity(value: float, unit: str, digits: int | None = None) -> str:
    """Write a difference with its unit."""
    return text("{number} {unit}", number=plain(value, unit, digits), unit=shown(unit))


def between(row: Row, *, digits: int | None = None) -> str:
    """Write the interval of an estimate: its ends in the reader's unit."""
    low, high = (plain(row[end], row["unit"], digits) for end in ENDS[1:])
    return text("95% interval {low} to {high}", low=low, high=high)


def with_interval(row: Row, *, digits: int | None = None) -> str:
    """Write a signed difference with its unit and interval."""
    return text(
        "{size} ({interval})",
        size=quantity(row["estimate"], row["unit"], digits),
        interval=between(row, digits=digits),
    )


def direction(row: Row) -> int:
    """Return the sign of an estimate that its interval establishes, 0 where the interval holds zero."""
    return int(row["ci_low"] > 0) - int(row["ci_high"] < 0)


def mirrored(row: Row) -> Row:
    """Return an estimate without its sign, for a sentence whose words give the direction: the interval turns with it.

    In the unit of the models a logarithm does not turn (5% less is not the opposite of 5% more), so that what is turned
    is in the reader's unit already.
    """
    turned = {end: converted(row[end], row["unit"]) for end in ENDS}
    if turned["estimate"] < 0:
        turned = {"estimate": -turned["estimate"], "ci_low": -turned["ci_high"], "ci_high": -turned["ci_low"]}
    return {**row, **turned}


def size(row: Row, *, digits: int | None = None) -> str:
    """Write the size of a difference with its unit and mirrored interval; the words around it give the direction."""
    turned, unit = mirrored(row), row["unit"]
    places = written(unit).digits if digits is None else digits
    estimate, low, high = (number(turned[end], places) for end in ENDS)
    return text(
        "{size} ({interval})",
        size=text("{number} {unit}", number=estimate, unit=shown(unit)),
        interval=text("95% interval {low} to {high}", low=low, high=high),
    )


def in_points(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of differences with those of shares in percentage points; what is linear in them goes along.

    Logarithms stay: a standard error is in log points, and per cent would not follow from it.
    """
    shares = table["unit"].map(is_share)
    columns = [name for name in LINEAR if name in table]
    scaled = {name: table[name].where(~shares, (OF_SHARES * table[name]).map(_short)) for name in columns}
    return table.assign(
        **scaled, unit=table["unit"].map(lambda unit: IN_POINTS.get(unit, POINTS) if is_share(unit) else unit)
    )


def _short(value: float) -> float:
    """Return a number with twelve digits: a hundred times a short one is short again."""
    return float(f"{value:.12g}")
