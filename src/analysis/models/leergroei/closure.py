r"""The closure year against years before it: the design of Engzell, Frey & Verhagen (2021) and its variations.

Growth is the change in national percentile between the M- and the E-test of a year. The design regresses it on the
closure year, a trend over the years and the days between the two tests, with errors clustered by school:

.. math:: g_{it} = \alpha + \delta\,\mathrm{closure}_t + \gamma\,\mathrm{year}_t + \kappa\,\mathrm{days}_{it} + e_{it}

:math:`\delta` is what growth in the closure year differs from what the trend would have given, in percentile points.
Year and days are standardised over the rows of each regression, as in the publication.

Every function takes the rows that `percentile_growth` makes, fits per outcome (each subject, and the composite) and
returns estimates in the one form of `analysis.models.estimates`, with ``outcome``, ``by`` and ``category`` after it:
``group`` says all three in words. All take `weights`, the name of a column of inverse probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.regression import Regression, fit, t_interval
from analysis.models.estimates import in_form

COMPOSITE = "composite"
POINTS = "percentile points"
UNITS: Mapping[str, str] = {
    "intercept": POINTS,
    "closure": POINTS,
    "year": "percentile points per sd of years",
    "days": "percentile points per sd of days",
}
PRIOR = ("bottom", "middle", "top")
EDUCATION_REFERENCE = "middelbaar or hoog"
PERCENTILES = ["m_percentile", "e_percentile", "prior_percentile"]
WEEK = 7.0


@dataclass(frozen=True)
class Design:
    """Which years are compared, on which tests.

    Parameters
    ----------
    groepen
        The groepen whose tests count, by subject.
    composite
        The subjects whose mean percentile is the composite; a pupil counts with all of them. Empty for no composite.
    closure_year
        School year of the closure, as ``2019/20``.
    control_years
        School years before it, in order; with one there is no trend.
    """

    groepen: Mapping[str, Sequence[int]]
    composite: Sequence[str] = ("lezen", "rekenen")
    closure_year: str = "2019/20"
    control_years: Sequence[str] = ("2016/17", "2017/18", "2018/19")


def percentile_growth(by_pupil_test: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Select the rows with both results and compute growth in percentiles; make the composite.

    Parameters
    ----------
    by_pupil_test
        As its contract says; columns that it does not know (weights) stay. Rows without consent or tested adaptively
        are left out here.
    design
        The years and tests.

    Returns
    -------
    DataFrame
        ``by_pupil_growth``, one row per pupil, outcome and year: ``pupil, year, outcome, groep, location, education,
        sex, at_risk, m_percentile, e_percentile, prior_percentile`` (missing in a first year of testing), ``growth``
        (percentile points), ``start`` (calendar year in which the school year starts), ``days`` between the tests,
        ``closure`` (1 in the closure year, else 0).

    Raises
    ------
    ModelError
        If the closure year or a control year has no pupil with both results in a subject.
    """
    raise NotImplementedError


def overall(by_pupil_growth: pd.DataFrame, *, weights: str | None = None, model: str = "pnas_overall") -> pd.DataFrame:
    """Estimate the design; terms ``intercept, closure, year, days``."""
    raise NotImplementedError


def one_control_year(
    by_pupil_growth: pd.DataFrame, *, weights: str | None = None, model: str = "pnas_one_control"
) -> pd.DataFrame:
    """Estimate the design with the last control year alone: no trend, so what grew before counts as no loss."""
    raise NotImplementedError


def by_education(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Let the effect differ by parental education: ``laag`` against ``middelbaar or hoog``; unknown is left out.

    Returns
    -------
    DataFrame
        Model ``pnas_ses``; per outcome and category a row with term ``closure`` (the effect in that category), and per
        category but the reference one with term ``difference`` (from the reference).
    """
    raise NotImplementedError


def by_sex(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Let the effect differ by sex, model ``pnas_sex``, reference boys; see `by_education`."""
    raise NotImplementedError


def by_prior(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Let the effect differ by third of the previous E-test, model ``pnas_ability``, reference top third.

    The previous test is not the M-test of the year, so that regression to the mean does not enter. Rows without one
    are left out; see `by_education`.
    """
    raise NotImplementedError


def by_grade(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Estimate the design per groep, model ``pnas_grade``, term ``closure``."""
    raise NotImplementedError


def school_effects(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Estimate the design with an effect for every school, model ``pnas_school_fe``: within schools only."""
    raise NotImplementedError


def placebo(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Treat every control year as if schools had closed in it, model ``placebo``.

    The closure year is left out; ``category`` is the year. The last control year is an extrapolation of the trend
    like the real one; those before it lie within or before the years that they are compared with.
    """
    raise NotImplementedError


def weekly_progress(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Estimate what a week more between the tests adds in the control years, model ``weekly``.

    Terms: ``week`` (percentile points per week, on weeks between tests and year; control years only) and
    ``weeks_lost`` (the effect of the closure divided by it, in weeks of progress, delta method with the two estimates
    taken as independent; left out where a week's progress is not distinguishable from none).
    """
    raise NotImplementedError


def ancova(by_pupil_growth: pd.DataFrame, *, weights: str | None = None) -> pd.DataFrame:
    """Regress the E-percentile on the design and the M-percentile, model ``ancova``.

    Terms ``closure, m_percentile, year, days, intercept``. The change score is the same regression with the coefficient
    of the M-percentile held at one. With a coefficient below one (error of measurement, regression to the mean) the two
    differ by (1 - coefficient) times the part of the M-percentile's difference between the years that year and days do
    not explain: they answer different questions (Lord's paradox).
    """
    raise NotImplementedError
