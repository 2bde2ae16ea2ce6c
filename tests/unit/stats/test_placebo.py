"""Placebos, the donut and the bandwidth curve look where they say; matches are the nearest."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError, Reason
from analysis.stats import placebo
from analysis.stats.matching import match
from analysis.stats.placebo import balance, bandwidth_curve, donut, placebo_cutoffs, placebo_years


def schools(seed=1, n=900, jump=1.0):
    rng = np.random.default_rng(seed)
    rank = np.sort(rng.uniform(-20, 15, n))
    frame = pd.DataFrame({"rank": rank, "board": rng.integers(0, 150, n), "size": 10 + rng.normal(size=n)})
    return frame.assign(hours=0.02 * rank + jump * (rank >= 0) + rng.normal(0, 0.5, n))


def test_a_jump_is_at_the_cut_off_and_nowhere_else():
    by_cutoff = placebo_cutoffs(schools(), "hours", (-10, -5, 5))
    assert by_cutoff["cutoff"].tolist() == [-10, -5, 5]
    assert (by_cutoff["estimate"].abs() < 3 * by_cutoff["std_error"]).all()
    # Only schools on the placebo's own side of zero: none of them is at once left of 5 and left of 0.
    assert (
        by_cutoff.loc[by_cutoff["cutoff"] == 5, "n_left"] <= ((schools()["rank"] >= 0) & (schools()["rank"] < 5)).sum()
    ).all()


def test_the_true_cut_off_is_no_placebo():
    with pytest.raises(ModelError, match="left or right of the true one"):
        placebo_cutoffs(schools(), "hours", (0.0,))


def test_the_donut_leaves_the_nearest_out():
    frame = schools()
    crowded = frame.assign(hours=frame["hours"] + 5 * ((frame["rank"] >= 0) & (frame["rank"] < 1)))
    by_radius = donut(crowded, "hours", (0.0, 1.0)).set_index("radius")
    assert by_radius.loc[0.0, "estimate"] > 3
    assert by_radius.loc[1.0, "estimate"] == pytest.approx(1.0, abs=3 * by_radius.loc[1.0, "std_error"])


def test_the_curve_is_at_multiples_of_the_chosen_bandwidth():
    by_factor = bandwidth_curve(schools(), "hours", (0.5, 1, 2))
    assert (by_factor["bandwidth"] / by_factor["bandwidth"][1]).tolist() == pytest.approx([0.5, 1, 2])
    assert by_factor["std_error"].is_monotonic_decreasing


def test_balance_tells_means_and_standard_deviations():
    balanced = balance(schools(), ["size"]).iloc[0]
    assert abs(balanced["estimate"]) < 3 * balanced["std_error"]
    assert balanced["mean_left"] == pytest.approx(10, abs=0.3)
    assert balanced["in_sd"] == pytest.approx(balanced["estimate"], rel=0.15)


def test_placebo_starts_use_the_years_before_only():
    frame = pd.DataFrame({"location": np.repeat(np.arange(40), 4), "year": np.tile(np.arange(2018, 2022), 40)})
    frame = frame.assign(board=frame["location"] % 10, amt=frame["location"] < 20)
    frame = frame.assign(y=np.where(frame["amt"] & (frame["year"] == 2021), 1000.0, np.sin(frame.index)))
    by_start = placebo_years(frame, "y", (2019, 2020), before=2021, treated="amt")
    assert all(abs(each.coefficients.iloc[0]) < 2 and each.n_obs == 120 for each in by_start.values())
    with pytest.raises(ModelError, match="2018 leaves no years"):
        placebo_years(frame, "y", (2018,), before=2021, treated="amt")


NEAR = pd.DataFrame(
    {
        "rank": [-3.0, -2, -1, 1, 2, 40],
        "size": [120.0, 210, 300, 200, 205, 200],
        "g5": [0, 0, 0, 0, 0, 0],
        "board": list("abcdef"),
        "hours": [1.0, 2, 3, 5, 6, 99],
    }
)


def test_the_nearest_school_is_the_match_and_counts_as_often_as_it_is_one():
    matched = match(NEAR, ["size"], window=5)
    # 200 and 205 both have 210 as their nearest; effect (5 + 6) / 2 - 2.
    assert matched.rows[["size", "weight"]].to_numpy().tolist() == [[210, 2], [200, 1], [205, 1]]
    matches, eligible = (matched.rows[matched.rows["eligible"] == side] for side in (0, 1))
    assert np.average(eligible["hours"], weights=eligible["weight"]) == (5 + 6) / 2
    assert np.average(matches["hours"], weights=matches["weight"]) == 2
    # One school, of one board, is all that they are compared with: how far off 2 may be is not known.
    unknown = matched.effect("hours")
    assert unknown.reason == Reason.TOO_FEW_CLUSTERS.value
    assert unknown.coefficients.isna().all()


def test_the_effect_is_the_difference_of_the_weighted_means():
    """200 has 199 as its nearest and 205 has 206: (5 + 6) / 2 - (3 + 2) / 2."""
    two = match(NEAR.assign(size=[120.0, 206, 199, 200, 205, 200]), ["size"], window=5)
    assert two.effect("hours").coefficients["eligible"] == pytest.approx((5 + 6) / 2 - (3 + 2) / 2)


def test_a_trait_in_which_the_schools_near_do_not_differ_has_no_jump_in_standard_deviations(monkeypatch):
    monkeypatch.setattr(placebo, "_jump", lambda *_: {"estimate": 0.0, "bandwidth": 10.0})
    frame = schools().assign(alike=lambda rows: rows["size"].where(rows["rank"].abs() > 10, 10.0))
    balanced = balance(frame, ["size", "alike"]).set_index("trait")["in_sd"]
    assert balanced["size"] == 0
    assert np.isnan(balanced["alike"])


def test_a_trait_that_is_the_same_everywhere_jumps_by_nothing_and_has_no_error(recwarn):
    balanced = balance(schools().assign(even=1.0), ["even"]).iloc[0]
    assert balanced["estimate"] == 0
    assert balanced[["std_error", "ci_low", "ci_high", "p_value", "in_sd"]].isna().all()
    assert not recwarn.list


def test_exact_traits_rule_matches_out_and_the_unmatched_are_counted():
    matched = match(NEAR.assign(g5=[0, 1, 0, 0, 1, 0]), ["size"], window=5, exact=["g5"])
    assert sorted(matched.rows["size"]) == [120, 200, 205, 210]
    assert matched.n_unmatched == 0
    lone = match(NEAR.assign(g5=[0, 0, 0, 0, 1, 0]), ["size"], window=5, exact=["g5"])
    assert lone.n_unmatched == 1
    with pytest.raises(ModelError, match="has a match"):
        match(NEAR.assign(g5=[0, 0, 0, 1, 1, 1]), ["size"], window=5, exact=["g5"])
