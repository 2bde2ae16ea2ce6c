r"""What schools attract with, in two steps: school constants, then a regression of these on the schools' attributes.

Schools differ in ways that no attribute measures. One step takes that for chance between pupils, of whom there are
thousands, and its intervals are far too narrow. In two steps the constants are

.. math:: \hat\delta_j = x_j \gamma + \xi_j + e_j

with :math:`\xi_j` what is not measured of school j (variance :math:`\tau^2`) and :math:`e_j` the error of the first
step (variance :math:`v_j`). Weights are :math:`1 / (\hat\tau^2 + v_j)`, with :math:`\hat\tau^2` by Paule and Mandel's
equation with the residual degrees of freedom; standard errors are HC3, and intervals use Student's t. The errors of the
first step's own terms move all constants together, which no residual shows: with :math:`C` how the constants follow
these terms and :math:`V` the terms' covariance clustered by postcode, :math:`A C V C' A'` is added, for
:math:`\hat\gamma = A \hat\delta`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from scipy.optimize import brentq

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.chapters.school_choice.models.constants import Constants, fit_constants
from analysis.chapters.school_choice.models.groups import GroupFit, GroupFits, refusal, refusals
from analysis.errors import ModelError, Reason

NO_RESIDUAL = 1e-8
"""One minus the leverage of a school that the attributes explain whatever its constant is."""


@dataclass(frozen=True, eq=False)
class TwoStep:
    """What two steps find.

    Parameters
    ----------
    first
        The constants and the terms that differ between choosers.
    params, covariance
        Of the attributes of the schools.
    shared
        Covariance of the attributes with the first step's terms: attributes x terms.
    p_values, intervals
        By attribute; the intervals have columns 0 and 1.
    tau
        Standard deviation between schools of what is not measured, in utility.
    df
        Residual degrees of freedom of the second step.
    """

    first: Constants
    params: pd.Series
    covariance: pd.DataFrame
    shared: pd.DataFrame
    p_values: pd.Series
    intervals: pd.DataFrame
    tau: float
    df: float


def fit_two_steps(choosers: Choosers, formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100) -> TwoStep:
    """Estimate the constants of the schools and regress them on the attributes of the formula.

    Raises
    ------
    ModelError
        The formula has no attribute that is the same for every chooser, there are too few schools, or a school is the
        only one with an attribute.
    """
    first = fit_constants(choosers, formula, tolerance=tolerance, max_iterations=max_iterations)
    names = list(first.attributes.columns)
    if not names or len(first.attributes) < len(names) + 3:
        raise ModelError(
            f"two steps: {len(first.attributes)} schools are too few for {len(names)} attributes", Reason.TOO_FEW
        )
    x = sm.add_constant(first.attributes.to_numpy(float), has_constant="add")
    delta, variance = first.constants.to_numpy(float), np.diag(first.constants_covariance)
    tau2 = tau_squared(delta, x, variance)
    weighted = x / np.sqrt(tau2 + variance)[:, None]
    if (1 - (weighted * np.linalg.pinv(weighted).T).sum(axis=1) < NO_RESIDUAL).any():
        raise ModelError(
            "two steps: a school is the only one with an attribute, and has no residual for HC3", Reason.TOO_FEW
        )
    found = sm.WLS(delta, x, weights=1 / (tau2 + variance)).fit(cov_type="HC3", use_t=True)
    follows = (found.model.pinv_wexog @ (first.sensitivity / np.sqrt(tau2 + variance)[:, None]))[1:]
    shared = follows @ first.covariance.to_numpy(float)
    covariance = found.cov_params()[1:, 1:] + shared @ follows.T
    error = np.sqrt(np.diag(covariance))
    half = stats.t.ppf(0.975, found.df_resid) * error
    params = pd.Series(found.params[1:], index=names)
    return TwoStep(
        first=first,
        params=params,
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        shared=pd.DataFrame(shared, index=names, columns=first.params.index),
        p_values=pd.Series(2 * stats.t.sf(np.abs(params / error), found.df_resid), index=names),
        intervals=pd.DataFrame({0: params - half, 1: params + half}),
        tau=float(np.sqrt(tau2)),
        df=float(found.df_resid),
    )


def two_step_covariance(fit: GroupFit, found: TwoStep) -> tuple[pd.Series, pd.DataFrame]:
    """Return the parameters of two steps in the order of one, and their covariance."""
    params = pd.concat([found.first.params, found.params])
    covariance = np.block([[found.first.covariance, found.shared.T], [found.shared, found.covariance]])
    order = list(fit.design.terms)
    return params[order], pd.DataFrame(covariance, params.index, params.index).loc[order, order]


def tau_squared(effect: Floats, x: Floats, variance: Floats) -> float:
    """Solve sum_j r_j^2 / (tau^2 + v_j) = J - K for tau^2, with r the residuals of the weighted regression on x."""
    df = float(len(effect) - x.shape[1])

    def excess(tau2: float) -> float:
        weights = 1 / (tau2 + variance)
        root = np.sqrt(weights)
        gamma = np.linalg.lstsq(x * root[:, None], effect * root, rcond=None)[0]
        residual: Floats = effect - x @ gamma
        return float(np.sum(weights * residual**2)) - df

    if excess(0.0) <= 0:
        return 0.0
    highest = float(np.square(effect - effect.mean()).sum()) / df + 1e-9
    return float(brentq(excess, 0.0, highest))


@dataclass(frozen=True, eq=False)
class TwoSteps:
    """The two steps of every model and group, and those for which there are none, with the reason."""

    found: Mapping[tuple[str, str], TwoStep]
    refused: pd.DataFrame


def two_steps(fits: GroupFits, *, tolerance: float = 1e-10, max_iterations: int = 100) -> TwoSteps:
    """Take the two steps for every group that has an estimate in one."""
    found, refused = {}, []
    for fit in fits.fits:
        try:
            told = fit_two_steps(fit.choosers, fit.formula, tolerance=tolerance, max_iterations=max_iterations)
        except ModelError as error:
            refused.append(refusal(fit.model, fit.group, fit.choosers, "two_steps", error))
        else:
            found[fit.model, fit.group] = told
    return TwoSteps(found, refusals(refused))
