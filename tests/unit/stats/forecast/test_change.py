import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ModelError
from analysis.stats.forecast.change import components


def test_a_change_by_hand():
    # Ages 4, 5, 6, 7; one leaves from 7 on. 100, 90, 80, 70 become 60, 95, 88, 50 a year later.
    change = components(np.array([[100.0, 90, 80, 70]]), np.array([[60.0, 95, 88, 50]]), step=1, leaving_from=3)
    assert change.entries.tolist() == [60]
    assert change.moved.tolist() == [[95 - 100, 88 - 90]]
    assert change.leavers.tolist() == [80 + 70 - 50]
    assert 60 - 100 + (-5 - 2) == 293 - 340  # the change


@given(st.lists(st.integers(0, 500), min_size=18, max_size=18), st.integers(1, 5), st.integers(6, 9))
def test_components_add_up_to_the_change_to_the_pupil(counts, step, leaving_from):
    before, after = np.array(counts, float).reshape(2, 1, 9)
    change = components(before, after, step=step, leaving_from=leaving_from)
    assert change.entries - change.leavers + change.moved.sum(axis=1) == after.sum() - before.sum()


def test_cohorts_must_be_of_age_both_times():
    with pytest.raises(ModelError, match="of age both times"):
        components(np.ones((1, 4)), np.ones((1, 4)), step=3, leaving_from=3)
