import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.errors import ModelError
from analysis.models.segregation.correction import corrected, most_likely_size
from analysis.models.segregation.measures import entropy, interaction, isolation, theil, uneven

PUPILS = arrays(np.int64, (3, 6), elements=st.integers(0, 40))
PLACES = arrays(np.intp, (6,), elements=st.integers(0, 2))


def test_interaction_by_hand():
    # 30 of the group are at a school of 60 with 15 of the other, 10 at one of 100 with 50.
    assert interaction([30, 10], [15, 50], [60, 100]) == pytest.approx(30 / 40 * 15 / 60 + 10 / 40 * 50 / 100)


def test_more_of_two_groups_than_pupils_is_refused():
    with pytest.raises(ModelError, match="more pupils of the two groups"):
        interaction([30, 10], [31, 0], [60, 100])


@given(PUPILS)
def test_isolation_and_interactions_add_up_to_one(pupils):
    a, b, c = pupils.astype(float)
    assume(a.sum() and b.sum() and c.sum())
    total = a + b + c
    whole = isolation(a, total) + interaction(a, b, total) + interaction(a, c, total)
    assert whole == pytest.approx(1, abs=1e-12)


def test_theil_by_hand():
    # Two groups of 10. School 1: 10 and 0, no entropy; school 2: 0 and 5, none; school 3: 0 and 5, none: H is 1.
    apart = np.array([[10.0, 0, 0], [0, 5, 5]])
    assert theil(apart, np.array([0, 1, 1]))["theil"] == pytest.approx(1)
    # All of it is between the places: place 1 has the one group, place 2 the other.
    assert theil(apart, np.array([0, 1, 1]))["theil_between"] == pytest.approx(1)
    # Schools of 3 and 1, and of 1 and 3, with E = ln 2 and E_j = ln 4 - 3/4 ln 3.
    expected = (np.log(2) - (np.log(4) - 0.75 * np.log(3))) / np.log(2)
    assert theil(np.array([[3.0, 1], [1, 3]]), np.array([0, 0]))["theil"] == pytest.approx(expected)


@given(PUPILS, PLACES)
def test_theil_adds_up_and_is_a_share(pupils, place):
    counted = pupils.astype(float)
    assume((counted.sum(axis=1) > 0).sum() > 1)
    parts = theil(counted, place)
    assert parts["theil_between"] + parts["theil_within"] == pytest.approx(parts["theil"], abs=1e-12)
    assert all(-1e-12 <= parts[name] <= 1 + 1e-12 for name in parts)
    assert theil(counted * 7, place)["theil"] == pytest.approx(parts["theil"], abs=1e-12)


def test_entropy_of_nobody_is_none():
    assert entropy(np.zeros((2, 3)), axis=0).tolist() == [0, 0, 0]


def test_the_most_likely_size_solves_its_equation():
    observed = np.array([0.0, 0.9, 1.3, 2.0, 4.0, 12.0])
    n = most_likely_size(observed)
    assert n[:2].tolist() == [0, 0]  # up to one standard error the most likely difference is none
    assert n[2:] == pytest.approx(observed[2:] * np.tanh(observed[2:] * n[2:]), abs=1e-4)
    assert n[-1] == 12


@given(PUPILS)
def test_the_correction_only_takes_away(pupils):
    a, b = pupils[:2].astype(float)
    assume(a.sum() and b.sum())
    found = corrected(a, b)
    assert 0 <= found <= uneven(a, b) + 1e-9


def test_the_correction_halves_a_bias():
    # A group of 2000 over 200 schools, from .4 to 1.6 times as often at a school as the others: D is about .15.
    p = np.linspace(0.4, 1.6, 200) / 200
    q = np.full(200, 1 / 200)
    truth = float(uneven(p, q))
    assert truth == pytest.approx(0.15, abs=0.01)
    rng = np.random.default_rng(4)
    a, b = rng.multinomial(2000, p, 200), rng.multinomial(8000, q, 200)
    raw, better = uneven(a, b).mean() - truth, corrected(a, b).mean() - truth
    assert raw > 0.02
    assert abs(better) < raw / 2


def test_frames_of_other_schools_are_refused():
    with pytest.raises(ModelError, match="not of the same schools"):
        interaction(pd.Series({"a": 1, "b": 2}), pd.Series({"b": 1, "a": 2}), pd.Series({"a": 5, "b": 5}))
