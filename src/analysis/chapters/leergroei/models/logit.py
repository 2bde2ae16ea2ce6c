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

from analysis.errors import ModelError, Reason
from analysis.stats.complete import refuse_missing
from analysis.stats.fit import Fit
from analysis.stats.logit import Maximum, NoMaximumError, average_difference, clustered, maximise

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
    fit
        Coefficients in log odds, with their errors clustered by school.
    weight
        Of every row.
    maximum
        Of the likelihood, or its limit where it has none.
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
        """Tell whether the log odds of all pupils, in all these states, are finite."""
        return all(bool(self.maximum.tells(self.layout(rows).to_numpy(float)).all()) for rows in states)

    def log_odds(self, rows: pd.DataFrame) -> Floats:
        """Tell the log odds of any pupils; missing where they are infinite or cannot be estimated."""
        X = self.layout(rows).to_numpy(float)
        odds: Floats = np.where(self.maximum.tells(X), X @ self.fit.coefficients.to_numpy(), np.nan)
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
    return Logit(outcome, rows, layout, clustered(found, X, y, weight, schools), weight, found)


def _maximum(X: Floats, y: Floats, w: Floats, names: list[str]) -> Maximum:
    try:
        return maximise(X, w, w * y, names)
    except NoMaximumError as error:  # `Logit.separated` tells of it, and what is infinite is then left out
        return error.limit


def coefficients(model: Logit, name: str) -> pd.DataFrame:
    """Tell the coefficients in log odds; missing where the outcome is separated."""
    told = model.fit.estimates(name, model.outcome, "log odds")
    if model.separated:
        told[["estimate", "std_error", "ci_low", "ci_high", "p_value"]] = np.nan
    n_least = int(model.rows.groupby("year").size().min())
    df = model.fit.n_clusters - 1.0
    return told.assign(outcome=model.outcome, by="", category="", df=df, n_least=n_least)


def effect(model: Logit, high: pd.DataFrame, low: pd.DataFrame) -> tuple[float, Floats]:
    """Average difference in probability between two states of the same pupils, and its gradient.

    Missing where in either state everybody or nobody like some of them has the outcome.
    """
    if not model.known(high, low):
        return np.nan, np.full(len(model.fit.coefficients), np.nan)
    return _difference(model, model.layout(high).to_numpy(), model.layout(low).to_numpy(), high.index)


def told(model: Logit, estimate: float, gradient: Floats) -> dict[str, float]:
    """Give an estimate its error by the delta method, for `rows.in_rows`."""
    return {"estimate": estimate, "std_error": model.fit.error(gradient), "schools": model.fit.n_clusters}


def closure_effect(model: Logit, part: pd.DataFrame) -> dict[str, float]:
    """Average effect of the closure year on the pupils of a group: every one of them once in it, once before it.

    Missing where everybody or nobody has the outcome: an error computed there would be too small.
    """
    closed, before = (part.assign(closure=year) for year in (1.0, 0.0))
    return told(model, *effect(model, closed, before))


def _difference(model: Logit, high: Floats, low: Floats, index: pd.Index) -> tuple[float, Floats]:
    beta, weight = model.fit.coefficients.to_numpy(), model.weight[index].to_numpy()
    return average_difference(high, low, beta, weight)
