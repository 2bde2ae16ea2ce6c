import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.errors import ModelError
from analysis.stats.segregation import Tally, dissimilarity_of, entropy, exposure, isolation, theil
from analysis.stats.segregation_corrected import _most_likely_size, _variance, corrected

PUPILS = arrays(np.int64, (3, 6), elements=st.integers(0, 40))
PLACES = arrays(np.intp, (6,), elements=st.integers(0, 2))


def test_interaction_by_hand():
    # 30 of the group have 59 schoolmates, 15 of the other among them; 10 have 99, 50 of the other.
    pupils = Tally(np.array([[30.0, 10.0], [15.0, 50.0], [15.0, 40.0]]))
    assert exposure(pupils, 0, 1) == pytest.approx(30 / 40 * 15 / 59 + 10 / 40 * 50 / 99)


@given(PUPILS)
def test_isolation_and_interactions_add_up_to_one(pupils):
    a, b, c = pupils.astype(float)
    total = a + b + c
    assume(b.sum() and c.sum() and (a * (total > 1)).sum())
    tally = Tally(np.array([a, b, c]))
    whole = isolation(a, total) + exposure(tally, 0, 1) + exposure(tally, 0, 2)
    assert whole == pytest.approx(1, abs=1e-12)


def test_isolation_counts_every_pair_of_schoolmates_once():
    # Who is at school with whom, pupil by pupil: 3 and 2 of the group at schools of 5 and 9, 1 at a school of its own.
    schools = [[1, 1, 1, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0, 0], [1]]
    met = [
        np.mean(school[:pupil] + school[pupil + 1 :])
        for school in schools
        for pupil, own in enumerate(school)
        if own and len(school) > 1
    ]
    assert isolation([3, 2, 1], [5, 9, 1]) == pytest.approx(np.mean(met))


def test_isolation_of_expected_pupils_is_the_average_over_who_they_may_be():
    # A school of four, each of the group with a probability of its own: a(a - 1) on average over all 16 ways.
    share = np.array([0.1, 0.4, 0.5, 0.9])
    ways = np.array(list(itertools.product([0, 1], repeat=4)))
    chance = np.prod(np.where(ways == 1, share, 1 - share), axis=1)
    a = ways.sum(axis=1)
    pairs = float((chance * a * (a - 1)).sum())
    assert pairs == pytest.approx(share.sum() ** 2 - (share**2).sum())
    assert isolation([share.sum()], [4], [(share * (1 - share)).sum()]) == pytest.approx(pairs / share.sum() / 3)
    with pytest.raises(ModelError, match="parts of pupils"):
        isolation([share.sum()], [4])


def test_a_group_without_schoolmates_has_no_isolation():
    with pytest.raises(ModelError, match="nobody of the group has a schoolmate"):
        isolation([1, 0], [1, 5])


def whole(counted):
    """Many copies of every pupil: what small schools add is gone, and the indices are those of the shares."""
    return Tally(np.asarray(counted, float) * 1e12)


def test_theil_by_hand():
    # Two groups of 10. School 1: 10 and 0, no entropy; school 2: 0 and 5, none; school 3: 0 and 5, none: H is 1.
    apart = Tally(np.array([[10.0, 0, 0], [0, 5, 5]]))
    assert theil(apart, np.array([0, 1, 1]))["theil"] == pytest.approx(1)
    # All of it is between the places: place 1 has the one group, place 2 the other.
    assert theil(apart, np.array([0, 1, 1]))["theil_between"] == pytest.approx(1)
    # Schools of 3 and 1, and of 1 and 3, with E = ln 2 and E_j = ln 4 - 3/4 ln 3.
    even, school = np.log(2), np.log(4) - 0.75 * np.log(3)
    table = np.array([[3.0, 1], [1, 3]])
    assert theil(whole(table), np.array([0, 0]))["theil"] == pytest.approx((even - school) / even)
    # Miller and Madow: half a nat per pupil is missing from each of three entropies of two groups, E of 8 and E_j of 4.
    corrected_even, corrected_school = even + 1 / 16, school + 1 / 8
    expected = (corrected_even - corrected_school) / corrected_even
    assert theil(Tally(table), np.array([0, 0]))["theil"] == pytest.approx(expected)


def test_theil_of_expected_pupils_by_hand():
    # Where each pupil is of the one group or of the other the numbers are counted ones.
    table, place = np.array([[3.0, 1], [1, 3]]), np.array([0, 0])
    none = theil(Tally(table, np.zeros(2)), place)["theil"]
    assert none == pytest.approx(theil(Tally(table), place)["theil"])
    # Where all pupils of a school have one share their expected numbers are known without chance, but for the city's.
    alike = Tally(table, 4 * np.array([0.75 * 0.25, 0.75 * 0.25]))
    even = np.log(2) + (1 - 8 * 1.5 / (4 * 4)) / 16
    school = np.log(4) - 0.75 * np.log(3)
    assert theil(alike, place)["theil"] == pytest.approx((even - school) / even)


