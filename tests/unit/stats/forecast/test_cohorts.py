import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.cohorts import alive, damped_sum, forecast_by_age

NOW = np.array([[100.0, 90.0, 80.0]])
SURVIVAL = np.array([[0.9, 0.5]])


def test_a_damped_trend_adds_up():
    assert damped_sum(0.5, 3) == 0.5 + 0.25 + 0.125
    assert damped_sum(1.0, 4) == 4


def test_two_years_of_three_ages_by_hand():
    growth = np.array([np.log(2)])
    path = forecast_by_age(NOW, SURVIVAL, np.array([100.0]), growth, 1.0, 2)
    # A year on: 100 x 2 enter, 100 x .9 and 90 x .5 move up; then 100 x 4, 200 x .9 and 90 x .5.
    assert path[0, 0] == pytest.approx([200, 90, 45])
    assert path[1, 0] == pytest.approx([400, 180, 45])
    # Of 335 after a year 135 were counted at the origin, of 625 after two 45.
    assert alive(path, 1) == pytest.approx(135 / 335)
    assert alive(path, 2) == pytest.approx(45 / 625)


def test_without_growth_entrants_stay_what_they_are():
    path = forecast_by_age(NOW, SURVIVAL, np.array([70.0]), np.zeros(1), 0.8, 3)
    assert path[:, 0, 0] == pytest.approx([70, 70, 70])


def test_ratios_of_another_shape_are_refused():
    with pytest.raises(ModelError, match="one ratio per step"):
        forecast_by_age(NOW, np.array([[0.9]]), np.array([1.0]), np.zeros(1), 0.8, 1)
