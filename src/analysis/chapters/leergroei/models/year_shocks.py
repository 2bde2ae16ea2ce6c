r"""What a year may differ by: the headlines if growth moves from year to year by shocks that all schools share.

Errors clustered by school say how far a headline would move with other pupils and schools in the same years. They
ignore whatever makes one year unlike another for everybody (a new edition of a test, a flu, a late Easter). With one
treated year that error cannot be averaged out, and only the control years show its size (Donald and Lang, 2007).
The mean growth of a year, at equal days between the tests, is

.. math:: m_t = \alpha + \gamma t + \delta\,\mathrm{closure}_t + \eta_t, \quad \eta_t \sim N(0, \sigma^2)

with :math:`\sigma` the error of a year, shocks and sampling together. It is estimated from how far the T control years
are off their own trend, which leaves T - 2 degrees of freedom: one, of three control years, so that the interval is
12.7 standard errors wide to either side. With two control years or one nothing is left to estimate it from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import cells, moments
from analysis.chapters.leergroei.models.sample import comparable
from analysis.stats.complete import where_known

LEVEL = 0.95
NUMBERS = ("estimate", "ci_low", "ci_high", "trend_estimate", "shock_low", "shock_high", "year_sd", "shock_df")
COUNTS = ("n_pupils", "n_obs", "n_least", "n_clusters")
COLUMNS = ["model", "outcome", *NUMBERS, "control_years", *COUNTS, "unit"]

Floats = NDArray[np.float64]


def beside(
    rows: pd.DataFrame,
    design: Design,
    year_before: pd.DataFrame,
    by_pupil_growth: pd.DataFrame,
    pnas_estimates: pd.DataFrame,
) -> pd.DataFrame:
    """Put the interval for shocks of a year beside all headlines, those of whole subjects.

    Parameters
    ----------
    rows, design, by_pupil_growth : as in `against_year_before` and `against_trend`
    year_before, pnas_estimates : estimates with the headlines of either design among them

    Returns
    -------
    DataFrame : the rows of `against_year_before` and `against_trend`, columns `COLUMNS`
    """
    ois, pnas = (
        estimates[(estimates["model"] == model) & (estimates["by"] == "") & (estimates["term"] == "closure")]
        for estimates, model in ((year_before, "ois_standardised"), (pnas_estimates, "pnas_overall"))
    )
    both = [against_year_before(rows, design, ois), against_trend(by_pupil_growth, pnas)]
    return pd.concat([part for part in both if len(part)], ignore_index=True)[COLUMNS]


def against_trend(by_pupil_growth: pd.DataFrame, headlines: pd.DataFrame) -> pd.DataFrame:
    r"""Put the interval for shocks of a year beside the headlines of the PNAS design.

    Parameters
    ----------
    by_pupil_growth : as `design.percentile_growth` returns it
    headlines
        ``outcome, model, estimate, ci_low, ci_high, n_obs, n_pupils, n_least, n_clusters, unit``: the rows of
        `closure.estimate` with term ``closure``.

    Returns
    -------
    DataFrame
        One row per headline: these columns, and ``trend_estimate`` (the closure year against the trend of the control
        years, every year counted alike), ``shock_low, shock_high`` (its interval), ``year_sd`` (:math:`\hat\sigma`),
        ``shock_df`` and ``control_years``. Missing with fewer than three control years, where ``shock_df`` is zero.

    Notes
    -----
    :math:`\hat\delta = m_T - x_T' b` with b from the control years; its error is
    :math:`\hat\sigma \sqrt{1 + x_T'(X'X)^{-1}x_T}`, its distribution Student's t with ``shock_df`` degrees of
    freedom. The interval is never narrower than that of the headline: with one degree of freedom three years are near a
    line by luck, and sampling does not go away by that.
    """
    intervals = []
    for outcome, half in zip(headlines["outcome"], _half(headlines), strict=True):
        starts, means = _means_at_equal_days(by_pupil_growth[by_pupil_growth["outcome"] == outcome])
        intervals.append(_trend(starts, means, half))
    return pd.concat([headlines.reset_index(drop=True), pd.DataFrame(intervals)], axis=1)


def against_year_before(rows: pd.DataFrame, design: Design, headlines: pd.DataFrame) -> pd.DataFrame:
    r"""Put the interval for shocks of a year beside the changes against the year before (the design of OIS).

    Growth of every year is standardised on the year before the closure, within its cells of groep and level; other
    years count in the cells that it has.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : its control years are all those of the edition
    headlines : as in `against_trend`: the rows of `growth.change` of whole subjects

    Returns
    -------
    DataFrame : as `against_trend` returns it; ``trend_estimate`` is missing

    Notes
    -----
    The change is the difference of two years, so that its error is :math:`\sqrt{2}\,\hat\sigma`.
    """
    cell = cells(rows)
    known = where_known(comparable(rows, design, columns=[*cell, "growth"]), cell)
    before = known[known["year"] == design.year_before]
    joined = known.join(moments(before, cell, None), on=cell)
    joined = joined[joined["sd"] > 0]
    growth = (joined["growth"] - joined["mean"]) / joined["sd"]
    means = growth.groupby([joined["subject"], joined["year"]]).mean()
    intervals = []
    for outcome, estimate, half in zip(headlines["outcome"], headlines["estimate"], _half(headlines), strict=True):
        by_year = means[outcome].reindex(list(design.control_years)).to_numpy(float)
        intervals.append(_change(estimate, by_year, design.control_years, half))
    return pd.concat([headlines.reset_index(drop=True), pd.DataFrame(intervals)], axis=1)


def _half(headlines: pd.DataFrame) -> pd.Series:
    return (headlines["ci_high"] - headlines["ci_low"]) / 2


def _means_at_equal_days(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """Mean growth of every year, moved to the mean number of days by what a day adds within years."""
    if "days" not in rows:
        plain = rows.groupby("start")["growth"].mean().sort_index()
        return plain.index.to_numpy(float), plain.to_numpy(float)
    by_year = rows.groupby("start")[["growth", "days"]]
    within = rows[["growth", "days"]] - by_year.transform("mean")
    squares = float((within["days"] ** 2).sum())
    per_day = float((within["days"] * within["growth"]).sum()) / squares if squares > 0 else 0.0
    means = by_year.mean().sort_index()
    at_equal = means["growth"] - per_day * (means["days"] - rows["days"].mean())
    return means.index.to_numpy(float), at_equal.to_numpy(float)


def _trend(starts: Floats, means: Floats, sampling: float) -> dict[str, float]:
    """Compare the last year with the line through the years before it, by the error of those about it."""
    control, fit = len(starts) - 1, _off_trend(starts[:-1], means[:-1])
    if fit is None:
        return _nothing(control)
    sd, line = fit
    X, x = (np.vander(years - starts[:-1].mean(), 2, increasing=True) for years in (starts[:-1], starts[-1:]))
    error = sd * float(np.sqrt(1 + (x @ np.linalg.inv(X.T @ X) @ x.T).item()))
    estimate = float(means[-1] - np.polyval(line, starts[-1]))
    return {"trend_estimate": estimate, **_interval(estimate, sd, error, control, sampling)}


def _change(estimate: float, means: Floats, control_years: Sequence[str], sampling: float) -> dict[str, float]:
    control, fit = len(control_years), _off_trend(np.array([int(year[:4]) for year in control_years], float), means)
    if fit is None:
        return _nothing(control)
    sd = fit[0]
    return {"trend_estimate": np.nan, **_interval(estimate, sd, sd * np.sqrt(2), control, sampling)}


def _off_trend(starts: Floats, means: Floats) -> tuple[float, Floats] | None:
    """Return the standard deviation of years about their line, and the line; None where no year is left for it."""
    if len(starts) < 3 or np.isnan(means).any():
        return None
    line = np.polyfit(starts, means, 1)
    left = means - np.polyval(line, starts)
    return float(np.sqrt((left**2).sum() / (len(starts) - 2))), line


def _interval(estimate: float, sd: float, error: float, control: int, sampling: float) -> dict[str, float]:
    df = control - 2
    half = max(float(student.ppf((1 + LEVEL) / 2, df)) * error, sampling)
    low, high = estimate - half, estimate + half
    return {"shock_low": low, "shock_high": high, "year_sd": sd, "shock_df": df, "control_years": control}


def _nothing(control: int) -> dict[str, float]:
    missing = dict.fromkeys(("trend_estimate", "shock_low", "shock_high", "year_sd"), np.nan)
    return {**missing, "shock_df": 0, "control_years": control}
