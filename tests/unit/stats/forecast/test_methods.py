import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.methods import damped_trend, linear_trend, naive


def test_the_naive_forecast_repeats_the_last_count():
    assert naive(np.array([[5.0, 8.0], [6.0, 9.0]]), 2).tolist() == [[6.0, 9.0], [6.0, 9.0]]


def test_a_straight_line_goes_on_down_to_zero():
    # Falls by 3 a year: 12, 6, 0 in 2010, 2012, 2014; a year on it would be below zero.
    line = linear_trend([2010, 2012, 2014], np.array([[12.0], [6.0], [0.0]]), [2013, 2015])
    assert line[:, 0] == pytest.approx([3.0, 0.0])


def test_a_line_of_one_time_and_a_trend_of_few_are_refused():
    with pytest.raises(ModelError, match="two times"):
        linear_trend([2010], np.array([[12.0]]), [2013])
    with pytest.raises(ModelError, match="needs 8 counts"):
        damped_trend(np.arange(7.0), 2)


def test_errors_of_a_damped_trend_grow_with_the_steps():
    made = np.random.default_rng(3)
    result = damped_trend(100 + 2 * np.arange(20) + made.normal(0, 3, 20), 6)
    assert (np.diff(result.error) >= 0).all()
    assert result.mean[0] == pytest.approx(140, abs=8)
