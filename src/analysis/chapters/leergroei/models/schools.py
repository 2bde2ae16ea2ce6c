r"""How much comparable schools differ in what the closure took, apart from the luck of who sat the tests.

With :math:`d_j` the change at school :math:`j` (mean standardised growth of the closure year minus that of the year
before) and :math:`v_j` its sampling variance, schools of one band have :math:`d_j \sim N(\mu, \tau^2 + v_j)`.
:math:`\tau` is the spread between comparable schools.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import SD_GROWTH
from analysis.chapters.leergroei.models.rows import parts
from analysis.stats.complete import check_complete
from analysis.stats.random_effects import fit_effect_distribution

FEWEST = 5
"""Schools below which a spread between schools is not estimated."""

SPREAD = ("mean", "sd_schools", "sd_low", "sd_high", "low_tenth", "high_tenth")

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
    check_complete(growth, ["location", "closure", "growth_sd"], "changes of schools")
    cells = growth.groupby(["location", "closure"])["growth_sd"].agg(["mean", "var", "size"])
    cells = cells[cells["size"] > 1]
    within = float((cells["var"] * (cells["size"] - 1)).sum() / (cells["size"] - 1).sum())
    cells = cells.reset_index("closure")
    before, closed = (cells[cells["closure"] == closure] for closure in (0.0, 1.0))
    change = closed["mean"] - before["mean"]
    variance = within * (1 / closed["size"] + 1 / before["size"])
    return pd.DataFrame({"change": change, "variance": variance}).dropna()


def spread(growth: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Estimate the spread between the schools of a band, by subject; see `analysis.stats.random_effects`.

    Parameters
    ----------
    growth
        As `growth.standardised` returns it.

    Returns
    -------
    DataFrame
        One row per subject and band: ``outcome, category, n_pupils`` (of the two years at these schools, each once),
        ``n_least`` (in the year with the fewest) and ``n_schools``; ``mean``
        of the schools, ``sd_schools`` (tau) with its 95% interval ``sd_low, sd_high``; ``low_tenth, high_tenth``: a
        tenth of the schools lies below the one and a tenth above the other, by the fitted distribution and not by any
        school; ``unit``. Missing in bands with fewer than `FEWEST` schools.
    """
    told = []
    for outcome, values, part in parts(growth, design.groepen, ["band"]):
        found = changes_by_school(part)
        told.append(
            {
                "outcome": outcome,
                "category": f"{values[0]} at risk",
                **_pupils(part[part["location"].isin(found.index)]),
                "n_schools": len(found),
                **_spread(found["change"].to_numpy(), found["variance"].to_numpy()),
            }
        )
    return pd.DataFrame(told).assign(unit=SD_GROWTH)


def _pupils(part: pd.DataFrame) -> dict[str, int]:
    least = part["closure"].value_counts().reindex([0.0, 1.0], fill_value=0).min()
    return {"n_pupils": part["pupil"].nunique(), "n_least": int(least)}


def _spread(change: Floats, variance: Floats) -> dict[str, float]:
    if len(change) < FEWEST:
        return dict.fromkeys(SPREAD, np.nan)
    found = fit_effect_distribution(change, variance)
    return dict(zip(SPREAD, (found.mean, found.sd, found.sd_low, found.sd_high, *found.tenths), strict=True))
