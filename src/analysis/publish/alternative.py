"""What an alternative text says of where dots and intervals lie: read off the numbers, so that it turns with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.language import half_up, joined, term, text, word

COMPARED = 2
NOTHING_TO_COMPARE = 4
NAMED = 3
"""Most lines of a figure that are named one by one; of more only their number is said."""
NAMES = (("outcome", "category"), ("term", "group"))
"""Columns that name a line of a figure where they differ, in the order in which they are said: the first that do."""
QUANTITIES = (word("none of them"), word("some of them"), word("most of them"), word("all of them"))


def sides(rows: pd.DataFrame) -> str:
    """Say which intervals lie wholly to the left of a line at zero, and which wholly to the right.

    Parameters
    ----------
    rows : ``ci_low, ci_high`` and those of `NAMES` that there are; withheld ones are missing and are not drawn.
    """
    drawn = rows.dropna(subset=["ci_low", "ci_high"])
    return text(
        "Intervals wholly left of the line at zero: {left}; wholly right of it: {right}.",
        left=which(drawn, drawn["ci_high"] < 0),
        right=which(drawn, drawn["ci_low"] > 0),
    )


def which(rows: pd.DataFrame, chosen: pd.Series) -> str:
    """Say how many of some rows are chosen, and name them where they are few."""
    how: dict[str, Any] = {"chosen_groups": int(chosen.sum()), "groups": len(rows)}
    if not chosen.any():
        return text("none of {groups} estimates", **how)
    names = _names(rows, chosen)
    if not names:
        return text("{chosen_groups} of {groups} estimates", **how)
    return text("{chosen_groups} of {groups} estimates ({names})", names=names, **how)


def where(rows: pd.DataFrame, chosen: pd.Series) -> str:
    """Name the rows that are chosen; where these are many, or have no names, say how many they are."""
    how: dict[str, Any] = {"chosen_groups": int(chosen.sum()), "groups": len(rows)}
    return _names(rows, chosen, alone=len(rows) == 1) or text("{chosen_groups} of {groups} estimates", **how)


def _names(rows: pd.DataFrame, chosen: pd.Series, *, alone: bool = False) -> str:
    """Name rows by what differs among all of them, or one that is alone; empty where too many are chosen."""
    differ = ([name for name in names if name in rows and (alone or len(rows[name].unique()) > 1)] for names in NAMES)
    columns = next(filter(None, differ), [])
    if not columns or not 0 < chosen.sum() <= NAMED:
        return ""
    named = ([term(str(row[name]), of=name) for name in columns] for _, row in rows[chosen].iterrows())
    return joined("; ", [joined(", ", parts) for parts in named])


def found(rows: pd.DataFrame) -> tuple[int, dict[str, Any]]:
    """Return for a title on which sides of zero intervals lie, and which do.

    Parameters
    ----------
    rows : As of `sides`.

    Returns
    -------
    sign, values
        0 where all hold zero, 1 where some lie below it, 2 where some lie above it, 3 where some do either; and
        ``groups``, how many there are, with ``less`` and ``more``, how many and which lie below and above, and
        ``less_names`` and ``more_names``, which do.
    """
    drawn = rows.dropna(subset=["ci_low", "ci_high"])
    less, more = drawn["ci_high"] < 0, drawn["ci_low"] > 0
    values = {"less": which(drawn, less), "more": which(drawn, more)}
    values |= {"less_names": where(drawn, less), "more_names": where(drawn, more)}
    return int(less.any()) + 2 * int(more.any()), {"groups": len(drawn), **values}


def sided(rows: pd.DataFrame) -> tuple[int, dict[str, Any]]:
    """Return what `found` does, with 4 where there is no interval to look at, and how many lie on either side.

    Returns
    -------
    sign, values
        As of `found`, with ``less_groups`` and ``more_groups``.
    """
    sign, values = found(rows)
    counts = {"less_groups": int((rows["ci_high"] < 0).sum()), "more_groups": int((rows["ci_low"] > 0).sum())}
    return (sign if values["groups"] else NOTHING_TO_COMPARE), values | counts


def apart(rows: pd.DataFrame, series: str, first: str, last: str, lines: Sequence[str]) -> pd.DataFrame:
    """Return what the intervals of two series leave open of their difference, for `found`.

    The bounds are the widest that there can be: they lie on one side of zero where the intervals do not overlap.

    Parameters
    ----------
    rows : ``ci_low, ci_high``, the column `series` and the columns `lines`; withheld ones are missing.
    series, first, last : The column, and its two values of which the first is taken from the last.
    lines : Columns that name what is compared.

    Returns
    -------
    ``ci_low, ci_high`` and `lines`, one row per line that is known of both.
    """
    known = rows.dropna(subset=["ci_low", "ci_high"])
    less, more = (known[known[series] == value].set_index([*lines])[["ci_low", "ci_high"]] for value in (first, last))
    both = more.join(less.add_suffix("_first"), how="inner")
    low, high = both["ci_low"] - both["ci_high_first"], both["ci_high"] - both["ci_low_first"]
    return pd.DataFrame({"ci_low": low, "ci_high": high}).reset_index()


def changed(rows: pd.DataFrame, before: str, after: str, label: str) -> tuple[int, dict[str, Any]]:
    """Return for a title which share of two columns differs most, as they are written in whole per cents.

    Parameters
    ----------
    rows : Shares in the columns `before` and `after`, named by the column `label`; withheld ones are missing.

    Returns
    -------
    side, values
        0 where they are written alike, 1 where the share of that row is larger after, 2 where it is smaller, 3 where
        no row has both; and of the row its ``name``, with ``before`` and ``after``.
    """
    known = rows.dropna(subset=[before, after]) if {before, after} <= set(rows) else rows.iloc[:0]
    if known.empty:
        return 3, {}
    row = known.iloc[int((known[after] - known[before]).abs().to_numpy().argmax())]
    values = {"name": term(str(row[label])), "before": float(row[before]), "after": float(row[after])}
    return visibly(float(row[after]), float(row[before])) % 3, values


def visibly(value: float, other: float) -> int:
    """Return the sign of the difference of two counted shares, 0 where they are written alike.

    Parameters
    ----------
    value, other : Between 0 and 1, written in whole per cents.
    """
    return int(np.sign(float(half_up(100 * value, 0) - half_up(100 * other, 0))))


def moved(rows: pd.DataFrame, series: str, first: str, last: str, names: Mapping[str, str] | None = None) -> str:
    """Say for which lines of a figure the dot of one series lies left or right of that of another.

    Parameters
    ----------
    rows : ``outcome, category, estimate`` and the column `series`.
    series, first, last : The column, and its two values that are compared.
    names : What the legend calls the values; else as they are.
    """
    lines = rows.pivot_table(index=["outcome", "category"], columns=series, values="estimate", sort=False)
    change = (lines[last] - lines[first]).dropna() if {first, last} <= set(lines) else pd.Series(dtype=float)
    on = change.index.to_frame(index=False) if len(change) else pd.DataFrame(columns=["outcome", "category"])
    return text(
        "Lines on which the dot '{last}' lies left of the dot '{first}': {left}; right of it: {right}.",
        last=term((names or {}).get(last, last)),
        first=term((names or {}).get(first, first)),
        left=which(on, (change < 0).reset_index(drop=True)),
        right=which(on, (change > 0).reset_index(drop=True)),
    )


def extremes(rows: pd.DataFrame, value: str, label: str, *, percent: bool = True) -> str:
    """Say what is lowest and what highest of the numbers that are drawn; nothing of a single one.

    Parameters
    ----------
    rows : The column `value`, and the column `label` that names a row; withheld ones are missing.
    percent : Whether the numbers are shares; else they are indices.
    """
    known = rows.dropna(subset=[value]).sort_values(value, kind="stable")
    if len(known) < COMPARED:
        return ""
    first, last = known.iloc[0], known.iloc[-1]
    ends = {"low": first[value], "least": term(str(first[label])), "high": last[value], "most": term(str(last[label]))}
    if percent:
        return text("Lowest: {low:.0%} ({least}); highest: {high:.0%} ({most}).", **ends)
    return text("Lowest: {low:.2f} ({least}); highest: {high:.2f} ({most}).", **ends)


def quantity(part: int, whole: int) -> str:
    """Say in a word how many of a number these are: none, some, most (more than half) or all."""
    if part == 0:
        return term(QUANTITIES[0])
    return term(QUANTITIES[3 if part == whole else 2 if 2 * part > whole else 1])
