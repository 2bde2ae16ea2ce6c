"""Dissimilarity freed of chance: by hand where it can be, and against worlds whose schools differ by what is known."""

import numpy as np
import pytest
from scipy.special import ndtr

from analysis.errors import ModelError
from analysis.stats.freed_of_chance import SPREADS, freed_of_chance
from analysis.stats.segregation import dissimilarity_of
from analysis.stats.segregation_corrected import corrected

SCHOOLS = 213
FAMILIES = (0.45, 0.40, 0.15)


def world(members, spread, rng, families=True, few=False):
    """Allot a group to schools of some 290 pupils: pupils by school, all, families, and the index of true rates."""
    t = np.round(rng.gamma(4, 62, SCHOOLS)) + 40
    rate = np.where(rng.random(SCHOOLS) < 0.1, spread, 1.0) if few else np.exp(spread * rng.normal(size=SCHOOLS))
    chance = t * rate / (t * rate).sum()
    size = rng.choice([1, 2, 3], round(members / 1.7), p=FAMILIES) if families else np.ones(members, dtype=int)
    school = rng.choice(SCHOOLS, len(size), p=chance)
    a = np.minimum(np.bincount(school, size, SCHOOLS), t)
    own = np.minimum(size.sum() * chance, t)
    kept = np.repeat(1, int(a.sum())) if a.sum() < size.sum() else size
    return a, t, kept, float(dissimilarity_of(own, t - own))


def test_with_a_large_group_it_is_the_index_of_a_normal_spread():
    """Shares of a small group at large schools: half the mean of |exp(.6 z - .18) - 1| is 2 Phi(.3) - 1, or .236."""
    rng = np.random.default_rng(1)
    rate = np.exp(0.6 * rng.normal(size=2000))
    t = np.full(2000, 100_000.0)
    a = np.round(1000 * rate)
    found = freed_of_chance(a, t, np.ones(int(a.sum()), dtype=int), draws=20, rng=rng)
    assert found.estimate == pytest.approx(2 * ndtr(0.3) - 1, abs=0.012)
    assert found.by_chance.mean() == pytest.approx(np.sqrt(2 / np.pi) / 2 / np.sqrt(1197), abs=0.001)


def test_chance_alone_makes_more_of_families_than_of_single_children():
    """1,000 pupils at 200 schools of one size: half of sqrt(2 / pi) sqrt(1 / 5) is .178, and sqrt(2) of it in pairs."""
    t = np.full(200, 300.0)
    a = np.full(200, 5.0)
    one = freed_of_chance(a, t, np.ones(1000, dtype=int), draws=200, rng=np.random.default_rng(1))
    two = freed_of_chance(a, t, np.full(500, 2), draws=200, rng=np.random.default_rng(1))
    assert one.by_chance.mean() == pytest.approx(0.178, abs=0.006)
    assert two.by_chance.mean() == pytest.approx(0.178 * np.sqrt(2), abs=0.012)
    assert (one.estimate, one.low) == (0.0, 0.0)  # evener than by lot
    assert one.high > 0


def test_where_schools_are_alike_it_is_about_zero_and_the_density_correction_is_not():
    found, density, covered = [], [], []
    for seed in range(20):
        rng = np.random.default_rng([2, seed])
        a, t, sizes, _ = world(1075, 0.0, rng)
        freed = freed_of_chance(a, t, sizes, draws=100, rng=rng)
        found.append(freed.estimate)
        covered.append(freed.low == 0)
        density.append(float(corrected(a, t - a)))
    assert np.mean(found) < 0.06  # half are none, the others above it: a spread is never negative
    assert 0.25 <= np.mean(np.array(found) == 0) <= 0.75
    assert np.mean(covered) >= 0.85
    assert np.mean(density) == pytest.approx(0.18, abs=0.03)


@pytest.mark.parametrize(
    ("group", "total", "sizes", "message"),
    [
        ([1, 2], [10, 10], [1, 1], "families are all of it"),
        ([11, 2], [10, 10], [13], "part of the pupils"),
        ([10, 10], [10, 10], [20], "outside the group"),
        ([1], [10], [1], "one school"),
        ([0, 0], [10, 10], [], "nobody is in the group"),
    ],
)
def test_what_makes_no_sense_is_refused(group, total, sizes, message):
    with pytest.raises(ModelError, match=message):
        freed_of_chance(group, total, sizes, draws=10, rng=np.random.default_rng(1))


REGIMES = {
    "newcomers, schools alike": {"members": 1075, "spread": 0.0},
    "newcomers": {"members": 1075, "spread": 0.6},
    "newcomers, few schools with many": {"members": 1075, "spread": 5.0, "few": True},
    "internationals": {"members": 7970, "spread": 0.5},
}


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_intervals_hold_the_index_of_true_rates(regime, record_property):
    covered, off, wrong = [], [], []
    for seed in range(200):
        rng = np.random.default_rng([3, seed])
        a, t, sizes, true = world(rng=rng, **REGIMES[regime])
        freed = freed_of_chance(a, t, sizes, draws=100, rng=rng)
        covered.append(freed.low <= true + 1e-9 and true <= freed.high)
        off.append(freed.estimate - true)
        wrong.append(np.mean(freed.by_chance >= dissimilarity_of(a, t - a)) < 0.05)
    record_property(f"dissimilarity freed of chance, {regime}", float(np.mean(covered)))
    assert np.mean(covered) >= 0.92
    assert abs(np.mean(off)) < (0.03 if REGIMES[regime]["spread"] else 0.05)
    if REGIMES[regime]["spread"] == 0:
        assert np.mean(wrong) <= 0.09


def test_spreads_rise_from_none():
    assert SPREADS[0] == 0
    assert (np.diff(SPREADS) > 0).all()
