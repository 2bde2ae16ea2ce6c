import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.methods import linear_trend


def test_a_straight_line_goes_on_down_to_zero():
    # Falls by 3 a year: 12, 6, 0 in 2010, 2012, 2014; a year on it would be below zero.
    line = linear_trend([2010, 2012, 2014], np.array([[12.0], [6.0], [0.0]]), [2013, 2015])
    assert line[:, 0] == pytest.approx([3.0, 0.0])


def test_a_line_of_one_time_is_refused():
    with pytest.raises(ModelError, match="two times"):
        linear_trend([2010], np.array([[12.0]]), [2013])
