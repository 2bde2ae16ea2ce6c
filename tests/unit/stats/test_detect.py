import numpy as np
import pytest
from scipy.stats import binomtest, poisson

from analysis.errors import ModelError
from analysis.stats.detect import (
    detectable_count,
    detectable_share,
    power_of_counts,
    power_of_few,
    power_of_share,
    years_for_counts,
)


def test_power_of_a_share_by_hand():
    # of six with half expected only none and all are rejected: 1 / 64 at either side
    assert power_of_share(6, 0.5, 0.5) == pytest.approx(2 / 64)
    assert power_of_share(6, 0.5, 0.9) == pytest.approx(0.9**6 + 0.1**6)


def test_the_smallest_share_that_is_found_has_the_power():
    share = detectable_share(100, 0.5)
    assert power_of_share(100, 0.5, share) == pytest.approx(0.8)


def test_too_few_units_find_nothing():
    with pytest.raises(ModelError, match="so few"):
        detectable_share(3, 0.5)


def test_a_fall_from_200_to_180_can_hardly_be_seen_in_a_year():
    # d = 20 / sqrt(380) = 1.026: Phi(1.026 - 1.96) = .175, and .001 on the other side
    assert power_of_counts(200, 180) == pytest.approx(0.177, abs=0.001)
    assert power_of_counts(200, 180, dispersion=2) == pytest.approx(0.112, abs=0.001)
    # (1.96 + .8416) ** 2 / 1.026 ** 2
    assert years_for_counts(200, 180) == pytest.approx(7.46, abs=0.01)


def test_power_of_two_few_counts_by_hand():
    # against none only six or more are rejected, as 2 / 2^6 < .05 < 2 / 2^5: the chance of six or more of a mean of six
    assert power_of_few(6, 0) == pytest.approx(poisson.sf(5, 6)) == pytest.approx(0.554, abs=0.001)


def test_power_of_few_is_that_of_the_test_in_drawn_counts():
    rng = np.random.default_rng(1)
    counts = rng.poisson((6.0, 18.0), (20_000, 2))
    found = np.mean([binomtest(int(b), int(a + b)).pvalue <= 0.05 for a, b in counts[:4000] if a + b])
    assert power_of_few(6, 18) == pytest.approx(found, abs=0.03)
    assert power_of_few(6, 6) < 0.05


def test_the_smallest_count_that_is_found_has_the_power():
    count = detectable_count(6)
    assert power_of_few(6, count) == pytest.approx(0.8)
    assert count == pytest.approx(21.1, abs=0.1)
