from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.effects import Estimated, fit_random_effects, methods, random_effects
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.logit import fit_logit
from analysis.chapters.school_choice.models.population import neighbourhood_types
from analysis.chapters.school_choice.models.two_step import two_steps
from analysis.chapters.school_choice.models.willingness import (
    steps,
    travel_table,
    willingness_to_travel,
)

from .conftest import by_group


@pytest.fixture(scope="module")
def fit(city):
    town = city.world(5, 0.0, pupils=600, schools=15)
    return GroupFit("entry_cohort", "all", town, city.formula, fit_logit(town, city.formula))


def with_params(fit, **changes):
    params = fit.result.params.copy()
    params.update(pd.Series(changes))
    covariance = pd.DataFrame(np.eye(len(params)), params.index, params.index)
    return Estimated("given", params, covariance, fit.probabilities)


def test_a_distance_that_is_linear_gives_the_ratio_of_coefficients_and_its_delta_error(fit):
    by = with_params(fit, distance_km=-2.0, log_distance=0.0, share_hoog=0.5)
    table = willingness_to_travel(fit, fit.choosers, by=by).set_index("term")
    step = fit.choosers.schools["share_hoog"].std(ddof=1) / 0.1
    assert table.loc["share_hoog", "estimate"] == pytest.approx(0.5 * step / 2.0)
    # d1 = d0 + step b_h / -b_d, and log_distance has a variance of its own: 1 each.
    start = fit.choosers.median_km
    end = start + 0.25 * step
    gradient = [0.25 * step / 2, np.log((end + 0.1) / (start + 0.1)) / 2, step / 2]
    assert table.loc["share_hoog", "std_error"] == pytest.approx(np.sqrt(np.square(gradient).sum()), rel=1e-6)
    assert table.loc["share_hoog", "step"] == pytest.approx(step / 10)


def test_the_extra_distance_makes_up_for_the_step(fit):
    params = fit.result.params
    row = willingness_to_travel(fit, fit.choosers).set_index("term").loc["concept_Dalton"]

    def worth(km):
        return params["distance_km"] * km + params["log_distance"] * np.log(km + 0.1)

    gain, start = params["C(concept)[T.Dalton]"], row["start_km"]
    assert row["estimate"] == pytest.approx(brentq(lambda km: worth(km) + gain - worth(start), 0, 100) - start)


def test_standard_errors_by_differences_in_every_coefficient(fit):
    params, covariance = fit.result.params, fit.covariance

    def extra(changed):
        return willingness_to_travel(
            fit, fit.choosers, by=Estimated("given", changed, covariance, fit.probabilities)
        ).set_index("term")["estimate"]

    def moved(term, by):
        return params.where(params.index != term, params + by)

    gradient = np.array([(extra(moved(term, 1e-5)) - extra(moved(term, -1e-5))) / 2e-5 for term in params.index]).T
    table = willingness_to_travel(fit, fit.choosers)
    variance = np.einsum("sm,mn,sn->s", gradient, covariance.to_numpy(), gradient)
    assert table["std_error"].to_numpy() == pytest.approx(np.sqrt(variance), rel=1e-5)
    assert (table["ci_high"] - table["ci_low"]).to_numpy() == pytest.approx(2 * 1.959964 * np.sqrt(variance), rel=1e-5)


def test_a_step_that_no_distance_makes_up_for_is_left_open(fit):
    by = with_params(fit, **{"C(concept)[T.Dalton]": -50.0})
    table = willingness_to_travel(fit, fit.choosers, by=by).set_index("term")
    assert table.loc["concept_Dalton", ["estimate", "std_error", "ci_low", "p_value"]].isna().all()
    assert table.loc["share_hoog", "estimate"] > 0


def test_where_utility_rises_with_distance_no_distance_makes_up_for_any_step(fit):
    table = willingness_to_travel(fit, fit.choosers, by=with_params(fit, distance_km=0.1))
    assert table[["estimate", "std_error", "ci_low", "ci_high", "p_value"]].isna().all(axis=None)
    assert table["probability"].notna().all()


def test_the_change_at_the_nearest_school_is_that_of_its_probability(fit):
    row = willingness_to_travel(fit, fit.choosers).set_index("term").loc["concept_Dalton"]
    nearest = fit.choosers.distance_km.argmin(axis=1)
    now = fit.probabilities[np.arange(600), nearest]
    more = np.exp(fit.result.params["C(concept)[T.Dalton]"])
    assert row["probability"] == pytest.approx(now.mean())
    assert row["change"] == pytest.approx((now * more / (1 - now + now * more) - now).mean())


def test_the_elasticity_is_the_relative_change_in_attendance(fit):
    table = willingness_to_travel(fit, fit.choosers).set_index("term")
    p = fit.probabilities
    worth = fit.result.params["share_hoog"] * fit.choosers.schools["share_hoog"].to_numpy() / 0.1
    assert table.loc["share_hoog", "elasticity"] == pytest.approx((p * (1 - p) * worth).sum() / p.sum(), rel=1e-4)
    assert np.isnan(table.loc["concept_Dalton", "elasticity"])


