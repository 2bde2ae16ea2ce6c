"""Whether intervals hold the truth of small worlds, with and without what no attribute of a school measures."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import t as student

from analysis.chapters.school_choice.models import two_step, willingness
from analysis.chapters.school_choice.models.effects import methods
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.logit import fit_logit

OF_SCHOOLS = ["share_hoog", "C(concept)[T.Dalton]"]
WORLDS = 200
QUALITY_SD = 0.45


def held(choosers, formula, truth):
    """Whether the intervals of one world hold the truth, by estimate and method."""
    fit = GroupFit("model", "all", choosers, formula, fit_logit(choosers, formula))
    steps = two_step.fit_two_steps(choosers, formula)
    table = pd.concat(
        [
            willingness.willingness_to_travel(fit, choosers),
            willingness.willingness_to_travel(fit, choosers, by=next(methods(fit, steps=steps))),
        ]
    )
    true_km = np.array([true_travel(row, truth) for _, row in table.iterrows()])
    covered = (table["ci_low"] <= true_km) & (true_km <= table["ci_high"])
    rows = {("willingness to travel", *key): value for key, value in zip(named(table), covered, strict=True)}
    one_error = np.sqrt(np.diag(fit.covariance.loc[OF_SCHOOLS, OF_SCHOOLS]))
    one = np.abs(fit.result.params[OF_SCHOOLS] - truth[OF_SCHOOLS]) <= 1.96 * one_error
    two_error = np.sqrt(np.diag(steps.covariance.loc[OF_SCHOOLS, OF_SCHOOLS]))
    two = np.abs(steps.params[OF_SCHOOLS] - truth[OF_SCHOOLS]) <= student.ppf(0.975, steps.df) * two_error
    for name in OF_SCHOOLS:
        rows["attribute", "one_step", name] = bool(one[name])
        rows["attribute", "two_steps", name] = bool(two[name])
    return rows


def named(table):
    return zip(table["method"], table["term"], strict=True)


def true_travel(row, truth):
    gain = truth["C(concept)[T.Dalton]"] if row["term"] == "concept_Dalton" else truth["share_hoog"] * row["step"] / 0.1

    def worth(km):
        return truth["distance_km"] * km + truth["log_distance"] * np.log(km + 0.1)

    return brentq(lambda km: worth(km) + gain - worth(row["start_km"]), 0, 100) - row["start_km"]


@pytest.fixture(scope="module")
def covered(city):
    """Coverage by quantity, method and term, where schools differ by this much in what nobody measures."""

    @cache
    def share(quality_sd):
        worlds = (city.world(seed, quality_sd) for seed in range(WORLDS))
        return pd.DataFrame([held(choosers, city.formula, city.truth) for choosers in worlds]).mean()

    return share


TWO_STEP = "school choice, {}, two steps, every school attended, schools differ by what nobody measures"
ONE_STEP = "school choice, {}, one step, schools differ by what nobody measures (far too narrow)"


@pytest.mark.slow
@pytest.mark.parametrize("term", OF_SCHOOLS)
def test_two_steps_cover_what_one_step_does_not(covered, term, record_property):
    name = {"share_hoog": "share_hoog", "C(concept)[T.Dalton]": "concept"}[term]
    two, one = covered(QUALITY_SD)["attribute", "two_steps", term], covered(QUALITY_SD)["attribute", "one_step", term]
    record_property(TWO_STEP.format(name), two)
    record_property(ONE_STEP.format(name), one)
    assert 0.92 <= two <= 0.98
    assert one < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("term", ["share_hoog", "concept_Dalton"])
@pytest.mark.parametrize(
    ("quality_sd", "method", "label"),
    [
        (0.0, "one_step", "one step, schools differ by attributes alone"),
        (0.0, "two_steps", "two steps, schools differ by attributes alone"),
        (QUALITY_SD, "two_steps", "two steps, every school attended, schools differ by what nobody measures"),
    ],
)
def test_the_willingness_to_travel_holds_the_truth(covered, quality_sd, method, label, term, record_property):
    share = covered(quality_sd)["willingness to travel", method, term]
    record_property(f"school choice, willingness to travel for {term.removesuffix('_Dalton')}, {label}", share)
    assert 0.92 <= share <= 0.98
