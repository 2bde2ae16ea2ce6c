import numpy as np
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import bounds
from analysis.chapters.leergroei.models.bounds import MTestPupils


def cells(before, closed):
    """One school and one cell; None is an absent pupil."""
    growth = [np.nan if value is None else value for value in (*before, *closed)]
    cell = np.array([0] * len(before) + [1] * len(closed))
    order = np.lexsort((growth, cell))
    return MTestPupils(cell[order], np.zeros(len(cell), int), np.array(growth, float)[order], 2)


ONE = np.ones(1)


def test_half_absent_in_the_closure_year():
    low, high = cells([0, 1, 2, 3], [1, 1, None, None]).bounds(ONE)
    # before: the best half has mean 2.5, the poorest 0.5; closed: 1
    assert_allclose([low, high], [1 - 2.5, 1 - 0.5])


def test_absent_before_trims_the_closure_year():
    low, high = cells([2, None, None, None], [0, 1, 2, 3]).bounds(ONE)
    assert_allclose([low, high], [0 - 2, 3 - 2])


def test_nobody_more_absent_leaves_nothing_open():
    low, high = cells([0, 2, None], [1, 4, None]).bounds(ONE)
    assert low == high == pytest.approx(2.5 - 1)


def test_a_fraction_of_a_pupil_is_trimmed_as_a_fraction():
    low, high = cells([0, 3, 6], [1, 1, 1, None]).bounds(ONE)
    # three quarters of three pupils: 2.25; best (6 + 3 + 0.25 x 0) / 2.25, poorest (0 + 3 + 0.25 x 6) / 2.25
    assert_allclose([low, high], [1 - 9 / 2.25, 1 - 4.5 / 2.25])


def test_a_school_counted_twice_is_two_schools():
    once = cells([0, 1, 2, 3, 4], [1, 5, None])
    assert_allclose(once.bounds(np.array([2.0])), once.bounds(ONE))


def test_bounds_hold_the_change_and_widen_with_absence(simulate, design):
    rows = simulate(effect=-1.0)
    gone = np.random.default_rng(2).random(len(rows))
    widths = []
    for share in (0.05, 0.3):
        reason = np.where((gone < share) & (rows["closure"] == 1), "no_e_test", "both")
        estimates = bounds.lee_bounds(rows.assign(reason=reason), design, draws=50, seed=1).set_index("term")
        assert estimates.loc["lower", "estimate"] < -0.2 < estimates.loc["upper", "estimate"]
        assert (estimates["std_error"] > 0).all()
        widths.append(estimates.loc["upper", "estimate"] - estimates.loc["lower", "estimate"])
    assert widths[1] > 3 * widths[0]


def test_the_same_seed_gives_the_same_errors(simulate, design):
    one, other = (bounds.lee_bounds(simulate(), design, draws=50, seed=3)["std_error"] for _ in range(2))
    assert one.tolist() == other.tolist()
