r"""Of how many schools the results of some years say with certainty whether they are below a signal value.

Given :math:`u_j`, the years of a school are independent, so that with its counts :math:`y_{jt}`

.. math:: p(u_j \mid y_j) \propto \phi(u_j) \prod_t \int P(y_{jt} \mid \alpha_t + \tau_u u_j + \tau_v v)\, \phi(v)\, dv

"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri
from scipy.stats import binom

from analysis.chapters.school_differences.models.exams import NODES, WEIGHTS, Fitted
from analysis.stats.arrays import Floats

GRID = np.linspace(-5.0, 5.0, 81)
"""Lasting differences in standard deviations."""
CERTAIN = 0.9
"""Probability from which on it is said of a school that it is below the signal value, or is not."""


def certainty(found: dict[str, Fitted], years: int, quantile: float) -> pd.DataFrame:
    """Return of what part of the schools it is certain that they are below the signal value, or are not.

    Parameters
    ----------
    found : Of `exams.fitted`.
    years : Last years whose counts are used.
    quantile : Part of schools whose lasting share is below the signal value.

    Returns
    -------
    DataFrame
        One row per level: ``level, below, above, unclear`` (shares of the schools with candidates in these years, that
        add up to one), ``schools, pupils`` (candidates of these years).
    """
    rows = []
    for level, fit in found.items():
        chance = chance_below(fit, years, quantile)
        below, above = float((chance >= CERTAIN).mean()), float((chance <= 1 - CERTAIN).mean())
        parts = {"below": below, "above": above, "unclear": 1 - below - above}
        used = _last(fit.rows, years)
        rows.append({"level": level, **parts, "schools": len(chance), "pupils": int(used["candidates"].sum())})
    return pd.DataFrame(rows)


def chance_below(fit: Fitted, years: int, quantile: float) -> Floats:
    """Return the posterior probability that the lasting share of each school is below its quantile, shape (schools,).

    Parameters
    ----------
    fit : Of a level; the formula is that of the module.
    years : Last years whose counts are used.
    quantile : Part of schools whose lasting share is below the signal value.
    """
    used = _last(fit.rows, years)
    logs = pd.DataFrame(_loglik(fit, used)).groupby(used["location"].to_numpy()).sum().to_numpy() - GRID**2 / 2
    mass = np.exp(logs - logs.max(axis=1, keepdims=True))
    mass /= mass.sum(axis=1, keepdims=True)
    up_to = np.cumsum(mass, axis=1) - mass / 2
    return np.array([np.interp(ndtri(quantile), GRID, row) for row in up_to])


def _last(rows: pd.DataFrame, years: int) -> pd.DataFrame:
    first = int(rows["year"].max()) - years + 1
    return rows.loc[rows["year"].ge(first)]


def _loglik(fit: Fitted, used: pd.DataFrame) -> Floats:
    """Log-likelihood of each count at every lasting difference, passing ones integrated out: shape (rows, grid)."""
    of_year = dict(zip(sorted(fit.rows["year"].unique()), fit.model.beta, strict=True))
    fixed = used["year"].map(of_year).to_numpy(float)[:, None, None]
    shares = expit(fixed + fit.model.lasting * GRID[:, None] + fit.model.passing * NODES)
    n, y = (used[name].to_numpy()[:, None, None] for name in ("candidates", "passed"))
    return np.asarray(np.log(binom.pmf(y, n, shares) @ WEIGHTS))
