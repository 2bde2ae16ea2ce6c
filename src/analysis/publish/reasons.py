"""Why some rows of a table have no estimate, in words for the note under it."""

from __future__ import annotations

import pandas as pd

from analysis.language import term, text


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
    whole = none.groupby(rows[by[0]]).transform("all")
    said = dict.fromkeys(
        (*(row[: 1 if all_of else len(by)]), row[-1])
        for all_of, row in zip(whole[none], rows.loc[none, [*by, "reason"]].to_numpy().tolist(), strict=True)
    )
    parts = (f"{', '.join(map(term, filter(None, names)))} ({term(why)})" for *names, why in said)
    return text("No estimate: {what}.", what="; ".join(parts))
