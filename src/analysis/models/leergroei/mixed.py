r"""How schools differ: mixed models with effects of schools drawn from a distribution.

.. math:: g_{ij} = x_{ij}'\beta + u_{0j} + u_{1j}\,\mathrm{closure}_{ij} + e_{ij},\quad
   (u_{0j}, u_{1j}) \sim N(0, \Omega),\; e_{ij} \sim N(0, \sigma^2)
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class MixedFit:
    """A fitted mixed model.

    Parameters
    ----------
    estimates
        In the one form: fixed effects (terms ``intercept, closure, year, days``) and the terms
        ``variance_intercept, variance_closure, covariance, variance_residual, sd_closure``; those of the second kind
        have an estimate and no interval.
    by_school
        Indexed by location: ``intercept, closure`` shrunken effects (BLUPs) as distances from the mean school, ``n``
        rows. Not to be published by school; see `spread`.
    """

    estimates: pd.DataFrame
    by_school: pd.DataFrame


def closure_slopes(by_pupil_growth: pd.DataFrame, outcome: str) -> MixedFit:
    """Fit the design of `closure` with a random intercept and a random closure slope per school (REML).

    Parameters
    ----------
    by_pupil_growth
        As `closure.percentile_growth` returns it.
    outcome
        A subject or the composite.
    """
    raise NotImplementedError


def spread(fit: MixedFit) -> pd.DataFrame:
    """Describe the distribution of schools' closure effects, never by school.

    Returns
    -------
    DataFrame
        One row per share of schools: ``quantile`` (0.1, 0.25, 0.5, 0.75, 0.9), ``effect`` (mean effect plus the
        quantile of the shrunken ones, percentile points), ``model_effect`` (the same of the fitted normal
        distribution, which shrinkage does not narrow), ``schools`` (how many schools it rests on).
    """
    raise NotImplementedError
