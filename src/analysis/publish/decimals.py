"""With how many decimals a table on a page writes a number: by its unit, or by what its column is."""

from __future__ import annotations

import re
from collections.abc import Mapping

LINEAR = (
    *("estimate", "std_error", "ci_low", "ci_high", "margin", "mde", "bias", "curvature", "off_line"),
    *("low", "high", "drift_low", "drift_high", "inner_low", "inner_high"),
)
"""Columns in the unit of their row, in which they are linear."""

BY_UNIT: Mapping[re.Pattern[str], int] = {
    re.compile(pattern): decimals
    for pattern, decimals in {
        r"1,000 euro a pupil.*|euro per euro.*": 3,
        r"euro.*|persons|pupils|schools|boards": 0,
        r"percentage points.*|pupils per school": 1,
        r"km.*|.*percentile.*|hours a week|pupils per (?:fte|teacher).*|points.*": 2,
        r"share.*|probability.*|index.*|.*correlation|utility.*|log.odds.*|log points|levels.*|fte.*": 3,
        r".*(?:sd|standard deviations) of growth.*|national standard deviations|mean over schools of the share.*": 3,
    }.items()
}
"""Decimals by unit; the first pattern that fits counts."""

OF_SHARES = 3
SHARE = re.compile(r"share(?:_(?!of_raw).+)?")
"""Columns that are shares in a table without a column of units."""


def of_unit(unit: str) -> int | None:
    """Return the decimals of a number in a unit; None for one without a rule."""
    return next((decimals for pattern, decimals in BY_UNIT.items() if pattern.fullmatch(unit)), None)


def of_column(name: str) -> int | None:
    """Return the decimals of a column whose name is its unit; None for any other."""
    return OF_SHARES if SHARE.fullmatch(name) else None
