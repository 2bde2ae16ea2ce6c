"""The numbers in the sentences about the school advice: which row, known or not, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.language import joined, text
from analysis.publish.findings import number_of
from analysis.publish.tables import number


def having(frame: pd.DataFrame, **values: object) -> pd.DataFrame:
    """Return the rows with these values; a list holds several values."""
    for column, value in values.items():
        frame = frame[frame[column].isin(value if isinstance(value, list) else [value])]
    return frame


def one(frame: pd.DataFrame, **values: object) -> pd.Series:
    """Return the first row with these values; one without an estimate where there is none."""
    rows = having(frame, **values)
    return pd.Series({"estimate": pd.NA}) if rows.empty else rows.iloc[0]


def pupils(counted: pd.DataFrame, **values: object) -> int:
    """Add up the pupils of the rows with these values, of which no pupil is in two."""
    return number_of(having(counted, **values)["n_obs"].sum())


def is_known(*rows: pd.Series) -> bool:
    """Say whether all of these rows have an estimate."""
    return all(bool(pd.notna(row["estimate"])) for row in rows)


def tenth_below(limit: float) -> str:
    """Say where a tenth of schools is that is below a limit, a share of pupils around what is expected."""
    if limit > 0:
        return text("at most {size} points above", size=number(100 * limit, 1))
    return text("{size} points or more below", size=number(-100 * limit, 1))


def tenth_above(limit: float) -> str:
    """Say where a tenth of schools is that is above a limit."""
    if limit < 0:
        return text("at most {size} points below", size=number(-100 * limit, 1))
    return text("{size} points or more above", size=number(100 * limit, 1))


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
    """Return the same difference the other way round."""
    return pd.Series({"estimate": -row["estimate"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]})


def listed(parts: Sequence[str]) -> str:
    """Join parts to a list in words."""
    if len(parts) == 1:
        return parts[0]
    return text("{first} and {last}", first=joined(", ", parts[:-1]), last=parts[-1])
