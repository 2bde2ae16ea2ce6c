r"""Regression to the mean: what pupils of a level would have shown without any closure.

Who is high on one test is high partly by luck, and lower on the next. With standings :math:`m, e` in national
standard deviations, the control years show how much of a distance from the mean remains,

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
from analysis.chapters.leergroei.models.rows import PROBABILITY, means_by, no_rows, stacked
from analysis.chapters.leergroei.models.sample import Groups, comparable
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known

MEASURES: Mapping[str, str] = {"growth": SD_NATION, "drop": PROBABILITY}


@remembered
def expected_and_observed(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Estimate growth and drops by level: expected without a closure, in the year before, and in the closure year.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design, groups : the years and tests, and the levels

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``regression_to_mean``: terms ``growth_expected, growth_before,
        growth_closure`` (national standard deviations) and ``drop_expected, drop_before, drop_closure`` (probability;
        not for the lowest level). The expected ones have the error of a mean over pupils, not that of a, b and s.
    """
    used = ["standing_m", "standing_e", "level_m", "level_e"]
    known = where_known(comparable(rows, design, columns=[*used, "norm_growth"]), used)
    if known.empty:
        return no_rows()
    standing = _with_expectation(known, design, groups)
    estimates = []
    for measure, unit in MEASURES.items():
        pupils = standing if measure == "growth" else standing[standing["level_m"] != groups.levels[-1]]
        for series, year in (
            ("expected", design.closure_year),
            ("before", design.year_before),
            ("closure", design.closure_year),
        ):
            column = f"{measure}_expected" if series == "expected" else measure
            names = {"model": "regression_to_mean", "term": f"{measure}_{series}", "unit": unit}
            estimates.append(means_by(pupils[pupils["year"] == year], design.groepen, ["level_m"], column, **names))
    return stacked(estimates)


@remembered
def change_by_prior_level(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Compare growth with the year before by level on the previous year's E-test, which growth is not counted from.

    Parameters
    ----------
    rows, design, groups : as in `expected_and_observed`; pupils without a previous test are left out

    Returns
    -------
    DataFrame : as `growth.change` returns it, model ``ois_prior_level``
    """
    if "prior_percentile" not in rows:
        return no_rows()
    edges = [-np.inf, *np.arange(1, len(groups.levels)) * 100 / len(groups.levels), np.inf]
    level = pd.cut(rows["prior_percentile"], edges, labels=list(reversed(groups.levels)))
    with_prior = rows.assign(level_prior=level.astype(object))
    growth = standardised(with_prior, design, ("subject", "groep", "level_prior"))
    return change(growth, design, ("level_prior",), model="ois_prior_level")


def _with_expectation(pupils: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Add ``drop`` and what a pupil would show without a closure: ``growth_expected, drop_expected``.

    ``growth`` becomes growth against the norm, in national standard deviations.
    """
    check_complete(pupils, ["subject", "groep", "year", "standing_m", "standing_e", "level_m", "level_e"], "levels")
    pupils = pupils.assign(growth=pupils["norm_growth"], drop=groups.drops(pupils))
    cuts = _cuts(groups)
    parts = []
    for _, part in pupils.groupby(["subject", "groep"], sort=False):
        intercept, slope, sd = _line(part[part["closure"] == 0], design)
        cut, standing = part["level_m"].map(cuts), part["standing_m"]
        expected = {
            "growth_expected": intercept + (slope - 1) * standing,
            "drop_expected": norm.cdf((cut - intercept - slope * standing) / sd),
        }
        parts.append(part.assign(**expected))
    return pd.concat(parts)


def _cuts(groups: Groups) -> dict[str, float]:
    """Standing at which a level ends below: level I of five at the eightieth percentile."""
    number = len(groups.levels)
    return {level: float(ndtri(1 - rank / number)) for rank, level in enumerate(groups.levels, start=1)}


def _line(control: pd.DataFrame, design: Design) -> tuple[float, float, float]:
    slope, _ = np.polyfit(control["standing_m"], control["standing_e"], 1)
    left = control["standing_e"] - slope * control["standing_m"]
    by_year = left.groupby(control["year"])
    return float(by_year.mean()[design.year_before]), float(slope), float((left - by_year.transform("mean")).std())
