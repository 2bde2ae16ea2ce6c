from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.models import school_choice
from analysis.models.choice_by_municipality.estimation import (
    COLLINEAR,
    ESTIMATED,
    NO_INTERVAL,
    NO_MAXIMUM,
    ONE_POSTCODE,
    ONE_SCHOOL,
    account,
    coefficients,
    designs,
    estimate,
)
from analysis.models.choice_by_municipality.flows import Municipality, municipalities
from analysis.models.conditional_logit import design_from_formula
from analysis.models.geography import pairwise_km

FORMULA = "distance_km + log(distance_km + 0.1) + schoolweging + C(denomination)"


def town(pupils, km, weging, name="Dorp"):
    pupils = np.array(pupils, dtype=float)
    homes = [str(1000 + number) for number in range(len(pupils))]
    schools = [f"01AA{number:02d}" for number in range(pupils.shape[1])]
    return Municipality(
        name,
        pupils,
        np.array(km, dtype=float),
        pd.DataFrame({"lat": 52.0, "lon": 5.0, "share_nonwestern": 0.0, "density": 1000.0}, index=homes),
        pd.DataFrame({"schoolweging": weging, "denomination": "openbaar", "km": 1.0}, index=schools),
    )


def outcome(*given):
    return estimate([town(*given)], "distance_km + schoolweging")[0].outcome


def test_reading_the_formula_once_gives_the_design_that_each_would_have_alone(small_country):
    country = municipalities(*small_country.tables)
    formula = FORMULA + " + schoolweging:share_nonwestern"
    for one, design in designs(country, formula):
        pairs = {"distance_km": one.distance_km}
        alone = design_from_formula(
            formula, pairs, one.schools[["schoolweging", "denomination"]], one.homes[["share_nonwestern"]]
        )
        assert list(design.terms) == list(alone.terms)
        pd.testing.assert_frame_equal(
            design.rows().reset_index(drop=True), alone.rows().reset_index(drop=True), check_names=False
        )


def test_a_municipality_has_the_coefficients_of_the_chapter_on_one(small_country):
    by_school, by_pc4, by_pc4_school, *_ = small_country.tables
    one = estimate(municipalities(*small_country.tables), FORMULA)[3]
    here = by_school[by_school["municipality"] == one.municipality.name].set_index("location")
    pairs = by_pc4_school[by_pc4_school["location"].isin(here.index)]
    homes = by_pc4.set_index("pc4")
    choices = school_choice.select("one", pairs, "TOTAAL", pairwise_km(homes, here))
    terms = school_choice.attributes(choices, here, homes)
    terms = terms[["distance_km", "log_distance", "schoolweging", "denomination_rk"]]
    expected = school_choice.estimate(choices, terms)
    order = ["distance_km", "log(distance_km + 0.1)", "schoolweging", "C(denomination)[T.rk]"]
    np.testing.assert_allclose(one.result.params[order], expected.params, rtol=1e-8)
    np.testing.assert_allclose(
        one.result.covariance_cluster.loc[order, order], expected.covariance_cluster, rtol=1e-6, atol=1e-12
    )


def test_a_municipality_without_the_first_denomination_names_what_others_are_compared_with(small_country):
    """Where openbaar schools are called pc, rk is compared with pc: the same numbers, and the reference says so."""
    country = municipalities(*small_country.tables)[3:4]
    renamed = [
        replace(one, schools=one.schools.assign(denomination=one.schools["denomination"].replace("openbaar", "pc")))
        for one in country
    ]
    first, second = (coefficients(estimate(each, FORMULA)).set_index("term") for each in (country, renamed))
    assert first["reference"].to_dict() == dict.fromkeys(first.index, "") | {"C(denomination)[T.rk]": "openbaar"}
    assert second["reference"].to_dict() == dict.fromkeys(first.index, "") | {"C(denomination)[T.rk]": "pc"}
    pd.testing.assert_series_equal(first["estimate"], second["estimate"])


def test_estimates_do_not_depend_on_how_many_work_side_by_side(small_country):
    country = municipalities(*small_country.tables)
    one, two = (coefficients(estimate(country, FORMULA, threads=threads)) for threads in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_known_coefficients_lie_within_the_intervals(make_country):
    """80 municipalities with four coefficients: of 320 intervals 304 should hold the truth, give or take 4."""
    held = []
    for seed in range(10):
        world = make_country(seed)
        told = coefficients(estimate(municipalities(*world.tables), FORMULA))
        truth = world.coefficients.rename_axis(index="group", columns="term").stack().rename("truth")  # noqa: PD013 - keeps the index
        rows = told.set_index(["group", "term"]).join(truth, how="inner")
        held += ((rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"])).tolist()
    assert len(held) == 320
    assert 285 <= sum(held) <= 318


def test_every_municipality_without_an_estimate_has_its_reason():
    assert outcome([[20], [30]], [[1], [2]], [5.0]) == ONE_SCHOOL
    assert outcome([[20, 30]], [[1, 2]], [5.0, 6.0]) == ONE_POSTCODE
    # both schools are equally far from every home: distance tells no more than the constant of the postcode
    assert outcome([[20, 30], [30, 20]], [[1, 1], [2, 2]], [5.0, 6.0]) == COLLINEAR
    # two schools: schoolweging is a constant of the second school, and so is a distance that is always 1 km more
    assert outcome([[20, 30], [30, 20]], [[1, 2], [2, 3]], [5.0, 6.0]) == COLLINEAR
    # everybody attends the nearest school
    assert outcome([[20, 0], [0, 20], [20, 0]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0]) == NO_MAXIMUM
    assert outcome([[20, 9], [9, 20], [20, 5]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0]) == NO_INTERVAL


def test_few_postcodes_give_an_estimate_without_clustered_errors():
    found = estimate([town([[20, 9], [9, 20], [20, 5]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0])], "distance_km")[0]
    assert found.result.covariance_cluster is None
    enough = estimate([found.municipality], "distance_km", min_postcodes=3)[0]
    assert enough.outcome == ESTIMATED
    np.testing.assert_allclose(enough.probability.sum(axis=1), 1)
    expected = 1 / (1 + np.exp(enough.result.params["distance_km"] * 1))  # 1012: the other school is 1 km farther
    assert enough.probability[0, 0] == pytest.approx(expected)


def test_the_account_counts_all():
    kept = town([[20, 9], [9, 20], [20, 5]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0], "Kept")
    gone = town([[20], [30]], [[1], [2]], [5.0], "Gone")
    told = account(estimate([gone, kept], "distance_km"))
    assert told["outcome"].tolist() == [NO_INTERVAL, ONE_SCHOOL]
    assert told[["municipalities", "pupils", "schools", "postcodes"]].to_numpy().tolist() == [
        [1, 83, 2, 3],
        [1, 50, 1, 2],
    ]
    assert told["share"].tolist() == pytest.approx([83 / 133, 50 / 133])
