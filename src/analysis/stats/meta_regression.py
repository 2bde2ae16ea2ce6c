r"""Random-effects meta-regression: why estimates of many units differ, given how precisely each is known.

With :math:`y_j` the estimate of unit :math:`j`, :math:`v_j` its sampling variance and :math:`x_j` what may explain it,

.. math:: y_j = x_j'\beta + u_j + e_j,\quad u_j \sim (0, \tau^2),\; e_j \sim (0, v_j)

is fitted by weighted least squares with weights :math:`w_j = 1 / (\tau^2 + v_j)`, tau by Paule and Mandel's equation
(`random_effects.tau_squared`). Standard errors are robust (HC3), so that they do not lean on the weights being right:
the influence of unit :math:`j` is :math:`(X'WX)^{-1} x_j w_j e_j / (1 - h_j)`, with :math:`h_j` its leverage. Intervals
come from Student's t with J - K degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit
from analysis.stats.random_effects import tau_interval
from analysis.stats.regression import INTERCEPT, check_distinct

NO_RESIDUAL = 1e-8  # one minus the leverage of a unit that the terms explain whatever its estimate is


@dataclass(frozen=True, kw_only=True)
class MetaRegression(Fit):
    """A fitted meta-regression: every unit is a cluster of its own.

    Parameters
    ----------
    tau, tau_low, tau_high
        Standard deviation of what the terms leave open of the true values, and its interval (Q-profile), in the unit of
        the estimates.
    df_resid : Units less coefficients.
    """

    tau: float
    tau_low: float
    tau_high: float
    df_resid: int

    @property
    def df(self) -> int:
        """Degrees of freedom of intervals and p-values."""
        return self.df_resid

    def predicted(self, terms: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
        """Return the expected value at some values of the terms: ``estimate, ci_low, ci_high``.

        Parameters
        ----------
        terms : Columns as in `fit_meta`, one row per value.
        level : Confidence level of the intervals.
        """
        X = _with_intercept(terms)[self.coefficients.index].to_numpy()
        rows = self.transformed(pd.Series(X @ self.coefficients.to_numpy()), X).rows(level)
        return rows[["estimate", "ci_low", "ci_high"]]


def fit_meta(effect: pd.Series, variance: pd.Series, terms: pd.DataFrame, *, weighted: bool = True) -> MetaRegression:
    """Fit a meta-regression; see the module.

    Parameters
    ----------
    effect, variance : Estimate of every unit and its sampling variance.
    terms : What may explain it, one row per unit in the same order, without intercept; no columns for a mean.
    weighted : Whether units count by how precisely they are known; else all alike.

    Returns
    -------
    MetaRegression
        Coefficients in the unit of the effect, with a 95% interval of tau.

    Raises
    ------
    ModelError
        A value is missing, a variance is not positive, there are no more units than terms, the terms are
        collinear, or a unit alone determines a coefficient: then there is no robust error.
    """
    check_complete({"effect": effect, "variance": variance}, what="meta-regression")
    check_complete(terms, what="meta-regression")
    y, v, X = effect.to_numpy(float), variance.to_numpy(float), _with_intercept(terms)
    if not (v > 0).all():
        raise ModelError("meta-regression: a variance is not positive; select the units first", Reason.INVALID)
    df = len(y) - X.shape[1]
    if df < 1:
        raise ModelError(f"meta-regression: {len(y)} units for {X.shape[1]} coefficients", Reason.TOO_FEW)
    check_distinct(X, "meta-regression")
    tau, low, high = tau_interval(y, v, X.to_numpy())
    weights = 1 / (tau**2 + v) if weighted else np.ones_like(v)
    root = np.sqrt(weights)
    projection = np.linalg.pinv(X.to_numpy() * root[:, None])
    leverage = (X.to_numpy() * root[:, None] * projection.T).sum(axis=1)
    if (1 - leverage < NO_RESIDUAL).any():
        raise ModelError(
            "meta-regression: a unit alone determines a coefficient, such as the only one of a class", Reason.TOO_FEW
        )
    beta = projection @ (y * root)
    left = (y - X.to_numpy() @ beta) * root / (1 - leverage)
    influence = pd.DataFrame((projection * left).T, effect.index, X.columns)
    coefficients = pd.Series(beta, X.columns)
    return MetaRegression(coefficients, influence, len(y), tau=tau, tau_low=low, tau_high=high, df_resid=df)


def _with_intercept(terms: pd.DataFrame) -> pd.DataFrame:
    numbers = terms.astype(float).reset_index(drop=True)
    return pd.concat([pd.Series(1.0, index=numbers.index, name=INTERCEPT), numbers], axis=1)
