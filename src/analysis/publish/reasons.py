"""Why some rows of a table have no estimate or no interval, in words for the note under it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.language import Text, joined, term, text


def no_estimate(rows: pd.DataFrame, *by: str) -> str:
    """Say of which rows there is no estimate, and why; an empty text where each has one.

    Parameters
    ----------
    rows : Estimates, with a column ``reason`` where some have none; see `stats.estimates.with_reasons`.
    by : Columns whose values name the rows; the first alone where none of its rows has an estimate.
    """
    if "reason" not in rows:
        return ""
    none = rows["reason"] != ""
    if "estimate" in rows:
        none &= rows["estimate"].isna()
    return text("No estimate: {what}.", what=_named(rows, none, by)) if none.any() else ""


def no_interval(rows: pd.DataFrame, *by: str) -> str:
    """Say of which estimates there is no interval, and why; an empty text where each has one.

    Parameters
    ----------
    rows : Estimates, with a column ``reason`` where some have no interval.
    by : Columns whose values name the rows; the first alone where none of its rows has an interval.
    """
    if "reason" not in rows:
        return ""
    none = (rows["reason"] != "") & rows["estimate"].notna()
    return text("No interval: {what}.", what=_named(rows, none, by)) if none.any() else ""


def _named(rows: pd.DataFrame, none: pd.Series, by: Sequence[str]) -> Text:
    """Return the rows that are meant, with their reasons; the first of their names alone where it has no other rows."""
    whole = none.groupby(rows[by[0]]).transform("all")
    said = dict.fromkeys(
        (*(row[: 1 if all_of else len(by)]), row[-1])
        for all_of, row in zip(whole[none], rows.loc[none, [*by, "reason"]].to_numpy().tolist(), strict=True)
    )
    parts = (f"{', '.join(map(term, filter(None, names)))} ({term(why)})" for *names, why in said)
    return joined("; ", parts)
