r"""How schools differ in what the closure took: the design of `closure` with effects of schools.

.. math:: g_{ij} = x_{ij}'\beta + u_{0j} + u_{1j}\,\mathrm{closure}_{ij} + e_{ij},\quad
   (u_{0j}, u_{1j}) \sim N(0, \Omega),\; e_{ij} \sim N(0, \sigma^2)

Errors of the fixed effects are those of the model, not clustered: it says itself how pupils of a school hang together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.chapters.leergroei.models.closure import POINTS, UNITS, counts, standardised
from analysis.chapters.leergroei.models.rows import ESTIMATE, no_rows
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete
from analysis.stats.estimates import ESTIMATE_COLUMNS, in_form
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
    outcome : a subject or the composite
    estimates
        In the one form: fixed effects (terms ``intercept, closure, year, days``), and without an interval the terms
        ``variance_intercept, variance_closure, covariance_intercept_closure, variance_residual`` and ``sd_closure``.
    by_school
        Indexed by location, only schools with pupils in the closure year and before it: ``intercept, closure``,
        shrunken distances from the mean school, and ``n`` rows. Never to be published by school; see `distribution`.
    """

    outcome: str
    estimates: pd.DataFrame
    by_school: pd.DataFrame

    def distribution(self) -> pd.DataFrame:
        """Describe how the closure's effect is distributed over schools, never by school.

        Returns
        -------
        DataFrame
            One row per quantile: ``outcome, quantile, shrunken`` (of schools' shrunken effects; shrinking draws them
            together; missing with fewer than five schools beyond, because it would be nearly one school's own),
            ``fitted`` (of the normal distribution that the model fits, which nothing draws together), both in
            percentile points with the mean effect included, and ``schools`` that they rest on.
        """
        by_term = self.estimates.set_index("term")["estimate"]
        shares = np.asarray(QUANTILES, float)
        beyond = np.minimum(shares, 1 - shares) * len(self.by_school)
        shrunken = by_term[EFFECT] + self.by_school[EFFECT].quantile(shares).to_numpy()
        return pd.DataFrame(
            {
                "outcome": self.outcome,
                "quantile": shares,
                "shrunken": np.where(beyond >= LEAST_BEYOND, shrunken, np.nan),
                "fitted": by_term[EFFECT] + norm.ppf(shares) * by_term["sd_closure"],
                "schools": len(self.by_school),
            }
        )


def closure_slopes(by_pupil_growth: pd.DataFrame, outcome: str) -> MixedFit:
    """Fit the design with a random intercept and a random closure slope per school (REML), model ``mixed``.

    Parameters
    ----------
    by_pupil_growth : as `closure.percentile_growth` returns it
    outcome : a subject or the composite

    Returns
    -------
    MixedFit : with the effects of schools

    Raises
    ------
    ModelError
        If the maximum is not found, as with very few schools.
    """
    check_complete(by_pupil_growth, ["outcome"], "mixed")
    rows, controls = standardised(by_pupil_growth[by_pupil_growth["outcome"] == outcome])
    fit = fit_mixed(rows, "growth", [EFFECT, *controls], group="location", slopes=[EFFECT])
    periods = rows.groupby("location")[EFFECT].nunique()
    in_both = periods.index[periods == 2]
    return MixedFit(outcome, _estimates(fit, outcome), fit.by_group.loc[in_both])


@remembered
def mixed_models(by_pupil_growth: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit the mixed model of every outcome, and describe how the closure's effect differs between schools.

    Parameters
    ----------
    by_pupil_growth : as `closure.percentile_growth` returns it

    Returns
    -------
    tuple of DataFrame
        Estimates, model ``mixed``, as `closure.pnas` returns them, and the rows of `MixedFit.distribution`. Where the
        likelihood has no maximum, as with few schools, an outcome has one row without numbers in either.
    """
    if by_pupil_growth.empty:
        return no_rows(), pd.DataFrame(columns=["outcome", "quantile", "shrunken", "fitted", "schools"])
    estimates, distributions = [], []
    for outcome, rows in by_pupil_growth.groupby("outcome", sort=False):
        try:
            fitted = closure_slopes(by_pupil_growth, str(outcome))
        except ModelError as error:
            if error.reason is not Reason.NO_CONVERGENCE:  # as with few schools
                error.raise_unless_of_the_data()
            effects, quantiles = _without_estimate(str(outcome), rows)
        else:
            effects, quantiles = fitted.estimates, fitted.distribution()
        estimates.append(effects.assign(by="", category="", **counts(rows)))
        distributions.append(quantiles)
    return pd.concat(estimates, ignore_index=True), pd.concat(distributions, ignore_index=True)


def _estimates(fit: MixedEffects, outcome: str) -> pd.DataFrame:
    rows = fit.estimates("mixed", outcome, dict(UNITS), VARIANCE_UNIT)
    slope = rows[rows["term"] == f"variance_{EFFECT}"]
    sd = slope.assign(term=f"sd_{EFFECT}", estimate=np.sqrt(slope["estimate"]), unit=POINTS)
    return in_form(pd.concat([rows, sd]), outcome=outcome)


def _without_estimate(outcome: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    labels = {"model": "mixed", "group": outcome, "term": "closure", "unit": POINTS, "outcome": outcome}
    schools = rows["location"].nunique()
    effect = {**labels, **dict.fromkeys((*ESTIMATE, "df"), np.nan), "n_obs": len(rows), "n_clusters": schools}
    numbers = dict.fromkeys(("quantile", "shrunken", "fitted"), np.nan)
    return pd.DataFrame([effect])[[*ESTIMATE_COLUMNS, "df", "outcome"]], pd.DataFrame(
        [{"outcome": outcome, **numbers, "schools": schools}]
    )
