"""Families of tests and their correction, against statsmodels and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.errors import ModelError
from analysis.stats.multiplicity import FAMILIES, expected_by_chance, holm


def test_holm_by_hand():
    # Sorted: 0.01 x 3 = 0.03, 0.02 x 2 = 0.04, 0.03 x 1 = 0.03, but never below the one before.
    assert holm([0.03, 0.01, 0.02]).tolist() == pytest.approx([0.04, 0.03, 0.04])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_a_missing_p_value_is_no_test():
    corrected = holm([0.02, np.nan, 0.03])
    assert corrected[[0, 2]].tolist() == pytest.approx([0.04, 0.04])
    assert np.isnan(corrected[1])


def test_a_p_value_outside_its_range_is_refused():
    with pytest.raises(ModelError, match="outside 0 and 1"):
        holm([0.5, 1.2])


def test_of_forty_tests_two_are_expected():
    assert expected_by_chance(pd.Series([0.5] * 40 + [np.nan] * 7)) == pytest.approx(2.0)


def test_holm_keeps_the_chance_of_a_false_rejection_with_dependent_tests():
    rng = np.random.default_rng(0)
    from scipy.stats import norm

    shared = rng.normal(size=(4000, 1)) * 0.8
    p_values = 2 * norm.sf(np.abs(shared + 0.6 * rng.normal(size=(4000, 6))))
    wrong = np.mean([(holm(row) < 0.05).any() for row in p_values])
    assert wrong <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4000)


def test_no_member_is_twice_in_a_family():
    for family in FAMILIES.values():
        assert len(set(family.members)) == len(family.members)
