"""The honest interval at a cut-off: critical values, largest bias, and the bound, each by a second route."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import linprog
from scipy.stats import foldnorm, ncx2

from analysis.errors import ModelError, Reason
from analysis.stats.discontinuity import CONVENTIONAL, conventional_weights, discontinuity, sample
from analysis.stats.honest import critical_value, honest, rule_of_thumb, worst_bias

# Armstrong and Kolesár (2020), Table of cv at 5%, to the digits that are printed there; the last line is the example of
# the manual of RDHonest: a bias of a quarter of the error, at 1, 5 and 10%.
PRINTED = {0.0: 1.960, 0.1: 1.970, 0.2: 1.999, 0.3: 2.045, 0.4: 2.107, 0.5: 2.181}
PRINTED |= {0.6: 2.265, 0.7: 2.356, 0.8: 2.450, 0.9: 2.548, 1.0: 2.646, 1.5: 3.145, 2.0: 3.645}
A_QUARTER = {0.99: 2.652241, 0.95: 2.019713, 0.90: 1.695581}


def curve(seed: int = 0, n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-20, 15, n))
    return x, 0.01 * x**2 + 0.5 * (x >= 0) + rng.normal(0, 0.3, n)


@pytest.mark.parametrize(("bias", "printed"), PRINTED.items())
def test_critical_values_are_those_in_print(bias, printed):
    assert critical_value(bias) == pytest.approx(printed, abs=5.1e-4)


@pytest.mark.parametrize(("level", "value"), A_QUARTER.items())
def test_critical_values_at_other_levels(level, value):
    assert critical_value(0.25, level) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("bias", [0.0, 0.3, 0.5, 1.0, 3.0, 20.0])
def test_critical_values_are_quantiles_of_the_folded_normal_and_of_the_noncentral_chi_square(bias):
    assert critical_value(bias) == pytest.approx(foldnorm.ppf(0.95, bias), rel=1e-7)
    if bias:
        assert critical_value(bias) == pytest.approx(np.sqrt(ncx2.ppf(0.95, 1, bias**2)), rel=1e-6)


def test_with_few_clusters_the_critical_value_is_that_of_t_and_with_many_of_the_normal():
    assert critical_value(0.0, df=10) == pytest.approx(2.228139, abs=1e-6)  # t of 10 degrees of freedom, in print
    assert critical_value(0.7, df=1e7) == pytest.approx(critical_value(0.7), rel=1e-5)


def test_the_largest_bias_is_that_of_a_linear_program_over_all_curves():
    """Maximise the bias over piecewise curves whose second derivative lies within M on a grid: no parabola assumed."""
    x, y = curve(n=60)
    data, M = sample(x, y), 0.02
    weights = conventional_weights(data, 8.0, 1, 0)
    grid = np.linspace(-8, 8, 1601)
    middles, step = (grid[1:] + grid[:-1]) / 2, np.diff(grid)
    # f(x) = integral of (x - t) f''(t) between 0 and x: what a bend at t adds to the estimate is kernel(t) f''(t) dt.
    kernel = np.array(
        [weights @ (np.maximum(x - t, 0) * (x >= 0) if t > 0 else np.maximum(t - x, 0) * (x < 0)) for t in middles]
    )
    solution = linprog(-(kernel * step), bounds=[(-M, M)] * len(middles))
    assert worst_bias(data, weights, M) == pytest.approx(-solution.fun, rel=1e-3)


def test_the_largest_bias_is_reached_by_a_parabola():
    x, y = curve()
    data, M = sample(x, y), 0.02
    weights = conventional_weights(data, 6.0, 1, 0)
    parabola = M / 2 * x**2 * np.where(x >= 0, -1, 1)  # bends apart on the two sides; the jump at zero is zero
    assert abs(weights @ parabola) == pytest.approx(worst_bias(data, weights, M), rel=1e-12)


def test_the_bound_is_the_largest_second_derivative_of_a_quartic():
    x = np.linspace(-10, 8, 400)
    y = np.where(x < 0, 0.03 * x**2 + 0.002 * x**3, 1 + 0.01 * x**2)
    # Left of zero f'' = 0.06 + 0.012 x, from -0.06 at -10 to 0.06 at 0; right of it 0.02.
    bound, spread = rule_of_thumb(sample(x, y))
    assert bound == pytest.approx(0.06, abs=2e-3)  # at the value nearest to zero
    assert spread.max() < 1e-9


def test_the_bound_looks_inside_the_range_too():
    x = np.concatenate([np.linspace(-10, -0.01, 300), np.linspace(0, 10, 300)])
    y = np.where(x < 0, 0.0, -((x - 5) ** 4) / 1200 + 0.04 * x**2)  # f'' = 0.08 - (x - 5)^2 / 100
    assert rule_of_thumb(sample(x, y))[0] == pytest.approx(max(0.08, 0.25 - 0.08), abs=1e-6)


def test_at_the_ends_of_the_interval_the_p_value_is_the_level():
    x, y = curve()
    row = honest(x, y).row()
    shifted = honest(x, y - row["ci_low"] * (x >= 0)).row()  # the interval now ends at zero
    assert shifted["ci_low"] == pytest.approx(0, abs=1e-9)
    assert shifted["p_value"] == pytest.approx(0.05, abs=1e-9)


def test_the_interval_is_the_estimate_with_the_critical_value_on_either_side():
    x, y = curve()
    jump = honest(x, y, curvature=0.02, bandwidth=5.0)
    plain = discontinuity(x, y)
    assert jump.off_line == pytest.approx(0.02 * 5.0**2 / 2)  # 0.25
    half = critical_value(jump.bias / jump.std_error, df=jump.n_clusters - 1) * jump.std_error
    assert jump.row()["ci_high"] - jump.estimate == pytest.approx(half)
    same = honest(x, y, curvature=0.02, bandwidth=plain.bandwidths.main)
    assert same.estimate == pytest.approx(plain.fit.coefficients[CONVENTIONAL], rel=1e-12)


def test_the_chosen_bandwidth_is_near_the_shortest_interval():
    x, y = curve(n=1500)
    chosen = honest(x, y, curvature=0.02)
    length = chosen.row()["ci_high"] - chosen.row()["ci_low"]
    for factor in (0.6, 1.6):
        other = honest(x, y, curvature=0.02, bandwidth=chosen.bandwidth * factor).row()
        assert other["ci_high"] - other["ci_low"] > 0.98 * length


def test_an_offset_and_a_scale_change_nothing_but_the_scale():
    x, y = curve()
    plain, moved = honest(x, y).row(), honest(x, 1e6 + 1000 * y).row()
    assert moved["bandwidth"] == plain["bandwidth"]
    for name in ("estimate", "std_error", "ci_low", "ci_high", "bias", "curvature"):
        assert moved[name] == pytest.approx(1000 * plain[name], rel=1e-6), name


def test_more_bend_is_a_wider_interval_and_none_is_the_usual_one():
    x, y = curve()
    widths = [
        np.diff([honest(x, y, curvature=M, bandwidth=6.0).row()[end] for end in ("ci_low", "ci_high")])[0]
        for M in (0.0, 0.01, 0.05)
    ]
    assert widths == sorted(widths)
    assert honest(x, y, curvature=0.0, bandwidth=6.0).bias == 0


def test_errors_are_clustered():
    x, y = curve()
    rng = np.random.default_rng(1)
    board = rng.integers(0, 60, len(x))
    shared = y + rng.normal(0, 0.5, 60)[board]
    alone, clustered = honest(x, shared, bandwidth=6.0), honest(x, shared, bandwidth=6.0, cluster=board)
    assert clustered.n_clusters <= 60 < alone.n_clusters
    assert clustered.std_error != pytest.approx(alone.std_error, rel=0.01)


@pytest.mark.parametrize(
    ("change", "reason"),
    [(lambda x, y: (x, np.where(x > 3, np.nan, y)), Reason.MISSING), (lambda x, y: (np.abs(x), y), Reason.TOO_FEW)],
)
def test_what_cannot_be_estimated_is_refused(change, reason):
    with pytest.raises(ModelError) as refused:
        honest(*change(*curve()))
    assert refused.value.reason is reason


def test_the_error_is_that_of_leaving_out_every_board_in_turn():
    x, y = curve(n=300)
    board = np.random.default_rng(2).integers(0, 25, len(x))
    estimated = honest(x, y, bandwidth=7.0, cluster=board, curvature=0.0)

    def jump(chosen: np.ndarray) -> float:
        """Weighted least squares by numpy, on both sides at once."""
        near = chosen & (np.abs(x) < 7.0)
        design = np.column_stack([np.ones(near.sum()), x[near] >= 0, x[near], x[near] * (x[near] >= 0)])
        root = np.sqrt(1 - np.abs(x[near]) / 7.0)
        return float(np.linalg.lstsq(design * root[:, None], y[near] * root, rcond=None)[0][1])

    assert estimated.estimate == pytest.approx(jump(np.full(len(x), True)), rel=1e-10)
    left_out = np.array([jump(board != each) for each in range(25)])
    by_hand = np.sqrt(24 / 25 * ((left_out - left_out.mean()) ** 2).sum())
    assert estimated.std_error == pytest.approx(by_hand, rel=1e-9)


def test_a_line_that_rests_on_one_board_is_refused():
    x, y = curve()
    with pytest.raises(ModelError) as refused:
        honest(x, y, cluster=np.where(x < 0, 0, np.arange(len(x))))
    assert refused.value.reason is Reason.TOO_FEW_CLUSTERS


def test_an_outcome_that_does_not_vary_has_no_interval():
    x, _ = curve()
    with pytest.raises(ModelError) as refused:
        honest(x, pd.Series(np.full(len(x), 0.1)))  # whose sums round
    assert refused.value.reason is Reason.UNDEFINED


def test_folded_normal_is_what_the_estimate_follows():
    """A check of the formula itself: |Z + b| lies below cv with the chance that is claimed, by integration."""
    b = 0.8
    chance, _ = quad(lambda z: np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), -critical_value(b) - b, critical_value(b) - b)
    assert chance == pytest.approx(0.95, abs=1e-9)
