"""Why some rows of a table have no estimate, in words for the note under it."""

from __future__ import annotations

import pandas as pd

from analysis.language import term, text


def no_estimate(rows: pd.DataFrame, by: str) -> str:
    """Say of which rows there is no estimate, and why; an empty text where each has one.

    Parameters
    ----------
    rows : Estimates, with a column ``reason`` where some have none; see `stats.estimates.with_reasons`.
    by : Column whose values name the rows.
    """
    if "reason" not in rows:
        return ""
    some = rows.loc[rows["reason"] != "", [by, "reason"]].drop_duplicates()
    return text("No estimate: {what}.", what="; ".join(f"{term(name)} ({term(why)})" for name, why in some.to_numpy()))
