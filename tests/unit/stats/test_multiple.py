"""The wild bootstrap and Romano-Wolf: against brute force, and against rates that are known."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.stats.multiple import WEBB, romano_wolf, wild_draws
from analysis.stats.panel import design, with_treatment

OUTCOMES = [f"y{number}" for number in range(4)]


def panel(seed=1, schools=60, boards=12, effect=0.0, absent=0.0):
    """Boards of equal size, each with treated and other schools; four outcomes, correlated within boards and years."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"location": np.repeat(np.arange(schools), 4), "year": np.tile(np.arange(2018, 2022), schools)}
    )
    frame = frame.assign(board=frame["location"] % boards, amt=frame["location"] < schools / 2)
    shared = rng.normal(size=len(frame))
    cell = pd.factorize(frame["board"] * 10 + frame["year"] - 2018)[0]
    for name in OUTCOMES:
        own = rng.normal(size=len(frame)) + 0.5 * rng.normal(size=cell.max() + 1)[cell]
        frame[name] = shared + own
    frame["y0"] += effect * (frame["amt"] & (frame["year"] >= 2020))
    if absent:
        frame = frame.sample(frac=1 - absent, random_state=1)
    return design(with_treatment(frame, "amt", 2020), OUTCOMES, ["treated_after"])


@pytest.mark.parametrize("absent", [0.0, 0.15])
def test_sums_over_clusters_give_what_regressions_on_drawn_outcomes_give(absent):
    of = panel(absent=absent)
    _, observed, drawn = wild_draws(of, ["y1"], "treated_after", rng=np.random.default_rng(9), draws=5)
    weights = np.random.default_rng(9).choice(WEBB, size=(5, 12))
    board = pd.factorize(of.rows["board"])[0]
    null_residual = of.demean(of.rows[["y1"]].to_numpy(float))[:, 0]

    def t_statistic(outcome):
        rows = of.rows.assign(drawn=outcome)
        fitted = design(rows, ["drawn"], ["treated_after"]).fit("drawn", "within").clustered("board")
        return (fitted.coefficients / fitted.std_errors).iloc[0]

    statistic = t_statistic(of.rows["y1"])
    by_force = [t_statistic(w[board] * null_residual) for w in weights]
    # Both leave the same small-sample factor out or in: proportions are equal.
    np.testing.assert_allclose(drawn[:, 0] / observed[0], np.array(by_force) / statistic, rtol=1e-8)


def test_webbs_points_have_mean_zero_and_variance_one():
    assert WEBB.sum() == pytest.approx(0)
    assert (WEBB**2).mean() == pytest.approx(1)
    assert len(set(WEBB)) == 6


def test_adjusted_p_values_are_not_below_the_own_ones_and_keep_their_order():
    adjusted = romano_wolf(panel(effect=3.0), OUTCOMES, "treated_after", rng=np.random.default_rng(1))
    assert (adjusted["p_value_romano_wolf"] >= adjusted["p_value_wild"]).all()
    by_size = adjusted.sort_values("t_statistic", key=abs, ascending=False)
    assert by_size["outcome"].iloc[0] == "y0"
    assert by_size["p_value_romano_wolf"].is_monotonic_increasing
    assert by_size["p_value_romano_wolf"].iloc[0] < 0.05


def test_an_outcome_and_its_mirror_cost_nothing():
    of = panel()
    mirrored = design(of.rows.assign(mirror=-of.rows["y0"]), ["y0", "mirror"], ["treated_after"])
    adjusted = romano_wolf(mirrored, ["y0", "mirror"], "treated_after", rng=np.random.default_rng(1))
    np.testing.assert_allclose(adjusted["p_value_romano_wolf"], adjusted["p_value_wild"])


def test_one_false_rejection_among_all_outcomes_is_as_rare_as_promised():
    worlds = [
        romano_wolf(panel(seed=seed), OUTCOMES, "treated_after", rng=np.random.default_rng(seed), draws=199)
        for seed in range(100)
    ]
    any_adjusted = np.mean([(adjusted["p_value_romano_wolf"] < 0.05).any() for adjusted in worlds])
    any_own = np.mean([(adjusted["p_value_wild"] < 0.05).any() for adjusted in worlds])
    assert any_adjusted <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 100)
    assert any_own > any_adjusted


def test_with_a_dozen_clusters_the_bootstraps_interval_covers():
    covered = []
    for seed in range(100):
        of = panel(seed=seed, effect=0.7)
        draws = {"rng": np.random.default_rng(seed), "draws": 199}
        (value,), (t,), drawn = wild_draws(of, ["y0"], "treated_after", **draws)
        half = np.quantile(np.abs(drawn[:, 0]), 0.95) * abs(value / t)  # of the bootstrapped |t|, in usual errors
        covered.append(abs(value - 0.7) <= half)
    assert np.mean(covered) >= 0.88  # 100 intervals


def test_a_panel_of_several_terms_is_refused():
    of = panel()
    both = design(of.rows.assign(x=np.sin(of.rows.index)), OUTCOMES, ["treated_after", "x"])
    with pytest.raises(ModelError, match="for one term"):
        romano_wolf(both, OUTCOMES, "treated_after", rng=np.random.default_rng(1))
