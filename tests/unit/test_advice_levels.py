import numpy as np
import pandas as pd
import pytest

from analysis.advice_levels import LEVELS, advice_of_test, cut_points, deviation, level_at


def test_a_double_advice_lies_half_way_between_its_levels() -> None:
    assert list(LEVELS) == [-1, 0, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]


def test_a_strip_of_a_fifth_of_a_level_goes_to_each_double_advice() -> None:
    expected = [-0.5, 0.5, 1.4, 1.6, 2.4, 2.6, 3.4, 3.6, 4.4, 4.6]
    assert cut_points(0.2)[0] == pytest.approx(expected)


def test_positions_become_the_level_in_whose_strip_they_lie() -> None:
    position = np.array([-3.0, -0.4, 0.6, 1.39, 1.41, 4.59, 4.61, 9.0])
    assert list(level_at(position, 0.2)) == [-1, 0, 1, 1, 1.5, 4.5, 5, 5]


def test_every_pupil_may_have_a_width_of_his_own() -> None:
    assert list(level_at(np.array([3.3, 3.3]), np.array([0.2, 0.6]))) == [3, 3.5]


def test_without_a_strip_there_are_whole_levels_only() -> None:
    assert set(level_at(np.linspace(-2, 6, 801), 0.0)) == {-1, 0, 1, 2, 3, 4, 5}


def test_deviation_is_the_advice_minus_the_middle_of_the_tests_levels() -> None:
    frame = pd.DataFrame(
        {
            "test_advice_low": [4.0, 3.0, np.nan],
            "test_advice_high": [5.0, 3.0, np.nan],
            "advice_first": [4.0, 3.5, 3.0],
            "advice_final": [4.5, 3.5, 3.0],
        }
    )
    assert advice_of_test(frame).tolist()[:2] == [4.5, 3.0]
    assert deviation(frame).tolist()[:2] == [-0.5, 0.5]
    assert deviation(frame, "advice_final").tolist()[:2] == [0.0, 0.5]
    assert np.isnan(deviation(frame)[2])
