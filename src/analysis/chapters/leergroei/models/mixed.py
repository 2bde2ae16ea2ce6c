r"""How schools differ in what the closure took: the design of `closure` with effects of schools.

.. math:: g_{ij} = x_{ij}'\beta + u_{0j} + u_{1j}\,\mathrm{closure}_{ij} + e_{ij},\quad
   (u_{0j}, u_{1j}) \sim N(0, \Omega),\; e_{ij} \sim N(0, \sigma^2)

Errors of the fixed effects are those of the model, not clustered: it says itself how pupils of a school hang together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.chapters.leergroei.models.closure import POINTS, UNITS, standardised
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.mixed_effects import MixedEffects, fit_mixed

VARIANCE_UNIT = "percentile points squared"
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
LEAST_BEYOND = 5  # schools on either side of a quantile; with fewer it is nearly the effect of one school
EFFECT = "closure"


@dataclass(frozen=True)
class MixedFit:
    """A fitted mixed model of one outcome.

    Parameters
    ----------
    outcome
        A subject or the composite.
    estimates
        In the one form: fixed effects (terms ``intercept, closure, year, days``), and without an interval the terms
        ``variance_intercept, variance_closure, covariance_intercept_closure, variance_residual`` and ``sd_closure``.
    by_school
        Indexed by location, only schools with pupils in the closure year and before it: ``intercept, closure``,
        shrunken distances from the mean school, and ``n`` rows. Never to be published by school; see `spread`.
    """

    outcome: str
    estimates: pd.DataFrame
    by_school: pd.DataFrame


def closure_slopes(by_pupil_growth: pd.DataFrame, outcome: str) -> MixedFit:
    """Fit the design with a random intercept and a random closure slope per school (REML), model ``mixed``.

    Parameters
    ----------
    by_pupil_growth
        As `closure.percentile_growth` returns it.
    outcome
        A subject or the composite.

    Raises
    ------
    ModelError
        If the maximum is not found, as with very few schools.
    """
    check_complete(by_pupil_growth, ["outcome"], "mixed")
    rows, trend = standardised(by_pupil_growth[by_pupil_growth["outcome"] == outcome])
    found = fit_mixed(rows, "growth", [EFFECT, *trend, "days"], group="location", slopes=[EFFECT])
    periods = rows.groupby("location")[EFFECT].nunique()
    in_both = periods.index[periods == 2]
    return MixedFit(outcome, _estimates(found, outcome), found.by_group.loc[in_both])


def spread(fit: MixedFit, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """Describe how the closure's effect is spread over schools, never by school.

    Returns
    -------
    DataFrame
        One row per quantile: ``outcome, quantile, shrunken`` (of schools' shrunken effects; shrinking draws them
        together; missing where fewer than five schools lie beyond, because it would be nearly one school's own),
        ``fitted`` (of the normal distribution that the model fits, which nothing draws together), both in percentile
        points with the mean effect included, and ``schools`` that they rest on.
    """
    told = fit.estimates.set_index("term")["estimate"]
    shares = np.asarray(quantiles, float)
    beyond = np.minimum(shares, 1 - shares) * len(fit.by_school)
    shrunken = told[EFFECT] + fit.by_school[EFFECT].quantile(shares).to_numpy()
    return pd.DataFrame(
        {
            "outcome": fit.outcome,
            "quantile": shares,
            "shrunken": np.where(beyond >= LEAST_BEYOND, shrunken, np.nan),
            "fitted": told[EFFECT] + norm.ppf(shares) * told["sd_closure"],
            "schools": len(fit.by_school),
        }
    )


def _estimates(found: MixedEffects, outcome: str) -> pd.DataFrame:
    rows = found.estimates("mixed", outcome, dict(UNITS), VARIANCE_UNIT)
    slope = rows[rows["term"] == f"variance_{EFFECT}"]
    sd = slope.assign(term=f"sd_{EFFECT}", estimate=np.sqrt(slope["estimate"]), unit=POINTS)
    return in_form(pd.concat([rows, sd]), outcome=outcome)
