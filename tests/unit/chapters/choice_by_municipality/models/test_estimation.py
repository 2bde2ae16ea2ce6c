import numpy as np
import pandas as pd
import pytest

from analysis.chapters.choice_by_municipality.models.estimation import (
    COLLINEAR,
    ESTIMATED,
    HELD,
    NO_INTERVAL,
    NO_MAXIMUM,
    ONE_POSTCODE,
    ONE_SCHOOL,
    UNSETTLED,
    account,
    coefficients,
    designs,
    estimate,
    terms,
)
from analysis.chapters.choice_by_municipality.models.flows import Municipality, municipalities
from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit import design_from_formula

FORMULA = "distance_km + log(distance_km + 0.1)"


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
    return estimate([town(*given)], "distance_km")[0].outcome


def test_reading_the_formula_once_gives_the_design_that_each_would_have_alone(small_country):
    country = municipalities(*small_country.tables)
    formula = FORMULA + " + schoolweging + C(denomination) + schoolweging:share_nonwestern"
    for one, design in designs(country, formula):
        pairs = {"distance_km": one.distance_km}
        alone = design_from_formula(
            formula, pairs, one.schools[["schoolweging", "denomination"]], one.homes[["share_nonwestern"]]
        )
        assert list(design.terms) == list(alone.terms)
        pd.testing.assert_frame_equal(
            design.rows().reset_index(drop=True), alone.rows().reset_index(drop=True), check_names=False
        )


def test_estimates_do_not_depend_on_how_many_work_side_by_side(small_country):
    country = municipalities(*small_country.tables)
    one, two = (coefficients(estimate(country, FORMULA, threads=threads)) for threads in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_known_coefficients_lie_within_the_intervals(make_country, planted):
    """80 municipalities with two coefficients, schools of unmeasured quality: of 160 intervals 152, give or take 3."""
    held = []
    for seed in range(10):
        world = make_country(seed, truth=planted(quality=0.5))
        table = coefficients(estimate(municipalities(*world.tables), FORMULA))
        truth = world.coefficients.rename_axis(index="group", columns="term").stack().rename("truth")  # noqa: PD013 - keeps the index
        rows = table.set_index(["group", "term"]).join(truth, how="inner")
        held += ((rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"])).tolist()
    assert len(held) == 160
    assert 145 <= sum(held) <= 159


def test_what_is_the_same_for_every_postcode_is_absorbed_and_reported(small_country):
    country = municipalities(*small_country.tables)
    alone, with_schools = (estimate(country, FORMULA + more) for more in ("", " + schoolweging + C(denomination)"))
    pd.testing.assert_frame_equal(coefficients(alone), coefficients(with_schools))
    assert terms(with_schools).to_dict("list") == {
        "term": ["distance_km", "log(distance_km + 0.1)", "C(denomination)[T.rk]", "schoolweging"],
        "municipalities": [8, 8, 0, 0],
        "reason": ["", "", HELD, HELD],
    }


def test_a_formula_of_school_terms_alone_is_refused(small_country):
    with pytest.raises(ModelError, match="the constants of the schools hold all") as error:
        estimate(municipalities(*small_country.tables), "schoolweging + C(denomination)")
    assert error.value.reason is Reason.ABSORBED


def test_an_interaction_with_postcodes_is_a_term(small_country):
    fitted = estimate(municipalities(*small_country.tables), FORMULA + " + schoolweging:share_nonwestern")
    assert {one.outcome for one in fitted} == {ESTIMATED}
    assert "schoolweging:share_nonwestern" in fitted[0].result.params


def test_every_municipality_without_an_estimate_has_its_reason():
    assert outcome([[20], [30]], [[1], [2]], [5.0]) == ONE_SCHOOL
    assert outcome([[20, 30]], [[1, 2]], [5.0, 6.0]) == ONE_POSTCODE
    # both schools are equally far from every home: distance adds nothing to the constant of the postcode
    assert outcome([[20, 30], [30, 20]], [[1, 1], [2, 2]], [5.0, 6.0]) == COLLINEAR
    # a distance that is always 1 km more to the second school is a constant of that school
    assert outcome([[20, 30], [30, 20]], [[1, 2], [2, 3]], [5.0, 6.0]) == COLLINEAR
    # everybody attends the nearest school
    assert outcome([[20, 0], [0, 20], [20, 0]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0]) == NO_MAXIMUM
    assert outcome([[20, 9], [9, 20], [20, 5]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0]) == NO_INTERVAL


def test_a_coefficient_that_one_of_many_postcodes_settles_is_no_estimate():
    km = [[1.0, 2.0], *[[1.0, 1.0]] * 11]
    assert outcome([[30, 20]] * 12, km, [5.0, 6.0]) == COLLINEAR


def test_few_postcodes_give_probabilities_without_errors():
    fitted = estimate([town([[20, 9], [9, 20], [20, 5]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0])], "distance_km")[0]
    assert fitted.result is None
    np.testing.assert_allclose(fitted.probability.sum(axis=1), 1)
    np.testing.assert_allclose(fitted.municipality.pupils.sum(axis=1) @ fitted.probability, [49, 34])  # of each school
    enough = estimate([fitted.municipality], "distance_km", min_postcodes=3)[0]
    assert enough.outcome == ESTIMATED
    # the log odds of the second school change from 1011 to 1012 by b times 2 km: +1 km there, -1 km here
    odds = np.log(fitted.probability[:, 1] / fitted.probability[:, 0])
    at_maximum = enough.result.params + enough.result.bias
    assert odds[1] - odds[0] == pytest.approx(-2 * at_maximum["distance_km"])


def test_the_account_counts_all():
    attended = town([[20, 9], [9, 20], [20, 5]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0], "Kept")
    gone = town([[20], [30]], [[1], [2]], [5.0], "Gone")
    outcomes = account(estimate([gone, attended], "distance_km"))
    assert outcomes["outcome"].tolist() == [NO_INTERVAL, ONE_SCHOOL]
    assert outcomes[["municipalities", "pupils", "schools", "postcodes"]].to_numpy().tolist() == [
        [1, 83, 2, 3],
        [1, 50, 1, 2],
    ]
    assert outcomes["share"].tolist() == pytest.approx([83 / 133, 50 / 133])


def test_municipalities_without_a_settled_answer_are_counted_together():
    """Apart, the two schools of the one could be derived from the total of all schools."""
    collinear = town([[20, 30], [30, 20]], [[1, 1], [2, 2]], [5.0, 6.0], "Alike")
    separated = town([[20, 0], [0, 20], [20, 0]], [[1, 2], [2, 1], [1, 3]], [5.0, 6.0], "Apart")
    outcomes = account(estimate([collinear, separated], "distance_km"))
    assert outcomes[["outcome", "municipalities", "schools"]].to_numpy().tolist() == [[UNSETTLED, 2, 4]]
