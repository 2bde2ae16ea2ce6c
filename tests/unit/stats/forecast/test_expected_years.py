import numpy as np
import pytest

from analysis.stats.forecast.expected_years import expected_years, parts_of_change


def test_years_and_parts_of_two_ages_by_hand():
    # Before 1 + .9 + .9 x .8 = 2.62, after 1 + .6 + .6 x .7 = 2.02. Youngest age first: .6 + .6 x .8 = 1.08 beside
    # 1.62, so -.54 and then .42 - .48 = -.06; from the other side the oldest is replaced at .9: -.09, and the youngest
    # -.3 x (1 + .7) = -.51.
    before, after = np.array([0.9, 0.8]), np.array([0.6, 0.7])
    assert expected_years(before) == pytest.approx(2.62)
    assert parts_of_change(before, after) == pytest.approx([-(0.54 + 0.51) / 2, -(0.06 + 0.09) / 2])
    assert parts_of_change(before, after).sum() == pytest.approx(2.02 - 2.62)
