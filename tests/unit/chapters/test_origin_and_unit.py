"""An estimate does not depend on where a number is counted from or in what unit: nothing is lost to rounding."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from statsmodels.regression.mixed_linear_model import MixedLM

from analysis.chapters.advisering.models import instrument
from analysis.errors import ModelError, Reason
from analysis.stats.cell_regressions import school_effects
from analysis.stats.cells import collapse
from analysis.stats.discontinuity import discontinuity
from analysis.stats.fractional import fit_fractional
from analysis.stats.mixed_effects import fit_mixed
from analysis.stats.panel import fit_panel
from analysis.stats.regression import fit

CHANGES = [(1.0, 0.0), (1.0, 1e6), (1.0, -1e6), (1e-6, 0.0), (1e6, 0.0), (1e6, 1e9)]
changed = pytest.mark.parametrize(("scale", "shift"), CHANGES)


def frame(n=600, seed=1):
    rng = np.random.default_rng(seed)
    at = np.arange(n)
    rows = pd.DataFrame({"location": at % 50, "year": at // 50, "board": at % 25, "x": rng.normal(size=n)})
    rows = rows.assign(z=rng.normal(size=n), rank=np.sort(rng.uniform(-1, 1, n)), d=rng.integers(0, 2, n).astype(float))
    effect = rng.normal(0, 0.4, 50)[rows["location"]]
    slope = rng.normal(0, 0.3, 50)[rows["location"]]
    y = 0.5 * rows["x"] + effect + slope * rows["z"] + rng.normal(size=n) + 0.3 * (rows["rank"] >= 0)
    return rows.assign(y=y, yes=(rng.random(n) < expit(rows["x"])).astype(float))


def told(found):
    return np.array([found.coefficients["x"], found.std_errors["x"]])


ESTIMATORS = {
    "regression": lambda f: told(fit(f, "y", ["x", "z"], cluster="board")),
    "regression with effects": lambda f: told(fit(f, "y", ["x", "z"], cluster="board", entity="location")),
    "panel": lambda f: told(fit_panel(f, "y", ["x", "z"])),
    "panel by algebra": lambda f: told(fit_panel(f, "y", ["x", "z"], engine="within")),
    "mixed": lambda f: told(fit_mixed(f, "y", ["x"], group="location")),
    "mixed with a slope": lambda f: told(fit_mixed(f, "y", ["x", "z"], group="location", slopes=["z"])),
    "cells": lambda f: told(
        school_effects(collapse(f, ["x", "z"], lambda r: r[["x", "z"]], "y")),
    ),
}


@changed
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_origin_and_unit_of_the_outcome(name, scale, shift):
    rows = frame()
    plain, moved = ESTIMATORS[name](rows), ESTIMATORS[name](rows.assign(y=scale * rows["y"] + shift))
    assert_allclose(moved / scale, plain, rtol=1e-5)


@changed
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_origin_and_unit_of_the_term(name, scale, shift):
    rows = frame()
    plain, moved = ESTIMATORS[name](rows), ESTIMATORS[name](rows.assign(x=scale * rows["x"] + shift))
    assert_allclose(moved * scale, plain, rtol=1e-5)


@changed
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_origin_and_unit_of_another_term(name, scale, shift):
    rows = frame()
    plain, moved = ESTIMATORS[name](rows), ESTIMATORS[name](rows.assign(z=scale * rows["z"] + shift))
    assert_allclose(moved, plain, rtol=1e-5)


@changed
def test_the_origin_and_unit_of_a_term_of_a_logit(scale, shift):
    rows = frame()
    plain = told(fit_fractional(rows, "yes", ["x"], cluster="board"))
    moved = told(fit_fractional(rows.assign(x=scale * rows["x"] + shift), "yes", ["x"], cluster="board"))
    assert_allclose(moved * scale, plain, rtol=1e-6)


@changed
@pytest.mark.parametrize("outcome", ["y", "yes"])
def test_the_origin_and_unit_of_the_outcome_at_a_cut_off(outcome, scale, shift):
    """Of a yes-no too, whose residuals are zero or rounding: a cluster of zeros counts as one."""
    rows = frame()
    small = (rows.index // 3).to_numpy()
    plain = discontinuity(rows["rank"], rows[outcome], cluster=small)
    moved = discontinuity(rows["rank"], scale * rows[outcome] + shift, cluster=small)
    assert_allclose(moved.estimate / scale, plain.estimate, rtol=1e-6)
    assert_allclose(moved.std_error / scale, plain.std_error, rtol=1e-6)
    assert_allclose(moved.bandwidths.main, plain.bandwidths.main, rtol=1e-6)


@changed
def test_the_origin_and_unit_of_the_running_variable(scale, shift):
    rows = frame()
    plain = discontinuity(rows["rank"], rows["y"])
    moved = discontinuity(scale * rows["rank"] + shift, rows["y"], cutoff=shift)
    assert_allclose(moved.estimate, plain.estimate, rtol=1e-5)
    assert_allclose(moved.bandwidths.main / scale, plain.bandwidths.main, rtol=1e-5)


@changed
def test_the_variances_of_a_mixed_model_are_those_of_the_plain_outcome_and_of_statsmodels(scale, shift):
    """The example of the issue: an outcome of a million more gave a variance between groups of 0.098 for 0.163."""
    rows = frame()
    found = fit_mixed(rows.assign(y=scale * rows["y"] + shift), "y", ["x"], group="location")
    X = np.column_stack([np.ones(len(rows)), rows["x"]])
    theirs = MixedLM(rows["y"], X, rows["location"]).fit(reml=True, method="bfgs")
    assert_allclose(found.between.to_numpy()[0, 0] / scale**2, theirs.cov_re.to_numpy()[0, 0], rtol=1e-3)
    assert_allclose(found.within / scale**2, theirs.scale, rtol=1e-4)
    assert_allclose(found.coefficients["intercept"], scale * theirs.fe_params.iloc[0] + shift, rtol=1e-6)
    # of a restricted likelihood too: each of 600 - 2 rows has the unit of the outcome
    assert_allclose(found.log_likelihood + 598 * np.log(scale), theirs.llf, rtol=1e-6)


@changed
def test_a_random_slope_does_not_depend_on_the_origin_and_unit_of_its_number(scale, shift):
    rows = frame()
    plain = fit_mixed(rows, "y", ["x", "z"], group="location", slopes=["z"])
    moved = fit_mixed(rows.assign(z=scale * rows["z"] + shift), "y", ["x", "z"], group="location", slopes=["z"])
    assert_allclose(moved.between.loc["z", "z"] * scale**2, plain.between.loc["z", "z"], rtol=1e-4)
    # where z is zero the intercept has the variance it had: v0 + 2 s c + s^2 v1 at the moved origin
    v = moved.between.to_numpy()
    at_origin = v[0, 0] + 2 * shift * v[0, 1] + shift**2 * v[1, 1]
    if shift == 0:
        assert_allclose(at_origin, plain.between.iloc[0, 0], rtol=1e-4)
    assert_allclose(moved.by_group["z"] * scale, plain.by_group["z"], rtol=1e-3, atol=1e-5)


def test_groups_that_do_not_differ_have_a_variance_of_zero():
    """Every group has the same values: nothing is left between them."""
    values = np.tile([-1.0, 0.0, 0.5, 0.5], 30)
    rows = pd.DataFrame({"y": values, "g": np.repeat(np.arange(30), 4)})
    assert fit_mixed(rows, "y", [], group="g").between.to_numpy()[0, 0] == 0.0


ABSORBED = {
    "constant within": lambda f: f["location"].astype(float),
    "constant": lambda f: 0.1 + 0.0 * f["x"],
    "of years": lambda f: f["year"] / 7.0,
}


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1.0, 1e6])
@pytest.mark.parametrize("shift", [0.0, 1.0, 1e6])
@pytest.mark.parametrize("kind", ABSORBED)
def test_a_term_that_the_effects_absorb_is_named_whatever_its_unit(kind, scale, shift):
    rows = frame().assign(days=lambda f: scale * (ABSORBED[kind](f) + shift))
    asked = [lambda: fit_panel(rows, "y", ["x", "days"])]
    if kind != "of years":
        asked += [
            lambda: fit(rows, "y", ["x", "days"], cluster="board", entity="location"),
            lambda: fit(
                rows.assign(w=rows["x"] ** 2 + 1), "y", ["x", "days"], cluster="board", entity="location", weights="w"
            ),
            lambda: school_effects(collapse(rows, ["x", "days"], lambda r: r[["x", "days"]], "y")),
        ]
    for call in asked:
        with pytest.raises(ModelError, match="days: absorbed") as caught:
            call()
        assert caught.value.reason is Reason.ABSORBED


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1.0, 1e6])
@pytest.mark.parametrize("within", [1e-3, 1.0])
def test_a_term_that_varies_little_within_is_no_absorbed_one(scale, within):
    """Between schools it differs a thousand times as much as within them; its coefficient is that of x all the same."""
    rows = frame().assign(days=lambda f: scale * (f["location"] + within * f["x"]))
    expected = fit(frame(), "y", ["x"], cluster="board", entity="location").coefficients["x"]
    for found in (
        fit(rows, "y", ["days"], cluster="board", entity="location"),
        school_effects(collapse(rows, ["days"], lambda r: r[["days"]], "y")),
    ):
        assert_allclose(found.coefficients["days"] * scale * within, expected, rtol=1e-6)


def test_a_product_that_is_absorbed_and_a_copy_are_named():
    rows = frame().assign(
        even=lambda f: (f["location"] % 2).astype(float), of_school=lambda f: f["location"].astype(float)
    )
    with pytest.raises(ModelError, match="even:of_school: absorbed"):
        fit(rows, "y", ["x", "even:of_school"], cluster="board", entity="location")
    with pytest.raises(ModelError, match="terms are collinear: x, copy") as caught:
        fit(rows.assign(copy=2 * rows["x"] + 7), "y", ["x", "z", "copy"], cluster="board")
    assert caught.value.reason is Reason.COLLINEAR


def test_an_instrument_that_is_absorbed_is_named():
    rng = np.random.default_rng(1)
    swept = pd.DataFrame(
        {"y": rng.normal(size=90), "cet": rng.normal(size=90), "lovs": 0.0, "location": np.arange(90) % 9}
    )
    with pytest.raises(ModelError) as caught:
        instrument.two_stage(swept, [], "cet", "lovs")
    assert caught.value.reason is Reason.COLLINEAR
