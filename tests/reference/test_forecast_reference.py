"""Forecasts, their errors and what they are drawn to, against R's stats, forecast and metafor: forecast_r.R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.landscape.models.backtest import _summary
from analysis.stats.forecast.cohorts import forecast_by_age
from analysis.stats.forecast.methods import linear_trend
from analysis.stats.forecast.ratios import log_ratio, poisson_line, spread_between
from analysis.stats.forecast.scores import coverage, crps_normal, interval_score
from analysis.stats.forecast.smoothing import fit_level


@pytest.fixture(scope="module")
def theirs():
    rows = pd.read_csv(Path(__file__).with_name("forecast_r.csv"))
    return {key: own["number"].to_numpy(float) for key, own in rows.groupby(["what", "case"], sort=False)}


def test_a_straight_line_is_that_of_r(theirs):
    history = np.array([[612.0], [640.0], [571.0]])
    line = linear_trend([2010, 2012, 2017], history, [2018, 2019, 2024])[:, 0]
    assert line == pytest.approx(theirs["trend", "three"], rel=1e-10)


def test_through_two_counts_it_is_a_random_walk_with_drift(theirs):
    line = linear_trend([0, 1], np.array([[640.0], [571.0]]), [2, 3, 4])[:, 0]
    assert line == pytest.approx(theirs["trend", "two"], rel=1e-10)


@pytest.mark.parametrize("case", ["large", "small"])
def test_a_line_through_counts_by_age_is_rs_glm(theirs, case):
    found = poisson_line(theirs["count", case][None])
    assert np.concatenate(found) == pytest.approx(theirs["line", case], rel=1e-6)


def test_the_spread_between_areas_of_regions_is_metafors(theirs):
    effect, variance = log_ratio(theirs["before", "areas"], theirs["after", "areas"])
    region = pd.Series(np.repeat(["a", "b", "c"], 4))
    assert spread_between(effect, variance, region) == pytest.approx(theirs["tau2", "areas"][0], rel=1e-6)


@pytest.mark.parametrize(("k", "n"), [(0, 20), (18, 20), (363, 386)])
def test_the_interval_of_a_coverage_is_rs_binomial_test(theirs, k, n):
    assert coverage(np.arange(n) < k) == pytest.approx(theirs["binomial", f"{k} {n}"], rel=1e-9)


def test_the_crps_is_that_of_quadrature(theirs):
    ours = crps_normal([6.2, 6.2, 7.0], [0.05, 0.05, 0.2], [6.25, 6.2, 6.1])
    assert ours == pytest.approx(theirs["crps", "normal"], rel=1e-6)


def test_crps_and_interval_score_of_a_class_are_the_means_of_those_of_scoringrules():
    rows = pd.read_csv(Path(__file__).with_name("scores_scoringrules.csv"))
    assert crps_normal(rows["mean"], rows["sd"], rows["value"]) == pytest.approx(rows["crps"].to_numpy())
    assert interval_score(rows["low"], rows["high"], rows["value"], 0.95) == pytest.approx(rows["score"].to_numpy())
    counts = np.exp(rows[["mean", "value", "low", "high"]])
    counts = counts.set_axis(["forecast", "count", "low_95", "high_95"], axis=1)
    summary = _summary(counts.assign(bias=0.0, sd=rows["sd"]), (0.95,))
    assert summary["crps"] == pytest.approx(100 * rows["crps"].mean())
    assert summary["score_95"] == pytest.approx(100 * rows["score"].mean())


def test_errors_in_per_cent_are_those_of_rs_accuracy(theirs):
    rows = pd.DataFrame({"forecast": [110.0, 180, 95], "count": [100.0, 200, 90], "bias": 0.0, "sd": 0.1})
    ends = rows.assign(low_95=1.0, high_95=1000.0)
    assert _summary(ends, (0.95,))["mape"] == pytest.approx(theirs["mape", "three"][0], rel=1e-10)


def test_three_ages_two_years_one_area_are_exact():
    # 100, 80, 60 with ratios .5 and .25 and 40 entrants that double: 80, 50, 20 and then 160, 40, 12.5.
    path = forecast_by_age(
        np.array([[100.0, 80, 60]]), np.array([[0.5, 0.25]]), np.array([40.0]), np.log([2.0]), 1.0, 2
    )
    assert path[:, 0].round(10).tolist() == [[80.0, 50.0, 20.0], [160.0, 40.0, 12.5]]


def test_a_level_that_wanders_is_that_of_r_but_for_the_grid(theirs):
    found = fit_level(np.array([0.3, -0.1, 0.4, 0.9, 0.7, 1.2, 0.8, 1.0]))
    alpha, now, sigma = theirs["level", "eight"]
    assert found.alpha == pytest.approx(alpha, abs=0.025)
    assert (found.now, found.sigma) == pytest.approx((now, sigma), rel=2e-3)
