"""Logits of pupils with clustered errors and weights, and average effects: differences between states of one pupil.

See `analysis.stats.logit` for the likelihood and for average effects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats.complete import refuse_missing
from analysis.stats.logit import Maximum, NoMaximumError, average_difference, maximise
from analysis.stats.regression import Regression

Floats = NDArray[np.floating[Any]]
Layout = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Logit:
    """A fitted logit.

    Parameters
    ----------
    outcome
        The subject.
    rows
        The pupils.
    layout
        From pupils to the terms.
    regression
        Coefficients and their clustered covariance.
    weight
        Of every row.
    maximum
        Of the likelihood, or its limit where it has none.
    """

    outcome: str
    rows: pd.DataFrame
    layout: Layout
    regression: Regression
    weight: pd.Series
    maximum: Maximum

    @property
    def separated(self) -> bool:
        """Whether in some group everybody or nobody has the outcome, so that its log odds cannot be estimated."""
        return self.maximum.separated

    def known(self, *states: pd.DataFrame) -> bool:
        """Tell whether the log odds of all pupils, in all these states, are finite."""
        return all(bool(self.maximum.tells(self.layout(rows).to_numpy(float)).all()) for rows in states)

    def log_odds(self, rows: pd.DataFrame) -> Floats:
        """Tell the log odds of any pupils; missing where they are infinite or cannot be estimated."""
        X = self.layout(rows).to_numpy(float)
        odds: Floats = np.where(self.maximum.tells(X), X @ self.regression.coefficients.to_numpy(), np.nan)
        return odds


def fit_logit(outcome: str, rows: pd.DataFrame, target: str, layout: Layout, *, weights: str | None = None) -> Logit:
    """Fit a logit by (weighted) maximum likelihood, with errors clustered by school.

    Parameters
    ----------
    outcome
        The subject, for the errors and tables.
    rows
        One row per pupil, with ``location``.
    target
        Column of zeros and ones.
    layout
        From pupils to the terms, intercept included.
    weights
        Column of weights; their scale does not matter.

    Raises
    ------
    ModelError
        If the terms cannot be told apart.
    """
    refuse_missing(rows, [target, "location", *([weights] if weights else [])], outcome)
    X = layout(rows)
    refuse_missing(X, what=outcome)
    if np.linalg.matrix_rank(X.to_numpy()) < X.shape[1]:
        raise ModelError(
            f"{outcome}: too few pupils or schools to tell apart what goes with `{target}`", Reason.COLLINEAR
        )
    y, schools = rows[target].astype(float), rows["location"]
    weight = pd.Series(1.0, index=rows.index) if weights is None else rows[weights] / rows[weights].mean()
    found = _maximum(X.to_numpy(float), y.to_numpy(), weight.to_numpy(), list(X.columns))
    return Logit(outcome, rows, layout, _fitted(y, X, schools, weight, found), weight, found)


def _maximum(X: Floats, y: Floats, w: Floats, names: list[str]) -> Maximum:
    try:
        return maximise(X, w, w * y, names)
    except NoMaximumError as error:  # `Logit.separated` tells of it, and what is infinite is then left out
        return error.limit


def _fitted(y: pd.Series, X: pd.DataFrame, schools: pd.Series, weight: pd.Series, found: Maximum) -> Regression:
    numbers, w, ones = X.to_numpy(float), weight.to_numpy(), y.to_numpy()
    # Who is predicted perfectly leaves nothing.
    residuals = np.where(found.tells(numbers), ones - expit(numbers @ found.beta), 0.0)
    scores = pd.DataFrame(numbers * (w * residuals)[:, None]).groupby(schools.to_numpy()).sum().to_numpy()
    n, groups, k = len(y), len(scores), X.shape[1]
    if groups < 2 or n <= k:
        raise ModelError(
            "errors clustered by school need two schools, and more pupils than terms", Reason.TOO_FEW_CLUSTERS
        )
    bread = found.inverse
    covariance = groups / (groups - 1) * (n - 1) / (n - k) * bread @ scores.T @ scores @ bread
    return Regression(
        pd.Series(found.beta, X.columns),
        pd.DataFrame(covariance, X.columns, X.columns),
        pd.Series(residuals, y.index),
        n,
        groups,
    )


def coefficients(model: Logit, name: str) -> pd.DataFrame:
    """Tell the coefficients in log odds; missing where the outcome is separated."""
    told = model.regression.estimates(name, model.outcome, "log odds")
    if model.separated:
        told[["estimate", "std_error", "ci_low", "ci_high", "p_value"]] = np.nan
    n_least = int(model.rows.groupby("year").size().min())
    df = model.regression.n_clusters - 1.0
    return told.assign(outcome=model.outcome, by="", category="", df=df, n_least=n_least)


def effect(model: Logit, high: pd.DataFrame, low: pd.DataFrame) -> tuple[float, Floats]:
    """Average difference in probability between two states of the same pupils, and its gradient.

    Missing where in either state everybody or nobody like some of them has the outcome.
    """
    if not model.known(high, low):
        return np.nan, np.full(len(model.regression.coefficients), np.nan)
    return _difference(model, model.layout(high).to_numpy(), model.layout(low).to_numpy(), high.index)


def told(model: Logit, estimate: float, gradient: Floats) -> dict[str, float]:
    """Give an estimate its error by the delta method, for `rows.in_rows`."""
    error = np.sqrt(gradient @ model.regression.covariance.to_numpy() @ gradient)
    return {"estimate": estimate, "std_error": float(error), "schools": model.regression.n_clusters}


def closure_effect(model: Logit, part: pd.DataFrame) -> dict[str, float]:
    """Average effect of the closure year on the pupils of a group: every one of them once in it, once before it.

    Missing where everybody or nobody has the outcome: an error computed there would be too small.
    """
    closed, before = (part.assign(closure=year) for year in (1.0, 0.0))
    return told(model, *effect(model, closed, before))


def _difference(model: Logit, high: Floats, low: Floats, index: pd.Index) -> tuple[float, Floats]:
    beta, weight = model.regression.coefficients.to_numpy(), model.weight[index].to_numpy()
    return average_difference(high, low, beta, weight)
