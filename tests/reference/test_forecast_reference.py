"""Damped trends and the test of two methods against R's forecast: the numbers are of forecast_r.R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.cohorts import forecast_by_age
from analysis.stats.forecast.methods import damped_trend, error_of_damped_trend
from analysis.stats.forecast.scores import diebold_mariano


@pytest.fixture(scope="module")
def theirs():
    rows = pd.read_csv(Path(__file__).with_name("forecast_r.csv"))
    return {key: own["number"].to_numpy(float) for key, own in rows.groupby(["series", "what"], sort=False)}


@pytest.mark.parametrize("series", ["level", "fall"])
def test_a_damped_trend_is_that_of_r(theirs, series):
    ours = damped_trend(theirs[series, "value"], 5)
    assert ours.mean == pytest.approx(theirs[series, "mean"], rel=1e-3)


@pytest.mark.parametrize("series", ["level", "fall"])
def test_the_interval_of_a_damped_trend_is_that_of_r_at_its_own_parameters(theirs, series):
    """Where the likelihood is flat two optimisers end elsewhere: points agree to .1%, widths differ by up to 13%."""
    error = error_of_damped_trend(*theirs[series, "par"], theirs[series, "sigma2"][0], 5)
    half = (theirs[series, "high"] - theirs[series, "low"]) / 2
    assert error * 1.959964 == pytest.approx(half, rel=1e-3)


@pytest.mark.parametrize("horizon", [1, 3])
def test_diebold_and_mariano_are_those_of_r(theirs, horizon):
    loss, other = np.abs(theirs["dm", "e1"]), np.abs(theirs["dm", "e2"])
    ours = diebold_mariano(loss, other, horizon)
    assert ours.statistic == pytest.approx(theirs["dm", "dm"][horizon - 1], abs=1e-6)
    assert ours.p_value == pytest.approx(theirs["dm", "p"][horizon - 1], abs=1e-6)


def test_where_the_variance_is_negative_no_test_is_made(theirs):
    loss, other = np.abs(theirs["dm", "e1"]), np.abs(theirs["dm", "e2"])
    assert theirs["dm", "dm"][1] == theirs["dm", "dm"][0]  # theirs warns, and goes on as for one step
    with pytest.raises(ModelError, match="without variance"):
        diebold_mariano(loss, other, 2)


def test_three_ages_two_years_one_area_are_exact():
    # 100, 80, 60 with ratios .5 and .25 and 40 entrants that double: 80, 50, 20 and then 160, 40, 12.5.
    path = forecast_by_age(
        np.array([[100.0, 80, 60]]), np.array([[0.5, 0.25]]), np.array([40.0]), np.log([2.0]), 1.0, 2
    )
    assert path[:, 0].round(10).tolist() == [[80.0, 50.0, 20.0], [160.0, 40.0, 12.5]]
