r"""How much comparable schools differ in the closure's effect, apart from the luck of who sat the tests.

With :math:`d_j` the change at school :math:`j` (mean standardised growth of the closure year minus that of the year
before) and :math:`v_j` its sampling variance, schools of one band have :math:`d_j \sim N(\mu, \tau^2 + v_j)`.
:math:`\tau` is the standard deviation between comparable schools.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import SD_GROWTH
from analysis.chapters.leergroei.models.rows import iter_groups
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known
from analysis.stats.random_effects import fit_effect_distribution

FEWEST = 5
"""Schools below which the standard deviation between schools is not estimated."""

COUNTED = ("outcome", "category", "n_pupils", "n_least", "n_schools")
NUMBERS = ("mean", "sd_schools", "sd_low", "sd_high", "low_tenth", "high_tenth")


def changes_by_school(growth: pd.DataFrame) -> pd.DataFrame:
    """Compute the change at every school and its sampling variance; never to be published by school.

    Parameters
    ----------
    growth : rows of one subject, as `growth.standardised` returns them

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


@remembered
def differences(growth: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Estimate how schools of a band differ, by subject; see `analysis.stats.random_effects`.

    Parameters
    ----------
    growth : as `growth.standardised` returns it
    design : the subjects

    Returns
    -------
    DataFrame
        One row per subject and band: ``outcome, category, n_pupils`` (of the two years at these schools, each once),
        ``n_least`` (in the year with the fewest) and ``n_schools``; ``mean`` of the schools, ``sd_schools`` (tau) with
        its 95% interval ``sd_low, sd_high``; ``low_tenth, high_tenth``: a tenth of the schools is below the one and a
        tenth above the other, by the fitted distribution and not by any school; ``unit``. Missing in bands with fewer
        than `FEWEST` schools.
    """
    growth = where_known(growth, ["band"])
    if growth.empty:
        return pd.DataFrame(columns=[*COUNTED, *NUMBERS, "unit"])
    rows = []
    for row, part in iter_groups(growth, design.groepen, ["band"]):
        schools = changes_by_school(part)
        pupils = part[part["location"].isin(schools.index)]
        rows.append(
            {
                "outcome": row["outcome"],
                "category": row["category"],
                "n_pupils": pupils["pupil"].nunique(),
                "n_least": int(pupils["closure"].value_counts().reindex([0.0, 1.0], fill_value=0).min()),
                "n_schools": len(schools),
                **_fitted(schools),
            }
        )
    return pd.DataFrame(rows).assign(unit=SD_GROWTH)


def _fitted(schools: pd.DataFrame) -> dict[str, float]:
    if len(schools) < FEWEST:
        return dict.fromkeys(NUMBERS, np.nan)
    fit = fit_effect_distribution(schools["change"].to_numpy(), schools["variance"].to_numpy())
    return dict(zip(NUMBERS, (fit.mean, fit.sd, fit.sd_low, fit.sd_high, *fit.tenths), strict=True))