def test_every_method_has_its_rows_and_random_effects_their_own_probabilities(fit):
    fits = by_group(fit)
    effects_by_group, two = random_effects(fits), two_steps(fits)
    table = travel_table(fits, {"entry_cohort": fit.choosers}, effects_by_group, two, ())
    assert table["method"].unique().tolist() == ["random_effects", "two_steps", "one_step"]
    rows = table[table["term"] == "concept_Dalton"].set_index("method")
    effects = effects_by_group.estimates["entry_cohort", "all"]
    nearest = fit.choosers.distance_km.argmin(axis=1)
    share = next(methods(fit, effects)).share[np.arange(600), nearest]
    assert rows.loc["random_effects", "probability"] == pytest.approx(share.mean())
    assert rows.loc["two_steps", "probability"] == rows.loc["one_step", "probability"]
    # 15 schools, two attributes and a constant; one step is normal.
    assert rows["df"].fillna(-1).to_dict() == {"random_effects": 12.0, "two_steps": 12.0, "one_step": -1.0}
    half = 2.1788 * rows.loc["random_effects", "std_error"]
    assert rows.loc["random_effects", "ci_high"] - rows.loc["random_effects", "estimate"] == pytest.approx(
        half, rel=1e-4
    )


def test_a_group_that_a_method_refuses_has_no_rows_of_it(fit):
    fits = by_group(fit)
    none = replace(random_effects(fits), estimates={})
    table = travel_table(fits, {"entry_cohort": fit.choosers}, none, two_steps(fits), ())
    assert table["method"].unique().tolist() == ["two_steps", "one_step"]


def test_random_effects_bring_their_estimates_and_errors(fit):
    effects = fit_random_effects(fit)
    row = willingness_to_travel(fit, fit.choosers, by=next(methods(fit, effects))).set_index("term").loc["share_hoog"]
    b, start, end = effects.params, row["start_km"], row["start_km"] + row["estimate"]

    def worth(km):
        return b["distance_km"] * km + b["log_distance"] * np.log(km + 0.1)

    step = row["step"] / 0.1
    assert worth(end) + step * b["share_hoog"] == pytest.approx(worth(start))
    slope = b["distance_km"] + b["log_distance"] / (end + 0.1)
    gradient = -np.array([end - start, np.log((end + 0.1) / (start + 0.1)), step, 0]) / slope
    assert row["std_error"] == pytest.approx(np.sqrt(gradient @ effects.covariance.to_numpy() @ gradient), rel=1e-6)


def test_a_lower_schoolweging_is_the_step_and_a_category_is_against_the_first():
    schools = pd.DataFrame(
        {"schoolweging": [20.0, 30.0], "kind": pd.Categorical(["b", "a"], ["a", "b"]), "unused": [1.0, 2.0]}
    )
    frame, sizes = steps(schools, "schoolweging + C(kind)", schools)
    assert sizes.to_dict() == {"kind_b": 1.0, "schoolweging": pytest.approx(-np.sqrt(50))}
    assert frame["schoolweging"].to_dict() == {
        "": 25.0,
        "kind_b": 25.0,
        "schoolweging": pytest.approx(25 - np.sqrt(50)),
    }
    assert frame["kind"].tolist() == ["a", "b", "a"]


def test_kinds_are_bands_of_the_neighbourhood_or_the_groups():
    homes = pd.DataFrame(
        {"group": ["x", "x", "y"], "pc4": "1", "lat": 52.3, "lon": 4.9, "nonwestern": [0.1, 0.3, 0.7]},
        index=pd.Index([1, 2, 3], name="situation"),
    )
    chosen = pd.Series([1], pd.MultiIndex.from_tuples([(1, "a")], names=["situation", "location"]))
    some = Choosers(homes, pd.DataFrame({"lat": 52.3, "lon": 4.9}, ["a"]), np.ones((3, 1)), chosen)
    assert neighbourhood_types(some, ()).tolist() == ["x", "x", "y"]
    named = ["below 20% non-western", "20%-60% non-western", "60% or more non-western"]
    assert neighbourhood_types(some, (0.2, 0.6)).tolist() == named


def test_the_willingness_depends_on_the_kind_through_an_interaction(city):
    town = city.world(6, 0.0, pupils=600, schools=15)
    share = np.where(np.arange(600) < 300, 0.1, 0.7)
    mixed = Choosers(town.situations.assign(nonwestern=share), town.schools, town.distance_km, town.chosen)
    formula = "distance_km + log_distance + share_hoog + share_hoog:nonwestern"
    fit = GroupFit("m", "all", mixed, formula, fit_logit(mixed, formula))
    by = with_params(fit, distance_km=-2.0, log_distance=0.0, share_hoog=0.1, **{"share_hoog:nonwestern": 0.02})
    table = willingness_to_travel(fit, mixed, (0.2, 0.6), by=by).set_index("group")
    per_step = mixed.schools["share_hoog"].std(ddof=1) / 0.1 / 2.0
    # 10 percentage points are the unit: 0.1 + 0.02 x 1 and 0.1 + 0.02 x 7.
    assert table.loc["below 20% non-western", "estimate"] == pytest.approx(0.12 * per_step)
    assert table.loc["60% or more non-western", "estimate"] == pytest.approx(0.24 * per_step)
    assert table["n_obs"].tolist() == [300, 300]