@given(PUPILS, PLACES)
def test_theil_adds_up_and_is_a_share(pupils, place):
    assume((pupils.sum(axis=1) > 0).sum() > 1)
    parts = theil(Tally(pupils.astype(float)), place)
    assert parts["theil_between"] + parts["theil_within"] == pytest.approx(parts["theil"], abs=1e-12)
    many = theil(whole(pupils), place)
    assert all(-1e-9 <= many[name] <= 1 + 1e-9 for name in many)
    assert parts["theil"] <= many["theil"] + 1e-9 or parts["theil"] <= 1  # the correction only takes away


def test_without_segregation_the_corrected_indices_are_what_they_should_be():
    # Pupils of 200 and 600 over 20 schools by lot: H is 0 and isolation 199 / 799, the uncorrected ones .017 and .27.
    rng = np.random.default_rng(6)
    base, label = np.repeat(np.arange(20), 40), np.repeat([0, 1], [200, 600])
    drawn = np.array([np.bincount(base * 2 + rng.permutation(label), minlength=40) for _ in range(2000)])
    tally = Tally(drawn.reshape(2000, 20, 2).swapaxes(1, 2).astype(float))
    h = theil(tally, np.zeros(20, dtype=np.intp))["theil"]
    plain = theil(whole(tally.pupils), np.zeros(20, dtype=np.intp))["theil"]
    assert plain.mean() == pytest.approx(19 / (2 * 800 * entropy(np.array([200.0, 600]), 0)), rel=0.05)
    assert abs(h.mean()) < 0.1 * plain.mean()
    index = exposure(tally, 0, 0)
    assert index.mean() == pytest.approx(199 / 799, abs=4 * index.std() / np.sqrt(2000))


def test_entropy_of_nobody_is_none():
    assert entropy(np.zeros((2, 3)), axis=0).tolist() == [0, 0, 0]


def test_the_most_likely_size_solves_its_equation():
    observed = np.array([0.0, 0.9, 1.3, 2.0, 4.0, 12.0])
    n = _most_likely_size(observed)
    assert n[:2].tolist() == [0, 0]  # up to one standard error the most likely difference is none
    assert n[2:] == pytest.approx(observed[2:] * np.tanh(observed[2:] * n[2:]), abs=1e-4)
    assert n[-1] == 12


@given(PUPILS)
def test_the_correction_only_takes_away(pupils):
    a, b = pupils[:2].astype(float)
    assume(a.sum() and b.sum())
    index = corrected(a, b)
    assert 0 <= index <= dissimilarity_of(a, b) + 1e-9


def test_expected_pupils_of_one_share_each_have_the_correction_of_counted_ones():
    # Each pupil is of one group (s is 0 or 1): nothing is mixed, and the two variances are the same.
    a, b = np.array([12.0, 3, 30]), np.array([20.0, 25, 1])
    assert corrected(a, b, np.zeros(3)) == pytest.approx(corrected(a, b), rel=1e-12)
    p, q = a / a.sum(), b / b.sum()
    counted = p * (1 - p) / a.sum() + q * (1 - q) / b.sum()
    assert _variance(a, b, np.zeros(3)) == pytest.approx(counted, rel=1e-12)


def test_the_variance_of_expected_pupils_is_that_of_resamples():
    rng = np.random.default_rng(9)
    share, school = rng.beta(1.0, 2.0, 400), np.repeat(np.arange(8), 50)
    parts = [np.bincount(school, weight) for weight in (share, 1 - share, share * (1 - share))]
    drawn = rng.multinomial(400, np.full(400, 1 / 400), 20000)
    members = np.eye(8)[school]
    a, b = (drawn * share) @ members, (drawn * (1 - share)) @ members
    apart = a / a.sum(axis=1, keepdims=True) - b / b.sum(axis=1, keepdims=True)
    # The standard error of a variance over 20,000 draws is 1%; the formula is the first order of it.
    assert _variance(*parts) == pytest.approx(apart.var(axis=0), rel=0.05)


def test_the_correction_halves_a_bias():
    # A group of 2000 over 200 schools, from .4 to 1.6 times as often at a school as the others: D is about .15.
    p = np.linspace(0.4, 1.6, 200) / 200
    q = np.full(200, 1 / 200)
    truth = float(dissimilarity_of(p, q))
    assert truth == pytest.approx(0.15, abs=0.01)
    rng = np.random.default_rng(4)
    a, b = rng.multinomial(2000, p, 200), rng.multinomial(8000, q, 200)
    raw, better = dissimilarity_of(a, b).mean() - truth, corrected(a, b).mean() - truth
    assert raw > 0.02
    assert abs(better) < raw / 2


def test_frames_of_other_schools_are_refused():
    with pytest.raises(ModelError, match="not of the same schools"):
        isolation(pd.Series({"a": 1, "b": 2}), pd.Series({"b": 5, "a": 5}))
