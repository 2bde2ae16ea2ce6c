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

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.constants import Constants, fit_constants
from analysis.chapters.school_choice.models.groups import ByGroup, GroupFit, Key, estimate_by_group
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.meta_regression import fit_meta

TWO_STEPS = "two_steps"


@dataclass(frozen=True, eq=False)
class TwoStep:
    """The estimates of two steps.

    Parameters
    ----------
    first : The constants and the terms that differ between choosers.
    params, covariance : Of the attributes of the schools.
    shared : Covariance of the attributes with the first step's terms: attributes x terms.
    tau : Standard deviation between schools of what is not measured, in utility.
    df : Residual degrees of freedom of the second step.
    """

    first: Constants
    params: pd.Series
    covariance: pd.DataFrame
    shared: pd.DataFrame
    tau: float
    df: float

    def all_terms(self, order: list[str]) -> tuple[pd.Series, pd.DataFrame]:
        """Return the parameters of both steps in this order, and their covariance."""
        params = pd.concat([self.first.params, self.params])
        covariance = np.block([[self.first.covariance, self.shared.T], [self.shared, self.covariance]])
        return params[order], pd.DataFrame(covariance, params.index, params.index).loc[order, order]


def fit_two_steps(choosers: Choosers, formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100) -> TwoStep:
    """Estimate the constants of the schools and regress them on the attributes of the formula; see the module.

    Parameters
    ----------
    choosers, formula : Who chooses, and by what.
    tolerance, max_iterations : As in `fit_constants`.

    Returns
    -------
    TwoStep
        The estimates.

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
    variance = pd.Series(np.diag(first.constants_covariance), first.constants.index)
    second = fit_meta(first.constants, variance, first.attributes)
    root = np.sqrt(second.tau**2 + variance.to_numpy())[:, None]
    x = np.column_stack([np.ones(len(variance)), first.attributes.to_numpy(float)])
    follows = (np.linalg.pinv(x / root) @ (first.sensitivity / root))[1:]
    shared = pd.DataFrame(follows @ first.covariance.to_numpy(float), names, first.params.index)
    return TwoStep(
        first=first,
        params=second.coefficients[names],
        covariance=second.covariance.loc[names, names] + shared.to_numpy() @ follows.T,
        shared=shared,
        tau=second.tau,
        df=float(second.df),
    )


@remembered
def two_steps(fits: ByGroup[GroupFit], *, tolerance: float = 1e-10, max_iterations: int = 100) -> ByGroup[TwoStep]:
    """Take the two steps for every group that has an estimate in one.

    Parameters
    ----------
    fits, tolerance, max_iterations : The models, and as in `fit_two_steps`.

    Returns
    -------
    ByGroup
        The estimates, and the groups without one.
    """
    choosers = {key: fit.choosers for key, fit in fits.estimates.items()}

    def fit(key: Key) -> TwoStep:
        formula = fits.estimates[key].formula
        return fit_two_steps(choosers[key], formula, tolerance=tolerance, max_iterations=max_iterations)

    return estimate_by_group(choosers, TWO_STEPS, fit)
