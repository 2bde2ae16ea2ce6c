"""The one form of this chapter's estimates: that of `stats.estimates`, and what tells the rows apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import ESTIMATE_COLUMNS, with_reasons

TOLD_APART = ("outcome", "cluster", "weights", "controls", "bandwidth", "n_left", "n_right", "n_least")
NUMBERS = ("bandwidth", "n_left", "n_right", "n_least")
ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")
COUNTS = {"n_obs": (*ESTIMATE, "bandwidth"), "n_least": ESTIMATE, "n_clusters": ESTIMATE, "n_left": (), "n_right": ()}
"""What the numbers of a table of estimates rest on, for the disclosure gate.

``n_left`` and ``n_right`` are schools left and right of a cut-off within the bandwidth, or schools without and with a
treatment; ``n_least`` is the smallest group that an estimate rests on.
"""


def together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of estimates together: the one form and `TOLD_APART`, no other columns.

    What a table does not tell is empty; the smallest group is then all of its rows. Where rows have no estimate and
    say why, the ``reason`` is kept.
    """
    told = [_in_columns(table) for table in tables if len(table)]
    return with_reasons(pd.concat(told, ignore_index=True))


def _in_columns(table: pd.DataFrame) -> pd.DataFrame:
    absent = {name: np.nan if name in NUMBERS else "" for name in TOLD_APART if name not in table}
    filled = table.assign(**absent)
    least = filled["n_least"].astype("Float64").fillna(filled["n_obs"]).astype("Int64")
    sides = {name: filled[name].astype("Float64").astype("Int64") for name in ("n_left", "n_right")}
    words = {name: filled[name].fillna("") for name in TOLD_APART if name not in NUMBERS}
    bandwidth = filled["bandwidth"].astype("float64")
    reason = filled["reason"].fillna("") if "reason" in filled else ""
    columns = [*ESTIMATE_COLUMNS, *TOLD_APART, "reason"]
    return filled.assign(**sides, **words, n_least=least, bandwidth=bandwidth, reason=reason)[columns]
