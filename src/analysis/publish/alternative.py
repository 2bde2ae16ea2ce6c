"""What an alternative text says of where dots and intervals lie: read off the numbers, so that it turns with them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.language import term, text, word

QUANTITIES = (word("none of them"), word("some of them"), word("most of them"), word("all of them"))


def sides(rows: pd.DataFrame) -> str:
    """Say how many intervals lie wholly to the left of a line at zero, and how many wholly to the right.

    Parameters
    ----------
    rows : ``ci_low, ci_high``; withheld ones are missing and are not drawn.
    """
    drawn = rows.dropna(subset=["ci_low", "ci_high"])
    return text(
        "Intervals wholly left of the line at zero: {left}; wholly right of it: {right}.",
        left=quantity(int((drawn["ci_high"] < 0).sum()), len(drawn)),
        right=quantity(int((drawn["ci_low"] > 0).sum()), len(drawn)),
    )


def moved(rows: pd.DataFrame, series: str, first: str, last: str, names: Mapping[str, str] | None = None) -> str:
    """Say for how many lines of a figure the dot of one series lies left or right of that of another.

    Parameters
    ----------
    rows : ``outcome, category, estimate`` and the column `series`.
    series, first, last : The column, and its two values that are compared.
    names : What the legend calls the values; else as they are.
    """
    lines = rows.pivot_table(index=["outcome", "category"], columns=series, values="estimate", sort=False)
    change = (lines[last] - lines[first]).dropna() if {first, last} <= set(lines) else pd.Series(dtype=float)
    return text(
        "Lines on which the dot '{last}' lies left of the dot '{first}': {left}; right of it: {right}.",
        last=term((names or {}).get(last, last)),
        first=term((names or {}).get(first, first)),
        left=quantity(int((change < 0).sum()), len(change)),
        right=quantity(int((change > 0).sum()), len(change)),
    )


def quantity(part: int, whole: int) -> str:
    """Say in a word how many of a number these are: none, some, most (more than half) or all."""
    if part == 0:
        return term(QUANTITIES[0])
    return term(QUANTITIES[3 if part == whole else 2 if 2 * part > whole else 1])
