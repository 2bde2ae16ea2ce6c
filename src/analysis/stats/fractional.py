r"""Logit of a share or a yes-no, with what it takes to combine several such models of the same schools.

A share between zero and one has the conditional mean :math:`\Lambda(x'\beta)` (fractional response; Papke and
Wooldridge, 1996): the likelihood of the logit serves as quasi-likelihood, and errors are clustered, so that no
distribution is assumed. The convention of errors is that of `analysis.stats.regression`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats.complete import refuse_missing
from analysis.stats.logit import Maximum, maximise
from analysis.stats.regression import INTERCEPT, numbered, refuse_alike
from analysis.stats.support import refuse_one_cluster

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FractionalLogit:
    """A fitted logit.

    Parameters
    ----------
    coefficients
        By term.
    influence
        Of every cluster on the coefficients, clusters by terms: their cross product is the covariance.
    n_obs, n_clusters
        What the estimates rest on.
    reason
        Why there is no estimate: all numbers are then missing. Empty where there is one.
    """

    coefficients: pd.Series
    influence: pd.DataFrame
    n_obs: int
    n_clusters: int
    reason: str = ""

    @property
    def std_errors(self) -> pd.Series:
        """Clustered standard errors, by term."""
        return pd.Series(np.sqrt((self.influence**2).sum(skipna=False)), index=self.coefficients.index)

    def probability(self, rows: pd.DataFrame) -> Floats:
        """Return the expected value of every row of the design."""
        return np.asarray(expit(rows[self.coefficients.index].to_numpy() @ self.coefficients.to_numpy()))

    def slope(self, rows: pd.DataFrame) -> Floats:
        """Return the derivative of `probability` with respect to the coefficients: rows by terms."""
        p = self.probability(rows)
        return np.asarray((p * (1 - p))[:, None] * rows[self.coefficients.index].to_numpy())


def design(frame: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    """Lay out an intercept, the columns of `terms` and, for ``a:b``, their products."""
    columns = {term: frame[term.split(":")].astype(float).prod(axis=1, skipna=False) for term in terms}
    return pd.DataFrame({INTERCEPT: 1.0, **columns}, index=frame.index)


def fit_fractional(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], *, cluster: str, weights: str | None = None
) -> FractionalLogit:
    r"""Fit a logit of a share or a yes-no.

    Parameters
    ----------
    frame
        One row per observation, nothing missing.
    outcome
        Column with values between zero and one.
    terms
        As in `design`.
    cluster
        Column; errors may be correlated within its values.
    weights
        Column of positive weights, or None for equal ones.

    Raises
    ------
    ModelError
        If values are missing or outside zero to one, the terms cannot be told apart, there are fewer than two
        clusters, one cluster alone says something of a term, or a term predicts the outcome perfectly
        (`Reason.SEPARATED`): then there is no finite maximum.

    Notes
    -----
    Influence of cluster :math:`g`: :math:`\sqrt{c}\, A^{-1} \sum_{i \in g} w_i (y_i - \hat y_i) x_i` with
    :math:`A = \sum_i w_i \hat y_i (1 - \hat y_i) x_i x_i'` and :math:`c = \frac{G}{G-1}\frac{N-1}{N-K}`.
    """
    used = [outcome, *terms, cluster, *([weights] if weights else [])]
    refuse_missing(frame, used, outcome)
    X, y = design(frame, terms), frame[outcome].astype(float)
    w = pd.Series(1.0, index=frame.index) if weights is None else frame[weights].astype(float)
    if not y.between(0, 1).all() or not (w > 0).all():
        raise ModelError(f"{outcome}: values are outside 0 to 1, or without a positive weight", Reason.INVALID)
    refuse_alike(X, outcome)
    w = w / w.mean()
    found = maximise(X.to_numpy(float), w.to_numpy(), (w * y).to_numpy(), list(X.columns))
    return _with_influence(found, X, y, w, frame[cluster])


def fit_where_determined(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], *, cluster: str, weights: str | None = None
) -> FractionalLogit:
    """Fit as `fit_fractional` does; a model that the data do not determine has a reason and no numbers."""
    try:
        return fit_fractional(frame, outcome, terms, cluster=cluster, weights=weights)
    except ModelError as error:
        error.raise_unless_of_the_data()
        names, clusters = [INTERCEPT, *terms], pd.Index(frame[cluster].unique())
        influence = pd.DataFrame(np.nan, index=clusters, columns=names)
        return FractionalLogit(pd.Series(np.nan, names), influence, len(frame), len(clusters), error.reason.value)


def _with_influence(found: Maximum, X: pd.DataFrame, y: pd.Series, w: pd.Series, cluster: pd.Series) -> FractionalLogit:
    p = expit(X.to_numpy() @ found.beta)
    scores = X.mul(w * (y - p), axis=0).groupby(cluster).sum()
    clusters, (rows, terms) = len(scores), X.shape
    if clusters < 2 or rows <= terms:
        raise ModelError("clustered errors need two clusters, and more rows than terms", Reason.TOO_FEW_CLUSTERS)
    refuse_one_cluster(
        X.to_numpy()[:, ::-1], numbered(cluster), [str(term) for term in X.columns[:0:-1]], w.to_numpy()
    )  # the intercept last
    correction = clusters / (clusters - 1) * (rows - 1) / (rows - terms)
    influence = pd.DataFrame(
        np.sqrt(correction) * scores.to_numpy() @ found.inverse, index=scores.index, columns=X.columns
    )
    return FractionalLogit(pd.Series(found.beta, X.columns), influence, rows, clusters)


def delta_error(gradients: Sequence[tuple[FractionalLogit, Floats]]) -> float:
    r"""Return the standard error of a function of several models of the same clusters, by the delta method.

    Parameters
    ----------
    gradients
        Every model with the derivative of the function with respect to its coefficients.

    Notes
    -----
    :math:`\sqrt{\sum_g (\sum_m d_m' u_{mg})^2}` with :math:`u_{mg}` the influence of cluster :math:`g` on the
    coefficients of model :math:`m`: models that share clusters are not taken for independent.
    """
    parts = [model.influence @ gradient for model, gradient in gradients]
    clusters = parts[0].index
    for part in parts[1:]:
        clusters = clusters.union(part.index)
    # A cluster that a model does not have adds nothing to it; what a model does not know stays unknown.
    total = np.sum([part.reindex(clusters, fill_value=0.0).to_numpy() for part in parts], axis=0)
    return float(np.sqrt((total**2).sum()))
