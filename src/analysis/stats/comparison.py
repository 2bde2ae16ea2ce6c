"""Compare computed figures with published ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason


def compare(published: pd.DataFrame, computed: Mapping[str, float]) -> pd.DataFrame:
    """Compare computed figures with published ones.

    Parameters
    ----------
    published
        One row per figure: ``figure_id, published``; ``tolerance``, the largest distance; ``rounding``, the part of it
        that is due to the precision in print; ``side`` (``above, below, both``), where that part reaches to; and
        whatever else describes it.
    computed : The value of each figure, by its id.

    Returns
    -------
    DataFrame
        The rows of `published` with ``computed`` and ``within``: whether the distance is at most the tolerance, on the
        side to which the rounding does not reach at most the tolerance less the rounding. In a small world a mean may
        be over nobody: ``computed`` is then missing, and the figure is not within.

    Raises
    ------
    ModelError
        If a published figure is not computed, or is infinite: nothing is left out silently.
    """
    absent = [name for name in published["figure_id"] if name not in computed]
    if absent:
        raise ModelError(f"{len(absent)} published figures are not computed: {', '.join(absent[:5])}", Reason.INVALID)
    values = published["figure_id"].map(dict(computed)).astype(float)
    if np.isinf(values).any():
        raise ModelError(f"infinite: {', '.join(published.loc[np.isinf(values), 'figure_id'].head())}", Reason.INVALID)
    beyond, sampling = values - published["published"], published["tolerance"] - published["rounding"]
    up = published["tolerance"].mask(published["side"] == "below", sampling)
    down = published["tolerance"].mask(published["side"] == "above", sampling)
    # A published value and its tolerance have few digits; the binary sum of the two must not decide.
    within = (beyond <= up * (1 + 1e-9) + 1e-12) & (-beyond <= down * (1 + 1e-9) + 1e-12)
    return published.assign(computed=values, within=within)
