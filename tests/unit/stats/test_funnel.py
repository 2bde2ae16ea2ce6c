import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom

from analysis.errors import ModelError
from analysis.stats.funnel import (
    Overdispersion,
    exact_limits,
    expected_outside,
    freed,
    mid_p_z,
    overdispersion,
    two_sided,
    widened,
)


def test_three_schools_by_hand():
    # of 1024 ways 1 has ten of 10, 10 have nine, 45 have eight: above eight, or half of eight, are 1 + 10 + 22.5
    z = mid_p_z([8, 20, 200], [10, 40, 400], [0.5, 0.5, 0.5])
    assert z[0] == pytest.approx(ndtri(1 - 33.5 / 1024))
    assert z[1:] == pytest.approx([0, 0], abs=1e-9)  # a count in the middle is in the middle


def test_far_counts_keep_a_finite_z():
    assert mid_p_z([0, 4000], [4000, 4000], [0.5, 0.5]) == pytest.approx([-37, 37])


def test_limits_are_interpolated_between_counts():
    low, high = exact_limits([10], [0.5], 0.95)
    # 1 way for none, 10 for one, 45 for two: 11 / 1024 = .0107 and 56 / 1024 = .0547; .025 lies between one and two
    assert low[0] == pytest.approx((2 - (56 / 1024 - 0.025) / (45 / 1024)) / 10)
    assert binom.cdf(1, 10, 0.5) < 0.025 < binom.cdf(2, 10, 0.5)
    assert high[0] > 0.5


def test_with_large_counts_five_per_cent_are_outside_by_chance():
    assert expected_outside(np.full(3, 4000), np.full(3, 0.5), 0.95) == pytest.approx(
        0.15, abs=0.01
    )  # counts are whole


def test_with_few_counts_it_is_what_the_counts_allow():
    # of ten with half expected z passes 1.96 where the mid-p passes .025: at 0 and 1 (1 + 5 of 1024), not at 2 (33.5)
    assert expected_outside([10], [0.5], 0.95) == pytest.approx(2 * 11 / 1024)


def test_overdispersion_by_hand():
    z, error = np.array([-3.0, 1.0, -1.0, 3.0]), np.full(4, 0.05)
    # phi = (9 + 1 + 1 + 9) / 4 = 5; w = 400 each: (4 * 5 - 3) / (1600 - 4 * 400 ** 2 / 1600) = 17 / 1200
    found = overdispersion(z, error, winsorise=0.0)
    assert found.phi == 5
    assert found.tau == pytest.approx(np.sqrt(17 / 1200))
    assert freed(z, error, found, "multiplicative")[3] == pytest.approx(3 / np.sqrt(5))
    assert freed(z, error, found)[3] == pytest.approx(3 * 0.05 / np.sqrt(0.0025 + 17 / 1200))


def test_no_overdispersion_leaves_z_as_it_is():
    z = np.array([0.5, -0.5, 0.1])
    assert overdispersion(z, np.full(3, 0.1)).tau == 0
    assert (freed(z, np.full(3, 0.1), Overdispersion(0.2, 0.0), "multiplicative") == z).all()


def test_p_values_are_two_sided():
    assert two_sided(np.array([-1.959964, 0.0])) == pytest.approx([0.05, 1.0])


def test_an_expected_share_of_one_is_refused():
    with pytest.raises(ModelError, match="between 0 and 1"):
        mid_p_z([1], [2], [1.0])


def test_limits_that_allow_for_a_spread_are_where_freed_z_is_at_the_limit():
    n, share, tau = np.array([400.0]), np.array([0.8]), 0.03
    low = exact_limits(n, share, widened(n, share, tau, 0.95))[0]
    error = np.sqrt(share * (1 - share) / n)
    z = mid_p_z(np.round(low * n), n, share)
    assert freed(z, error, Overdispersion(3.0, tau)) == pytest.approx([ndtri(0.025)], abs=0.05)
    assert widened(n, share, 0.0, 0.95) == pytest.approx([0.95])
