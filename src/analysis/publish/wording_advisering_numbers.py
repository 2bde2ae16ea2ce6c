"""The numbers in the sentences about the school advice: which row, told or not, with its interval."""

from __future__ import annotations

import pandas as pd

from analysis.publish.language import text
from analysis.publish.tables import number


def one(frame: pd.DataFrame, **values: object) -> pd.Series:
    """Return the first row with these values; one without an estimate where there is none."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    return pd.Series({"estimate": pd.NA}) if frame.empty else frame.iloc[0]


def is_told(*rows: pd.Series) -> bool:
    """Tell whether all of these rows have an estimate."""
    return all(bool(pd.notna(row["estimate"])) for row in rows)


def points(share: float) -> str:
    """Write a share in percentage points."""
    return number(100 * share, 1)


def interval(row: pd.Series, factor: float = 100, digits: int = 1) -> str:
    """Write an estimate with its interval, by default in percentage points."""
    estimate, low, high = (number(factor * row[name], digits) for name in ("estimate", "ci_low", "ci_high"))
    return text("{estimate} (95% interval {low} to {high})", estimate=estimate, low=low, high=high)


def often(row: pd.Series) -> str:
    """Say how much more or less often, or that no difference is measured."""
    if row["ci_low"] <= 0 <= row["ci_high"]:
        return text("not measurably more or less often (difference {size} percentage points)", size=interval(row))
    if row["estimate"] > 0:
        return text("{size} percentage points more often", size=interval(row))
    return text("{size} percentage points less often", size=interval(mirrored(row)))


def mirrored(row: pd.Series) -> pd.Series:
    """Give the same difference the other way round."""
    return pd.Series({"estimate": -row["estimate"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]})


def listed(parts: list[str]) -> str:
    """Join parts to a list in words."""
    if len(parts) == 1:
        return parts[0]
    return text("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])
