import numpy as np
import pytest
from scipy.stats import studentized_range

from analysis.errors import ModelError, Reason
from analysis.stats.ranks import is_largest, is_smallest, range_test, rank_sets


def test_the_largest_of_two_that_overlap_is_not_established():
    # Noord .562 (.538 to .586) and West .557 (.529 to .583): .005 apart, with a standard error of
    # sqrt(.0122^2 + .0138^2) = .0184. Centrum .410 is .147 from West, eight standard errors.
    estimate, error = [0.562, 0.557, 0.410], [0.0122, 0.0138, 0.0120]
    ranks = rank_sets(estimate, error)
    assert ranks["rank"].tolist() == [1, 2, 3]
    assert ranks["rank_low"].tolist() == [1, 1, 3]
    assert ranks["rank_high"].tolist() == [2, 2, 3]
    assert not is_largest(estimate, error)
    assert is_smallest(estimate, error)


def test_equal_errors_give_tukeys_honest_significant_difference():
    # Five units with standard error 1: the critical value of a difference is q(.95; 5, infinity) = 3.858.
    q = studentized_range.ppf(0.95, 5, 1e6)
    assert q == pytest.approx(3.858, abs=0.002)
    others = [0.0, 0.1, -0.1, 0.05]
    assert is_largest([0.1 + 1.03 * q, *others], np.ones(5))
    assert not is_largest([0.1 + 0.97 * q, *others], np.ones(5))


def test_a_pair_is_the_two_sided_test():
    # One difference with standard error sqrt(1 + 3) = 2: established from 1.96 x 2 = 3.92 on.
    assert not is_largest([3.8, 0], [1, np.sqrt(3)])
    assert is_largest([4.05, 0], [1, np.sqrt(3)])
    # Errors that go along (covariance .9 each) leave the difference a variance of 1 + 1 - 1.8 = .2.
    assert is_largest([1.0, 0], [[1, 0.9], [0.9, 1]])
    assert not is_largest([1.0, 0], [1, 1])


def test_a_range_is_compared_with_the_range_of_equal_units():
    # Fifteen equal units with error 1 have a range of 3.47 on average (Tippett's constant d2 for n = 15).
    test = range_test(np.linspace(-1.7, 1.7, 15), np.ones(15))
    assert test.observed == pytest.approx(3.4)
    assert test.expected == pytest.approx(3.472, abs=0.02)
    assert test.p_value == pytest.approx(studentized_range.sf(3.4, 15, 1e6), abs=0.015)
    assert range_test(np.linspace(-4, 4, 15), np.ones(15)).p_value < 0.001


def test_chance_establishes_no_largest_more_often_than_it_may():
    rng = np.random.default_rng(3)
    error = np.array([1.0, 0.3, 2.0, 1.0, 0.5])
    claimed = np.mean([is_largest(error * rng.normal(size=5), error) for _ in range(200)])
    assert claimed <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)  # all equal: every claim is wrong


def test_what_is_known_without_error_is_ranked_as_it_is():
    assert rank_sets([3.0, 1.0, 2.0], np.zeros(3))["rank_high"].tolist() == [1, 3, 2]
    assert not is_largest([1.0, 1.0], np.zeros(2))
    assert is_largest([1.0], [0.2])


@pytest.mark.parametrize(
    ("estimate", "error", "reason"),
    [
        ([1, 2], [1, 1, 1], Reason.INVALID),
        ([1, np.nan], [1, 1], Reason.MISSING),
        ([1, 2], [1, np.nan], Reason.MISSING),
        ([1, 2], [1, -1], Reason.INVALID),
    ],
)
def test_what_cannot_be_ranked_is_refused(estimate, error, reason):
    with pytest.raises(ModelError) as refused:
        rank_sets(estimate, error)
    assert refused.value.reason is reason
