"""Mean end-test scores of schools: what is of pupils, what is of schools, and what a range of means says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from analysis.errors import InputError, ModelError
from analysis.received import received, refuse
from analysis.stats.arrays import Floats
from analysis.stats.bands import in_bands
from analysis.stats.estimates import error_of, in_form
from analysis.stats.random_effects import tau_squared
from analysis.stats.selection import Step, walk
from analysis.stats.splines import natural_spline
from analysis.stats.spread_from_means import Spread, fit_spread

PROVIDER = "CET"
"""The test of most schools: pupils' standard deviation differs by test, so that the tests cannot be put together."""
NINE_IN_TEN = float(ndtri(0.95))
LEAST = 3
"""Schools that a curve needs beyond its terms: for its intercept, and two more."""
GRID = np.linspace(-8.0, 8.0, 1601)
POINTS = "points"
CONTROLS = ("none", "schoolweging")


def select(by_school_score: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Select the schools with the test of `PROVIDER` and a schoolweging, and count who leaves.

    Parameters
    ----------
    by_school_score : As its contract in `data.outcome_files` says.

    Returns
    -------
    tuple of DataFrame
        The schools that stay; and the account in the form of `chapter.Chapter.account`.

    Raises
    ------
    InputError : A column is missing, or a school's mean or its pupils.
    """
    table, columns = "by_school_score", ("location", "provider", "tested", "mean", "schoolweging")
    received(by_school_score, table, columns, key="data.outcomes_of_schools")
    unknown = by_school_score["mean"].isna() | ~(by_school_score["tested"] > 0)
    at = by_school_score.index[unknown] + 1
    refuse(table, "mean, tested", "rows have no mean, or no pupils", at, "give both in each row, or leave the row out")
    steps: list[Step] = [
        ("test of most schools", "test of another provider", lambda rows: rows["provider"] == PROVIDER),
        ("schoolweging", "no schoolweging in 2018", lambda rows: rows["schoolweging"].notna()),
    ]
    schools, account = walk(by_school_score, steps, pupils="tested")
    return schools.reset_index(drop=True), account


def fits(schools: pd.DataFrame, df: int) -> dict[str, Spread]:
    """Fit pupils' and schools' standard deviations, without and with schoolweging.

    Parameters
    ----------
    schools : As `select` returns them.
    df : Terms of the curve over schoolweging.

    Raises
    ------
    InputError : The schools are too few for the curve, or too much alike.
    """
    hint = "lower school_differences.spline_df, or leave the block out for so few schools"
    if len(schools) < df + LEAST:
        problem = f"{len(schools)} schools have the test {PROVIDER} and a schoolweging: the curve needs {df + LEAST}"
        raise InputError("by_school_score: provider, schoolweging", problem, hint=hint)
    mean, n = (schools[name].to_numpy(float) for name in ("mean", "tested"))
    try:
        terms = {"none": np.ones((len(schools), 1)), "schoolweging": natural_spline(schools["schoolweging"], df)}
        return {controls: fit_spread(mean, n, X) for controls, X in terms.items()}
    except ModelError as error:
        error.raise_unless_of_the_data()
        raise InputError("by_school_score: mean, tested, schoolweging", str(error), hint=hint) from error


def spread(found: dict[str, Spread]) -> pd.DataFrame:
    """Return the standard deviations as estimates.

    Parameters
    ----------
    found : Of `fits`.

    Returns
    -------
    DataFrame
        Estimates with ``controls``; ``term`` is pupils or schools, ``n_obs`` counts pupils and ``n_clusters`` schools.
        The error is the width of the profile interval over that of a normal one.
    """
    rows = [
        {"controls": controls, "term": term, "estimate": value, "ci_low": low, "ci_high": high,
         "n_obs": int(fit.n_units), "n_clusters": fit.n_groups}
        for controls, fit in found.items()
        for term, value, low, high in (
            ("within schools", fit.sigma, fit.sigma_low, fit.sigma_high),
            ("between schools", fit.tau, fit.tau_low, fit.tau_high),
        )
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    error = error_of(table["ci_low"], table["ci_high"])
    return in_form(table, model="spread of means", group=PROVIDER, unit=POINTS, std_error=0.0, p_value=np.nan).assign(
        std_error=error
    )


def by_size(schools: pd.DataFrame, found: Spread, df: int, edges: Sequence[float]) -> pd.DataFrame:
    """Compare how far means at equal schoolweging lie apart with what pupils alone make of it, by number of pupils.

    Parameters
    ----------
    schools : As `select` returns them.
    found, df : Standard deviations with schoolweging, and the terms of its curve.
    edges : Of the classes.

    Returns
    -------
    DataFrame
        One row per class: ``size, observed, luck, expected`` (standard deviations in points), ``schools, pupils``.
    """
    left = np.square(schools["mean"] - natural_spline(schools["schoolweging"], df) @ found.beta)
    rows = schools.assign(size=in_bands(schools["tested"], edges), square=left, luck=found.sigma**2 / schools["tested"])
    classes = rows.groupby("size", observed=True).agg(
        observed=("square", "mean"), luck=("luck", "mean"), schools=("location", "size"), pupils=("tested", "sum")
    )
    classes["expected"] = classes["luck"] + found.tau**2
    roots = {name: np.sqrt(classes[name]) for name in ("observed", "luck", "expected")}
    return (
        classes.assign(**roots)
        .reset_index()
        .astype({"size": str})[["size", "observed", "luck", "expected", "schools", "pupils"]]
    )


def by_weging(schools: pd.DataFrame, found: Spread, edges: Sequence[float]) -> pd.DataFrame:
    """Return between which values nine in ten school means lie, and nine in ten true means, by band of schoolweging.

    Parameters
    ----------
    schools : As `select` returns them.
    found : Of all schools, with schoolweging: its standard deviation of pupils holds in every band.
    edges : Of the bands.

    Returns
    -------
    DataFrame
        One row per band and kind (observed, true): ``band, kind, middle, low, high, schools, pupils``. Both
        ranges are those of normal distributions; the true one has the standard deviation of Paule and Mandel.
    """
    bands = in_bands(schools["schoolweging"], edges)
    rows = []
    for band, part in schools.assign(band=bands).groupby("band", observed=True):
        mean, luck = part["mean"].to_numpy(float), found.sigma**2 / part["tested"].to_numpy(float)
        tau = float(np.sqrt(tau_squared(mean, luck, np.ones((len(part), 1)))))
        middle = float(np.average(mean, weights=1 / (tau**2 + luck)))
        counts = {"schools": len(part), "pupils": int(part["tested"].sum())}
        for kind, sd in (("observed", float(np.sqrt(tau**2 + luck.mean()))), ("true", tau)):
            ends = {"low": middle - NINE_IN_TEN * sd, "high": middle + NINE_IN_TEN * sd}
            rows.append({"band": str(band), "kind": kind, "middle": middle, **ends, **counts})
    return pd.DataFrame(rows)


def ranges(schools: pd.DataFrame, found: Spread, drawn: Sequence[int]) -> pd.DataFrame:
    """Return how far the highest of some schools is expected above the lowest, at equal schoolweging.

    Parameters
    ----------
    schools : As `select` returns them.
    found : Standard deviations with schoolweging.
    drawn : Numbers of schools.

    Returns
    -------
    DataFrame
        One row per number and kind (observed, true): ``drawn, kind, estimate`` (points), ``schools, pupils`` behind
        the standard deviations.
    """
    sds = {
        "observed": np.sqrt(found.tau**2 + found.sigma**2 / schools["tested"].to_numpy(float)),
        "true": np.array([found.tau]),
    }
    counts = {"schools": len(schools), "pupils": int(schools["tested"].sum())}
    rows = [
        {"drawn": number, "kind": kind, "estimate": expected_range(sd, number), **counts}
        for kind, sd in sds.items()
        for number in drawn
    ]
    return pd.DataFrame(rows)


def expected_range(sd: ArrayLike, number: int) -> float:
    r"""Return the expected range of draws from a mixture of normal distributions with mean zero.

    Parameters
    ----------
    sd : Standard deviations of the parts, each as likely.
    number : Of draws.

    Notes
    -----
    :math:`\int 1 - F(x)^k - (1 - F(x))^k \, dx`.
    """
    parts = np.asarray(sd, float)
    if not parts.any():
        return 0.0  # all draws are alike
    x = GRID * parts.max()
    cumulative: Floats = ndtr(x[:, None] / parts[None, :]).mean(axis=1)
    return float(np.trapezoid(1 - cumulative**number - (1 - cumulative) ** number, x))
