"""How numbers are written: log points in per cent, shares in percentage points, sizes without a sign."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import language
from analysis.publish import units

WAGE = {"estimate": 0.0641195, "ci_low": 0.0598260, "ci_high": 0.0684131, "unit": "log points"}


def row(estimate: float, low: float, high: float, unit: str) -> dict[str, object]:
    return {"estimate": estimate, "ci_low": low, "ci_high": high, "unit": unit}


def test_log_points_become_per_cent_and_not_a_hundred_times_as_much():
    # exp(0.0641) - 1 = 0.0662; exp(0.0598) - 1 = 0.0617; exp(0.0684) - 1 = 0.0708
    assert units.with_interval(WAGE) == "6.6 per cent (95% interval 6.2 to 7.1)"


def test_a_fall_in_log_points_is_not_the_mirror_of_a_rise():
    fall = row(-0.0641195, -0.0684131, -0.0598260, "log points")
    # 1 - exp(-0.0641) = 0.0621; 1 - exp(-0.0684) = 0.0661; 1 - exp(-0.0598) = 0.0581
    assert units.size(fall) == "6.2 per cent (95% interval 5.8 to 6.6)"


@pytest.mark.parametrize(
    "unit", ["share of teachers", "share of schools", "share of the costs of staff, a year", "probability"]
)
def test_a_difference_of_shares_is_in_percentage_points(unit):
    assert units.quantity(0.0056, unit) == "0.6 percentage points"


def test_of_employment_is_said():
    assert units.quantity(0.131, "share of employment") == "13.1 percentage points of employment"


def test_a_size_has_no_sign_and_its_interval_turns_with_it():
    assert units.size(row(-0.83, -0.86, -0.79, "hours a week")) == "0.83 hours a week (95% interval 0.79 to 0.86)"


def test_an_interval_that_holds_zero_still_does_when_it_is_mirrored():
    """The ends were once made absolute: -0.04 to 0.01 became 0.01 to 0.04, which leaves zero out."""
    turned = units.mirrored(row(-0.015, -0.04, 0.01, "fte"))
    assert (turned["estimate"], turned["ci_low"], turned["ci_high"]) == (0.015, -0.01, 0.04)


@given(st.floats(-2, 2), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["log points", "share of teachers", "fte"]))
def test_a_mirrored_interval_holds_its_estimate_and_zero_as_before(estimate, down, up, unit):
    before = row(estimate, estimate - down, estimate + up, unit)
    after = units.mirrored(before)
    assert after["estimate"] >= 0
    assert after["ci_low"] <= after["estimate"] <= after["ci_high"]
    assert (after["ci_low"] <= 0 <= after["ci_high"]) == (before["ci_low"] <= 0 <= before["ci_high"])


@pytest.mark.parametrize(("low", "high", "sign"), [(0.1, 0.2, 1), (-0.2, -0.1, -1), (-0.1, 0.2, 0), (0.0, 0.2, 0)])
def test_a_direction_is_one_that_the_interval_establishes(low, high, sign):
    assert units.direction(row((low + high) / 2, low, high, "fte")) == sign


def test_a_table_has_shares_in_points_and_all_else_as_it_is():
    table = pd.DataFrame(
        {
            "estimate": [0.006, 0.064, 0.02],
            "std_error": [0.003, 0.002, 0.01],
            "p_value": [0.04, 0.0, 0.05],
            "unit": ["share of employment", "log points", "hours a week"],
        }
    )
    shown = units.in_points(table)
    assert shown["estimate"].tolist() == pytest.approx([0.6, 0.064, 0.02])
    assert shown["std_error"].tolist() == pytest.approx([0.3, 0.002, 0.01])  # so that 0.6 / 0.3 is still the t
    assert shown["p_value"].tolist() == [0.04, 0.0, 0.05]
    assert shown["unit"].tolist() == ["percentage points of employment", "log points", "hours a week"]


def test_all_that_is_in_the_unit_of_a_row_goes_along():
    """A bound on the bend of a curve of shares is in percentage points as well."""
    table = pd.DataFrame([{**dict.fromkeys(units.LINEAR, 0.5), "in_margins": 0.5, "unit": "share of teachers"}])
    shown = units.in_points(table).iloc[0]
    assert (shown[list(units.LINEAR)] == 50).all()
    assert shown["in_margins"] == 0.5
    assert {"curvature", "off_line", "bias"} <= set(units.LINEAR)


def test_in_dutch():
    with language.speaking("nl"):
        assert units.with_interval(WAGE) == "6,6 procent (95%-betrouwbaarheidsinterval 6,2 tot 7,1)"


def test_log_points_of_nothing_are_nothing():
    assert units.log_points(0.0) == 0.0
    assert units.log_points(math.log(2)) == pytest.approx(100)
