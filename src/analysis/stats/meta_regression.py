r"""Random-effects meta-regression: why estimates of many units differ, given how precisely each is known.

With :math:`y_j` the estimate of unit :math:`j`, :math:`v_j` its sampling variance and :math:`x_j` what may explain it,

.. math:: y_j = x_j'\beta + u_j + e_j,\quad u_j \sim (0, \tau^2),\; e_j \sim (0, v_j)

is fitted by weighted least squares with weights :math:`1 / (\tau^2 + v_j)`, where tau solves
:math:`\sum_j (y_j - x_j'\hat\beta)^2 / (\tau^2 + v_j) = J - K` (Paule and Mandel, with covariates: DerSimonian and
Kacker, 2007). Standard errors are robust (HC3), so that they do not lean on the weights being right; intervals from
Student's t with J - K degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2

from analysis.errors import ModelError, Reason
from analysis.stats.complete import refuse_missing
from analysis.stats.estimates import in_form, t_interval
from analysis.stats.regression import INTERCEPT, refuse_alike

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MetaRegression:
    """A fitted meta-regression.

    Parameters
    ----------
    coefficients, covariance
        By term, the intercept first.
    tau, tau_low, tau_high
        Standard deviation of what the terms leave open of the true values, and its interval (Q-profile).
    n_obs
        Units.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    tau: float
    tau_low: float
    tau_high: float
    n_obs: int

    @property
    def df_resid(self) -> int:
        """Units less coefficients."""
        return self.n_obs - len(self.coefficients)

    def estimates(self, model: str, unit: str | Mapping[str, str]) -> pd.DataFrame:
        """Tell the coefficients in the one form, with ``df``; every unit is a cluster of its own."""
        errors = pd.Series(np.sqrt(np.diag(self.covariance)), index=self.coefficients.index)
        rows = t_interval(self.coefficients, errors, self.df_resid + 1)
        rows.insert(0, "term", list(self.coefficients.index))
        rows["unit"] = unit if isinstance(unit, str) else rows["term"].map(unit)
        return in_form(rows, model=model, group="all", n_obs=self.n_obs, n_clusters=self.n_obs, df=self.df_resid)

    def predicted(self, terms: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
        """Tell the expected value at some values of the terms: ``estimate, ci_low, ci_high``."""
        X = _with_intercept(terms)[self.coefficients.index].to_numpy()
        value = X @ self.coefficients.to_numpy()
        error = np.sqrt(np.einsum("ij,jk,ik->i", X, self.covariance.to_numpy(), X))
        told = t_interval(pd.Series(value), pd.Series(error), self.df_resid + 1, level)
        return told[["estimate", "ci_low", "ci_high"]]


def fit_meta(
    effect: pd.Series, variance: pd.Series, terms: pd.DataFrame, *, weighted: bool = True, level: float = 0.95
) -> MetaRegression:
    """Fit a meta-regression; see the module.

    Parameters
    ----------
    effect, variance
        Estimate of every unit and its sampling variance.
    terms
        What may explain it, one row per unit in the same order, without intercept; no columns for a mean.
    weighted
        Whether units count by how precisely they are known; else all alike.
    level
        Confidence level of the interval of tau.

    Raises
    ------
    ModelError
        A value is missing, a variance is not positive, there are no more units than terms, the terms cannot be told
        apart, or a unit alone settles a coefficient: then there is no robust error.
    """
    refuse_missing({"effect": effect, "variance": variance}, what="meta-regression")
    refuse_missing(terms, what="meta-regression")
    y, v, X = effect.to_numpy(float), variance.to_numpy(float), _with_intercept(terms)
    if not (v > 0).all():
        raise ModelError("meta-regression: a variance is not positive; select the units first", Reason.INVALID)
    df = len(y) - X.shape[1]
    if df < 1:
        raise ModelError(f"meta-regression: {len(y)} units for {X.shape[1]} coefficients", Reason.TOO_FEW)
    refuse_alike(X, "meta-regression")
    half = (1 - level) / 2
    tau, low, high = (_tau(y, v, X.to_numpy(), q) for q in (df, *chi2.ppf([1 - half, half], df)))
    weights = 1 / (tau**2 + v) if weighted else np.ones_like(v)
    leverage = np.square(np.linalg.qr(X.to_numpy() * np.sqrt(weights)[:, None])[0]).sum(axis=1)
    if (leverage > 1 - 1e-9).any():
        raise ModelError(
            "meta-regression: a unit alone settles a coefficient, such as the only one of a class", Reason.COLLINEAR
        )
    found = sm.WLS(y, X, weights=weights).fit(cov_type="HC3", use_t=True)
    covariance = pd.DataFrame(np.asarray(found.cov_params()), index=X.columns, columns=X.columns)
    return MetaRegression(pd.Series(found.params, index=X.columns), covariance, tau, low, high, len(y))


def _with_intercept(terms: pd.DataFrame) -> pd.DataFrame:
    numbers = terms.astype(float).reset_index(drop=True)
    return pd.concat([pd.Series(1.0, index=numbers.index, name=INTERCEPT), numbers], axis=1)


def _tau(y: Floats, v: Floats, X: Floats, quantile: float) -> float:
    """Solve Q(tau squared) = `quantile` for tau; zero where Q is below it already without any spread."""

    def q(tau2: float) -> float:
        root = 1 / np.sqrt(tau2 + v)
        left = y * root - (X * root[:, None]) @ np.linalg.lstsq(X * root[:, None], y * root, rcond=None)[0]
        return float(left @ left)

    if q(0.0) <= quantile:
        return 0.0
    highest = float(np.square(y - y.mean()).sum() / quantile)
    return float(np.sqrt(brentq(lambda tau2: q(tau2) - quantile, 0.0, highest + 1e-9)))
