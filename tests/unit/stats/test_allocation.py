import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ModelError
from analysis.stats import allocation
from analysis.stats.allocation import NONE, deferred_acceptance, n_unplaced, nearest_first, nearest_with_capacity


def placed(wanted, claim, places):
    return deferred_acceptance(np.array(wanted), np.array(claim, dtype=float), np.array(places)).tolist()


def test_everyone_attends_the_nearest_school_and_the_first_of_two_that_are_as_near():
    km = np.array([[2.0, 1.0, 3.0], [0.5, 0.9, 0.5]])
    assert nearest_first(km, 1).tolist() == [[1], [0]]
    assert nearest_first(km, 5).tolist() == [[1, 0, 2], [0, 2, 1]]


def test_deferred_acceptance_by_hand():
    """Four pupils, schools A, B and C with one, one and two places.

    Round 1: p0, p1 and p2 ask A, p3 asks B. A holds p2 (claim 1), B holds p3.
    Round 2: p0 asks B (claim 1, before p3's 2), so p3 falls out; p1 asks C and is held.
    Round 3: p3 asks A, where p2 goes before it, then C, which has a place.
    """
    a, b, c = 0, 1, 2
    wanted = [[a, b, c], [a, c, b], [a, b, c], [b, a, c]]
    claim = [[2, 1, 3], [3, 1, 4], [1, 3, 4], [2, 4, 2]]
    assert placed(wanted, claim, [1, 1, 2]) == [b, c, a, c]


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 3))
def test_further_options_are_asked_of_whom_the_first_refused(seed, k, at_once):
    """The same places as with all options at once, however few are given first and however few pupils at a time."""
    rng = np.random.default_rng(seed)
    wanted = np.argsort(rng.random((12, 5)), axis=1)
    claim, places = rng.random((12, 5)), rng.integers(0, 4, 5)
    whole = deferred_acceptance(wanted, claim, places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allocation, "AT_ONCE", at_once)
        got = deferred_acceptance(wanted[:, :k], claim[:, :k], places, lambda p: (wanted[p, k:], claim[p, k:]))
    assert got.tolist() == whole.tolist()


def test_who_is_refused_everywhere_has_no_place_and_is_counted():
    school = deferred_acceptance(np.array([[0], [0], [0]]), np.array([[0.3], [0.1], [0.2]]), np.array([2, 5]))
    assert school.tolist() == [NONE, 0, 0]
    assert n_unplaced(school) == 1


def test_a_school_without_places_takes_nobody():
    assert placed([[0, 1]], [[0.0, 0.0]], [0, 1]) == [1]


def test_a_child_with_priority_goes_before_one_without_whatever_the_lottery():
    # Both live nearest to school 0. With priority at one school, the first has it there; the second lives nearest to 1,
    # which is closed (no places), and asks 0 without priority.
    distance = np.array([[1.0, 2.0], [2.0, 1.0]])
    for seed in range(20):
        got = nearest_with_capacity(distance, np.array([1, 0]), np.random.default_rng(seed), priority=1)
        assert got.tolist() == [0, NONE]


def test_pupils_of_one_home_differ_by_lottery_alone():
    distance, homes = np.array([[1.0, 2.0]]), np.zeros(3, dtype=np.intp)
    outcomes = {
        tuple(nearest_with_capacity(distance, np.array([2, 9]), np.random.default_rng(seed), homes=homes))
        for seed in range(30)
    }
    assert outcomes == {(0, 0, 1), (0, 1, 0), (1, 0, 0)}


def test_who_considers_few_schools_may_find_none():
    distance = np.tile([1.0, 2.0, 3.0], (4, 1))
    got = nearest_with_capacity(distance, np.array([1, 2, 9]), np.random.default_rng(1), considered=2)
    assert np.bincount(got + 1).tolist() == [1, 1, 2]  # one without, one at the first, two at the second


@pytest.mark.parametrize("places", [[1], [1, -1]])
def test_places_are_a_number_for_each_school(places):
    with pytest.raises(ModelError, match="each of 2 schools"):
        nearest_with_capacity(np.ones((1, 2)), np.array(places), np.random.default_rng(1))


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 8), st.integers(1, 8))
def test_no_pupil_and_school_would_rather_have_each_other_and_no_school_is_overfull(seed, pupils, schools, priority):
    rng = np.random.default_rng(seed)
    distance, places = rng.random((pupils, schools)), rng.integers(0, 12, schools)
    got = nearest_with_capacity(distance, places, np.random.default_rng(seed), priority=priority)
    here = np.bincount(got[got != NONE], minlength=schools)
    assert (here <= places).all()
    assert here.sum() + n_unplaced(got) == pupils
    assert here.sum() == min(pupils, places.sum())  # everyone would go anywhere
    rank = distance.argsort(axis=1, kind="stable").argsort(axis=1)
    claim = np.random.default_rng(seed).random(pupils)[:, None] + (rank >= priority)
    for pupil in range(pupils):
        better = np.arange(schools) if got[pupil] == NONE else np.flatnonzero(rank[pupil] < rank[pupil, got[pupil]])
        for school in better:
            assert here[school] == places[school]
            assert (claim[got == school, school] < claim[pupil, school]).all()
