"""Jumps and kinks: exact on polynomials, known on made-up data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ModelError
from analysis.stats.binned import binned_means, fitted_lines
from analysis.stats.discontinuity import (
    CONVENTIONAL,
    Bandwidths,
    conventional_weights,
    discontinuity,
    neighbour_residuals,
    sample,
)
from analysis.stats.kink import kink

GRID = np.linspace(-1, 1, 81)  # zero is in it, so that 40 are left and 41 right of it
WIDE = Bandwidths(0.8, 0.9)


def noisy(seed=1, n=800, jump=0.5, slope=0.0, spread=0.3):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    return x, 1 + x + x**2 + (jump + slope * x) * (x >= 0) + rng.normal(0, spread, n)


def test_a_line_with_a_jump_is_estimated_exactly():
    jump = discontinuity(GRID, 3 - 2 * GRID + 0.7 * (GRID >= 0), bandwidths=WIDE)
    assert jump.fit.coefficients[CONVENTIONAL] == pytest.approx(0.7)
    assert jump.estimate == pytest.approx(0.7)


def test_the_correction_removes_a_curve_that_differs_between_the_sides():
    y = 0.7 * (GRID >= 0) + 2 * GRID**2 * (GRID >= 0)
    jump = discontinuity(GRID, y, bandwidths=WIDE)
    assert abs(jump.fit.coefficients[CONVENTIONAL] - 0.7) > 0.05
    assert jump.estimate == pytest.approx(0.7)


def test_a_kink_is_estimated_exactly():
    jump = discontinuity(GRID, 1 + GRID + 1.5 * np.maximum(GRID, 0) + GRID**2, bandwidths=WIDE, order=2, derivative=1)
    assert jump.fit.coefficients[CONVENTIONAL] == pytest.approx(1.5)
    assert jump.estimate == pytest.approx(1.5)


def test_who_is_at_the_cut_off_is_treated_and_counts_are_of_those_within():
    jump = discontinuity(GRID, GRID, bandwidths=Bandwidths(0.5, 0.9))
    # Steps of .025: left -.475 ... -.025 is 19, right 0 ... .475 is 20; those at .5 have no weight.
    assert (jump.n_left, jump.n_right) == (19, 20)


@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 20))
@settings(max_examples=25, deadline=None)
def test_units_of_the_running_variable_do_not_matter(shift, scale):
    x, y = noisy(n=200)
    here, there = discontinuity(x, y), discontinuity(scale * (x + shift), y, cutoff=scale * shift)
    assert there.estimate == pytest.approx(here.estimate, rel=1e-5)
    assert there.std_error == pytest.approx(here.std_error, rel=1e-5)
    assert there.bandwidths.main == pytest.approx(scale * here.bandwidths.main, rel=1e-5)


def test_weights_are_plus_one_right_and_minus_one_left():
    data = sample(GRID, GRID)
    weights = conventional_weights(data, 0.8, 1, 0)
    left, right = data.sides
    assert weights[left].sum() == pytest.approx(-1)
    assert weights[right].sum() == pytest.approx(1)
    assert weights @ data.x == pytest.approx(0, abs=1e-12)


def test_residuals_of_neighbours_by_hand():
    # The three nearest of 1 are 2, 3, 4: mean (2 + 4 + 6) / 3 = 4. J = 3, so sqrt(3/4) x (0 - 4).
    x, y = np.array([1.0, 2, 3, 4, 9]), np.array([0.0, 2, 4, 6, 8])
    residual = neighbour_residuals(x, y, reach=9)
    assert residual[0] == pytest.approx(np.sqrt(3 / 4) * (0 - 4))
    # Of 3: 2 and 4 at one, 1 at two: mean (2 + 6 + 0) / 3.
    assert residual[2] == pytest.approx(np.sqrt(3 / 4) * (4 - 8 / 3))
    # Within a reach of 4 the last one is nobody's neighbour and has no residual.
    assert neighbour_residuals(x, y, reach=4)[4] == 0


def test_ties_with_the_last_neighbour_count():
    x, y = np.array([1.0, 1, 1, 1, 1]), np.array([0.0, 1, 2, 3, 4])
    # Four neighbours of the first: mean 2.5, J = 4.
    assert neighbour_residuals(x, y, reach=5)[0] == pytest.approx(np.sqrt(4 / 5) * (0 - 2.5))


def test_clusters_of_one_are_no_clusters_but_for_the_small_sample_factor():
    x, y = noisy()
    alone = discontinuity(x, y, bandwidths=WIDE)
    each = discontinuity(x, y, cluster=np.arange(len(x)), bandwidths=WIDE)
    n = alone.fit.n_clusters
    assert each.fit.n_clusters == n
    assert each.std_error == pytest.approx(alone.std_error * np.sqrt(n / (n - 1)))


def test_what_a_board_shares_widens_the_interval():
    rng = np.random.default_rng(5)
    x = np.repeat(rng.uniform(-1, 1, 60), 10) + rng.normal(0, 0.01, 600)
    board = np.repeat(np.arange(60), 10)
    y = x + rng.normal(size=60)[board] + rng.normal(0, 0.2, 600)
    assert (
        discontinuity(x, y, cluster=board, bandwidths=WIDE).std_error > discontinuity(x, y, bandwidths=WIDE).std_error
    )


def test_the_robust_interval_covers_the_truth_and_the_row_tells_it():
    covered = []
    for seed in range(100):
        row = discontinuity(*noisy(seed=seed, n=500)).row()
        assert row["ci_low"] < row["estimate"] < row["ci_high"]
        covered.append(row["ci_low"] <= 0.5 <= row["ci_high"])
    assert np.mean(covered) >= 0.88  # 100 intervals: standard deviation 2.2 points


def test_the_effect_of_money_is_the_ratio_of_two_kinks():
    x, y = noisy(jump=0.0, slope=3.0, n=3000)
    money = 2.0 * np.maximum(x, 0)
    effect = kink(x, y, money)
    assert effect.money.estimate == pytest.approx(2.0)
    assert effect.effect.estimate == pytest.approx(effect.outcome.estimate / 2)
    assert effect.effect.std_error == pytest.approx(effect.outcome.std_error / 2, rel=1e-3)  # money without noise
    assert abs(effect.effect.estimate - 1.5) < 3 * effect.effect.std_error


def test_money_without_a_kink_is_refused():
    x, y = noisy()
    with pytest.raises(ModelError, match="slope of the money does not change"):
        kink(x, y, 4 + 2 * x)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.where(GRID == 1, np.nan, GRID), "missing"),
        (GRID + 2, "0 distinct values below"),
        (np.sign(GRID), "1 distinct"),
    ],
)
def test_what_is_refused(x, message):
    with pytest.raises(ModelError, match=message):
        discontinuity(x, GRID)


def test_bins_do_not_straddle_the_cut_off():
    means = binned_means([-0.9, -0.1, 0.0, 0.9, 1.5], [1, 3, 5, 7, 100], width=1, reach=1)
    assert means["mean"].tolist() == [(1 + 3) / 2, (5 + 7) / 2]
    assert means["middle"].tolist() == [-0.5, 0.5]
    assert means["side"].tolist() == ["left", "right"]


def test_the_lines_part_by_the_conventional_estimate():
    x, y = noisy()
    lines = fitted_lines(x, y, bandwidth=0.6)
    ends = lines[lines["at"] == 0].set_index("side")["fitted"]
    jump = discontinuity(x, y, bandwidths=Bandwidths(0.6, 0.9))
    assert ends["right"] - ends["left"] == pytest.approx(jump.fit.coefficients[CONVENTIONAL])
    assert (lines["ci_low"] < lines["fitted"]).all()
