import numpy as np
import pytest
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import proportion_confint

from analysis.errors import ModelError
from analysis.stats.exact import ratio_of_counts, share_limits, two_sided


def test_limits_by_hand():
    # none of five: (1 - p)^5 = .025; all of five is its mirror
    low, high = share_limits([0, 5], [5, 5])
    assert low[0] == 0
    assert high[0] == pytest.approx(1 - 0.025 ** (1 / 5))
    assert (low[1], high[1]) == pytest.approx((0.025 ** (1 / 5), 1))


@pytest.mark.parametrize(("part", "whole"), [(14, 48), (4, 48), (6, 24), (12, 24), (1, 3), (0, 7), (7, 7)])
def test_limits_are_those_of_statsmodels_and_scipy(part, whole):
    low, high = share_limits(part, whole)
    assert (low, high) == pytest.approx(proportion_confint(part, whole, method="beta"))
    of_scipy = binomtest(part, whole).proportion_ci(method="exact")
    assert (low, high) == pytest.approx((of_scipy.low, of_scipy.high))


def test_an_interval_holds_the_share_at_least_as_often_as_it_says():
    for n, p in ((24, 0.25), (24, 0.02), (16, 0.4)):
        low, high = share_limits(np.arange(n + 1), np.full(n + 1, n))
        assert binom.pmf(np.arange(n + 1)[(low <= p) & (p <= high)], n, p).sum() >= 0.95


def test_six_against_four_by_hand():
    # of ten, four or fewer: (1 + 10 + 45 + 120 + 210) / 1024 = .377, and as many on the other side
    ratio = ratio_of_counts(6, 4)
    assert ratio.p_value == pytest.approx(2 * 386 / 1024) == pytest.approx(0.754, abs=0.0005)
    assert ratio.p_value == pytest.approx(binomtest(4, 10).pvalue)
    low, high = proportion_confint(4, 10, method="beta")
    assert ratio[:3] == pytest.approx((4 / 6, low / (1 - low), high / (1 - high)))


def test_a_fall_to_none_and_a_rise_from_none():
    assert ratio_of_counts(6, 0)[:2] == (0, 0)
    assert ratio_of_counts(6, 0).p_value == pytest.approx(2 / 2**6)
    assert ratio_of_counts(0, 6).high == np.inf
    assert two_sided(0, 0) == 1


def test_the_interval_of_a_ratio_leaves_out_one_exactly_where_the_test_rejects():
    for first in range(13):
        for second in range(13):
            if first + second:
                ratio = ratio_of_counts(first, second)
                assert (ratio.low > 1 or ratio.high < 1) == (ratio.p_value < 0.05)


def test_what_is_no_count_is_refused():
    for wrong in (lambda: ratio_of_counts(0, 0), lambda: share_limits(3, 2), lambda: share_limits(0, 0)):
        with pytest.raises(ModelError):
            wrong()
