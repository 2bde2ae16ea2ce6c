"""Logits of rows whose terms follow from a layout, and average effects: differences between states of the same rows.

See `analysis.stats.logit` for the likelihood, for average effects and for the errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit
from analysis.stats.logit import Maximum, NoMaximumError, average_difference, clustered, maximise

Floats = NDArray[np.floating[Any]]
Layout = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Logit:
    """A fitted logit with the rows that it rests on.

    Parameters
    ----------
    outcome : Name of what is modelled.
    rows : One row per observation.
    layout : From rows to the terms.
    fit : Coefficients in log odds, with clustered errors.
    weight : Of every row.
    maximum : Of the likelihood, or its limit where it has none.
    """

    outcome: str
    rows: pd.DataFrame
    layout: Layout
    fit: Fit
    weight: pd.Series
    maximum: Maximum

    @property
    def separated(self) -> bool:
        """Whether in some group everybody or nobody has the outcome, so that its log odds cannot be estimated."""
        return self.maximum.separated

    def known(self, *states: pd.DataFrame) -> bool:
        """Return whether the log odds of all rows, in all these states, are finite."""
        return all(bool(self.maximum.determines(self.layout(rows).to_numpy(float)).all()) for rows in states)

    def log_odds(self, rows: pd.DataFrame) -> Floats:
        """Return the log odds of any rows, shape (rows,); missing where they are infinite or cannot be estimated."""
        X = self.layout(rows).to_numpy(float)
        odds: Floats = np.where(self.maximum.determines(X), X @ self.fit.coefficients.to_numpy(), np.nan)
        return odds

    def effect(self, high: pd.DataFrame, low: pd.DataFrame) -> tuple[float, Floats]:
        r"""Return the average difference in probability between two states of the same rows, and its gradient.

        Parameters
        ----------
        high, low : The rows in either state, with the index of `rows`.

        Returns
        -------
        tuple of float and array
            :math:`\sum_i w_i \{\Lambda(x_i^{high}{}'\beta) - \Lambda(x_i^{low}{}'\beta)\} / \sum_i w_i` and its
            derivative with respect to :math:`\beta`, shape (terms,), for `Fit.error`. Missing where in
            either state everybody or nobody like some of the rows has the outcome.
        """
        beta = self.fit.coefficients.to_numpy()
        if not self.known(high, low):
            return np.nan, np.full(len(beta), np.nan)
        X1, X0 = (self.layout(rows).to_numpy(float) for rows in (high, low))
        return average_difference(X1, X0, beta, self.weight[high.index].to_numpy())


def fit_logit(
    outcome: str,
    rows: pd.DataFrame,
    target: str,
    layout: Layout,
    *,
    weights: str | None = None,
) -> Logit:
    """Fit a logit by (weighted) maximum likelihood, with errors clustered by location.

    Parameters
    ----------
    outcome : Name of what is modelled, for messages and tables.
    rows : One row per observation.
    target : Column of zeros and ones.
    layout : From rows to the terms, intercept included.
    weights : Column of weights; their scale does not matter.

    Returns
    -------
    Logit
        Its `Logit.maximum` is the limit of the likelihood where that has no finite maximum.

    Raises
    ------
    ModelError
        If a value is missing, the terms are collinear (``COLLINEAR``), or there are too few clusters or rows.
    """
    check_complete(rows, [target, "location", *([weights] if weights else [])], outcome)
    X = layout(rows)
    check_complete(X, what=outcome)
    if np.linalg.matrix_rank(X.to_numpy()) < X.shape[1]:
        raise ModelError(
            f"{outcome}: the terms are collinear: too few pupils or schools to model `{target}`", Reason.COLLINEAR
        )
    y, weight = rows[target].astype(float), pd.Series(1.0, index=rows.index)
    if weights is not None:
        weight = rows[weights] / rows[weights].mean()
    try:
        maximum = maximise(X.to_numpy(float), weight.to_numpy(), (weight * y).to_numpy(), list(X.columns))
    except NoMaximumError as error:  # `Logit.separated` says so, and what is infinite is then left out
        maximum = error.limit
    return Logit(outcome, rows, layout, clustered(maximum, X, y, weight, rows["location"]), weight, maximum)
