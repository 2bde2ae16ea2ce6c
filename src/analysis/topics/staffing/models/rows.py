"""The columns of the estimates of this topic: those of `stats.estimates`, and what distinguishes the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.stats.estimates import ESTIMATE_COLUMNS, no_estimates, with_reasons
from analysis.stats.panel import event_year

_NUMBERS = ("bandwidth", "n_left", "n_right", "n_least")
_KEYS = ("outcome", "cluster", "weights", "controls", *_NUMBERS)
ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")
JUMP = (*ESTIMATE, "n_obs", "n_clusters", "bandwidth", "n_left", "n_right")
NO_JUMP = {**dict.fromkeys(JUMP, np.nan), **dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), 0)}

no_rows = partial(no_estimates, ("outcome",))
"""What a model returns for which the data lack a column."""


def together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of estimates together.

    Parameters
    ----------
    tables : In the columns of `stats.estimates`, with any of the columns below.

    Returns
    -------
    DataFrame
        `ESTIMATE_COLUMNS` and ``outcome, cluster, weights, controls, bandwidth``; ``n_left, n_right``, schools left and
        right of a cut-off within the bandwidth, or without and with a treatment; and ``n_least``, the smallest group
        that an estimate rests on. What a table lacks is empty; the smallest group is then all of its rows. Where rows
        have no estimate, ``reason`` says why.
    """
    known = [table for table in tables if len(table)] or [no_rows()]
    return with_reasons(pd.concat([_in_columns(table) for table in known], ignore_index=True))


def with_year(events: pd.DataFrame) -> pd.DataFrame:
    """Add the year of each term of an event study.

    Parameters
    ----------
    events : With ``term``: ``year_2015`` and so on.

    Returns
    -------
    DataFrame : The rows with ``year``.
    """
    return events.assign(year=events["term"].map(event_year))


def attempt(estimate: Callable[[], dict[str, float]], more: Sequence[str] = ()) -> dict[str, float]:
    """Estimate, or return a row without numbers where the sample is too small for it.

    Parameters
    ----------
    estimate : Returns numbers by name; a `ModelError` about the data gives a row without them, another one is raised.
    more : Which of the numbers besides those of `JUMP`.

    Returns
    -------
    dict : The numbers; missing, with counts of zero, where there is no estimate.
    """
    try:
        numbers = estimate()
    except ModelError as error:
        error.raise_unless_of_the_data()
        return NO_JUMP | dict.fromkeys(more, np.nan)
    return {name: numbers[name] for name in (*JUMP, *more)}


def _in_columns(table: pd.DataFrame) -> pd.DataFrame:
    absent = {name: np.nan if name in _NUMBERS else "" for name in _KEYS if name not in table}
    filled = table.assign(**absent)
    least = filled["n_least"].astype("Float64").fillna(filled["n_obs"]).astype("Int64")
    sides = {name: filled[name].astype("Float64").astype("Int64") for name in ("n_left", "n_right")}
    words = {name: filled[name].fillna("") for name in _KEYS if name not in _NUMBERS}
    bandwidth = filled["bandwidth"].astype("float64")
    reason = filled["reason"].fillna("") if "reason" in filled else ""
    columns = [*ESTIMATE_COLUMNS, *_KEYS, "reason"]
    return filled.assign(**sides, **words, n_least=least, bandwidth=bandwidth, reason=reason)[columns]
