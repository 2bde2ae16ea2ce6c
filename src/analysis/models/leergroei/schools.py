r"""How much comparable schools differ in what the closure took, apart from the luck of who sat the tests.

With :math:`d_j` the change at school :math:`j` (mean standardised growth of the closure year minus that of the year
before) and :math:`v_j` its sampling variance, schools of one band have :math:`d_j \sim N(\mu, \tau^2 + v_j)`.
:math:`\tau` is the spread between comparable schools.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from analysis.models.leergroei.closure import Design
from analysis.models.leergroei.growth import SD_GROWTH
from analysis.models.leergroei.rows import parts

FEWEST = 5
"""Schools below which a spread between schools is not estimated."""

TENTH = float(norm.ppf(0.9))

SPREAD = ("mean", "sd_schools", "sd_low", "sd_high", "low_tenth", "high_tenth")
SPREAD_COUNTS = {"n_pupils": SPREAD, "n_schools": SPREAD}

Floats = NDArray[np.float64]


def changes_by_school(growth: pd.DataFrame) -> pd.DataFrame:
    """Compute the change at every school and its sampling variance; never to be published by school.

    Parameters
    ----------
    growth
        Rows of one subject, as `growth.standardised` returns them.

    Returns
    -------
    DataFrame
        Indexed by location: ``change`` and ``variance``, for schools with at least two pupils in both years. The
        variance of pupils within a school and year is taken to be the same at all of them.
    """
    cells = growth.groupby(["location", "closure"])["growth_sd"].agg(["mean", "var", "size"])
    cells = cells[cells["size"] > 1]
    within = float((cells["var"] * (cells["size"] - 1)).sum() / (cells["size"] - 1).sum())
    cells = cells.reset_index("closure")
    before, closed = (cells[cells["closure"] == closure] for closure in (0.0, 1.0))
    change = closed["mean"] - before["mean"]
    variance = within * (1 / closed["size"] + 1 / before["size"])
    return pd.DataFrame({"change": change, "variance": variance}).dropna()


def spread(growth: pd.DataFrame, design: Design) -> pd.DataFrame:
    r"""Spread between the schools of a band, by subject.

    Parameters
    ----------
    growth
        As `growth.standardised` returns it.

    Returns
    -------
    DataFrame
        One row per subject and band: ``outcome, category, n_pupils`` (of the closure year) and ``n_schools``; ``mean``
        of the schools, ``sd_schools`` (tau) with its 95% interval ``sd_low, sd_high``; ``low_tenth, high_tenth``: a
        tenth of the schools lies below the one and a tenth above the other, by the fitted distribution and not by any
        school; ``unit``. Missing in bands with fewer than `FEWEST` schools.

    Notes
    -----
    :math:`Q(\tau^2) = \sum_j (d_j - \hat\mu)^2 / (\tau^2 + v_j)` has a chi-squared distribution with J - 1 degrees
    of freedom: tau solves Q = J - 1 (Paule and Mandel, 1982), its interval the quantiles (Viechtbauer, 2007).
    """
    told = []
    for outcome, values, part in parts(growth, design.groepen, ["band"]):
        found = changes_by_school(part)
        told.append(
            {
                "outcome": outcome,
                "category": f"{values[0]} at risk",
                "n_pupils": int((part["closure"] == 1).sum()),
                "n_schools": len(found),
                **_spread(found["change"].to_numpy(), found["variance"].to_numpy()),
            }
        )
    return pd.DataFrame(told).assign(unit=SD_GROWTH)


def between(change: Floats, variance: Floats, quantile: float) -> float:
    """Solve Q(tau squared) = `quantile` for tau; zero where Q is below it already without any spread."""
    if _q(0.0, change, variance) <= quantile:
        return 0.0
    highest = float(np.square(change - change.mean()).sum() / quantile)
    return float(np.sqrt(brentq(lambda tau2: _q(tau2, change, variance) - quantile, 0.0, highest + 1e-9)))


def _spread(change: Floats, variance: Floats) -> dict[str, float]:
    df = len(change) - 1
    if len(change) < FEWEST:
        return dict.fromkeys(SPREAD, np.nan)
    sd, low, high = (between(change, variance, q) for q in (df, *chi2.ppf([0.975, 0.025], df)))
    mean = _mean(sd**2, change, variance)
    return dict(zip(SPREAD, (mean, sd, low, high, mean - TENTH * sd, mean + TENTH * sd), strict=True))


def _mean(tau2: float, change: Floats, variance: Floats) -> float:
    return float(np.average(change, weights=1 / (tau2 + variance)))


def _q(tau2: float, change: Floats, variance: Floats) -> float:
    return float((np.square(change - _mean(tau2, change, variance)) / (tau2 + variance)).sum())
