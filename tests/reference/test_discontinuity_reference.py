"""Jumps, kinks and density tests as the methods' own authors compute them; their Senate example."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from analysis.stats.density import density_test
from analysis.stats.discontinuity import CONVENTIONAL, ROBUST, Bandwidths, discontinuity

HERE = Path(__file__).parent
REFERENCE = pd.read_csv(HERE / "discontinuity_rdrobust.csv").set_index(["case", "number"])["value"]


def script():
    """The script of the reference, with the data's formula and the cases."""
    spec = importlib.util.spec_from_file_location("discontinuity_rdrobust", HERE / "discontinuity_rdrobust.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("case", list(script().CASES))
def test_jumps_and_kinks_are_those_of_rdrobust(case):
    order, derivative, digits, given = script().CASES[case]
    frame = script().data(digits)
    bandwidths = Bandwidths(*given) if given else None
    jump = discontinuity(frame["x"], frame["y"], order=order, derivative=derivative, bandwidths=bandwidths)
    values, errors = jump.fit.coefficients, jump.fit.std_errors
    ours = {
        **{"estimate": values[ROBUST], "std_error": errors[ROBUST]},
        **{"conventional": values[CONVENTIONAL], "conventional_error": errors[CONVENTIONAL]},
        **{"n_left": jump.n_left, "n_right": jump.n_right},
    }
    ours |= {"h": jump.bandwidths.main, "b": jump.bandwidths.bias}
    for number, theirs in REFERENCE[case].items():
        assert ours[number] == pytest.approx(theirs, rel=1e-6), number


def test_the_density_test_is_that_of_rddensity():
    test = density_test(script().data()["x"], bandwidths=script().DENSITY)
    theirs = REFERENCE["density"]
    # They divide by n - 1 where we divide by n: 700 observations.
    assert test.left * 700 / 699 == pytest.approx(theirs["left"], rel=1e-8)
    assert test.right * 700 / 699 == pytest.approx(theirs["right"], rel=1e-8)
    assert test.statistic == pytest.approx(theirs["statistic"], rel=2e-3)
    assert test.p_value == pytest.approx(theirs["p_value"], abs=5e-4)


def test_the_senate_elections_as_printed(senate):
    """Calonico, Cattaneo, Farrell and Titiunik (2017), Stata Journal 17(2): incumbents gain 7.4 points."""
    known = senate.dropna(subset=["vote", "margin"])
    jump = discontinuity(known["margin"], known["vote"])
    assert (round(jump.bandwidths.main, 3), round(jump.bandwidths.bias, 3)) == (17.708, 27.984)
    assert (jump.n_left, jump.n_right) == (359, 322)
    assert round(jump.fit.coefficients[CONVENTIONAL], 3) == 7.416
    assert round(jump.fit.std_errors[CONVENTIONAL], 4) == 1.4604
    assert round(jump.estimate / jump.std_error, 4) == 4.3095
    low, high = (jump.estimate + sign * 1.959964 * jump.std_error for sign in (-1, 1))
    assert (round(low, 4), round(high, 4)) == (4.0944, 10.9255)


def test_the_senate_margins_do_not_bunch_as_printed(senate):
    """Cattaneo, Jansson and Ma (2018), Stata Journal 18(1): T = -0.8753, p = 0.3814."""
    test = density_test(senate["margin"].dropna(), bandwidths=(19.841, 27.119))
    assert test.statistic == pytest.approx(-0.8753, abs=2e-4)
    assert test.p_value == pytest.approx(0.3814, abs=2e-4)


def test_the_senate_margins_repeat_nowhere_near_the_cutoff(senate):
    """Only uncontested elections (a margin of 100) repeat one; within the bandwidth none does: nothing to adjust."""
    margins = senate.dropna(subset=["vote", "margin"])["margin"]
    near = margins[margins.abs() < 27.984]
    assert set(margins[margins.duplicated()]) == {100.0}
    assert near.is_unique
