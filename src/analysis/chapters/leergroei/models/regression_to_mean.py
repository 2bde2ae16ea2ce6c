r"""Regression to the mean made visible: what pupils of a level would have shown without any closure.

Who stands high on one test stands high partly by luck, and lower on the next. With standings :math:`m, e` in national
standard deviations, the control years tell how much of a distance from the mean is kept,

.. math:: e = a + b\,m + s\,u,\quad u \sim N(0, 1)

(:math:`b` and :math:`s` from all control years, :math:`a` from the year before the closure). Put to the pupils of the
closure year this gives the growth and the chance to drop a level that they would have shown without a closure. The
chance is computed from the normal distribution: it is what simulating the same model without end would give.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import norm

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import SD_NATION, change, standardised
from analysis.chapters.leergroei.models.rows import PROBABILITY, means_by
from analysis.chapters.leergroei.models.sample import Groups, comparable, reference_year
from analysis.stats.complete import check_complete

MODEL = {"model": "regression_to_mean"}
MEASURES: Mapping[str, str] = {"growth": SD_NATION, "drop": PROBABILITY}


def expected_and_observed(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Tell growth and drops by level: expected without a closure, in the year before, and in the closure year.

    Parameters
    ----------
    rows
        As `sample.select` returns them.

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``regression_to_mean``: terms ``growth_expected, growth_before,
        growth_closure`` (national standard deviations) and ``drop_expected, drop_before, drop_closure`` (probability;
        not for the lowest level). The expected ones carry the error of a mean over pupils, not that of a, b and s.
    """
    standing = with_expectation(comparable(rows, design), design, groups)
    years = {"before": reference_year(design), "closure": design.closure_year}
    told = []
    for measure, unit in MEASURES.items():
        pupils = standing if measure == "growth" else standing[standing["level_m"] != groups.levels[-1]]
        for series, column in (("expected", "_expected"), ("before", ""), ("closure", "")):
            of = pupils[pupils["year"] == years.get(series, design.closure_year)]
            term = f"{measure}_{series}"
            told.append(means_by(of, design.groepen, ["level_m"], f"{measure}{column}", term=term, unit=unit, **MODEL))
    return pd.concat(told, ignore_index=True)


def with_expectation(pupils: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Add ``drop`` and what a pupil would show without a closure: ``growth_expected, drop_expected``.

    ``growth`` becomes growth against the norm, in national standard deviations.
    """
    check_complete(pupils, ["subject", "groep", "year", "standing_m", "standing_e", "level_m", "level_e"], "levels")
    cuts = _cuts(groups)
    rank = {level: place for place, level in enumerate(groups.levels)}
    parts = []
    for _, part in pupils.groupby(["subject", "groep"], sort=False):
        intercept, slope, sd = _line(part[part["closure"] == 0], design)
        cut = part["level_m"].map(cuts)
        parts.append(
            part.assign(
                growth=part["norm_growth"],
                growth_expected=intercept + (slope - 1) * part["standing_m"],
                drop=(part["level_e"].map(rank) > part["level_m"].map(rank)).astype(float),
                drop_expected=norm.cdf((cut - intercept - slope * part["standing_m"]) / sd),
            )
        )
    return pd.concat(parts)


def change_by_prior_level(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Compare growth with the year before by level on the previous year's E-test, which growth is not counted from.

    Pupils without a previous test are left out. Model ``ois_prior_level``; see `growth.change`.
    """
    edges = [-np.inf, *np.arange(1, len(groups.levels)) * 100 / len(groups.levels), np.inf]
    level = pd.cut(rows["prior_percentile"], edges, labels=list(reversed(groups.levels)))
    known = rows.assign(level_prior=level.astype(object)).dropna(subset=["level_prior"])
    growth = standardised(known, design, ("subject", "groep", "level_prior"))
    return change(growth, design, ("level_prior",), model="ois_prior_level")


def _cuts(groups: Groups) -> dict[str, float]:
    """Standing at which a level ends below: level I of five at the eightieth percentile."""
    number = len(groups.levels)
    lower = {level: 1 - (place + 1) / number for place, level in enumerate(groups.levels)}
    return {level: float(ndtri(share)) for level, share in lower.items()}


def _line(control: pd.DataFrame, design: Design) -> tuple[float, float, float]:
    slope, _ = np.polyfit(control["standing_m"], control["standing_e"], 1)
    left = control["standing_e"] - slope * control["standing_m"]
    by_year = left.groupby(control["year"])
    return float(by_year.mean()[reference_year(design)]), float(slope), float((left - by_year.transform("mean")).std())
