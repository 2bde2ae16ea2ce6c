import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice import models as school_choice
from analysis.chapters.school_choice.models import Choices
from analysis.errors import ModelError
from analysis.stats import conditional_logit

PARAMS = pd.Series(
    {
        "distance_km": -0.45,
        "log_distance": -1.30,
        "schoolweging": -0.55,
        "schoolweging_x_nonwestern": 0.13,
        "denomination_rk": 0.10,
        "denomination_pc": -0.10,
        "denomination_other": -0.35,
    }
)
BY_SCHOOL = pd.DataFrame(
    {"schoolweging": [25.0, 30.0, 35.0], "denomination": ["openbaar", "rk", "other"]},
    index=pd.Index(["a", "b", "c"], name="location"),
)
BY_PC4 = pd.DataFrame({"share_nonwestern": [0.1, 0.4]}, index=pd.Index(["1011", "1012"], name="pc4"))
DISTANCE = pd.DataFrame([[0.4, 0.9, 2.0], [1.5, 0.0, 3.0]], index=BY_PC4.index, columns=BY_SCHOOL.index)
BY_PC4_SCHOOL = pd.DataFrame(
    {
        "pc4": ["1012", "1011", "1011", "1012"],
        "location": ["b", "a", "b", "c"],
        "LEEFTIJD_4": [3, 4, 1, 0],
        "TOTAAL": [30, 40, 10, 20],
    }
)


def select(column, **changes):
    return school_choice.select("model", BY_PC4_SCHOOL.assign(**changes), column, DISTANCE)


@pytest.fixture(scope="module")
def town():
    """Twelve postcodes and nine schools on a line, and pupils who chose by known coefficients."""
    rng = np.random.default_rng(11)
    by_school = pd.DataFrame(
        {"schoolweging": rng.uniform(22, 38, 9), "denomination": ["openbaar", "rk", "pc", "other"] * 2 + ["openbaar"]},
        index=pd.Index(list("abcdefghi"), name="location"),
    )
    by_pc4 = pd.DataFrame(
        {"share_nonwestern": rng.uniform(0.05, 0.7, 12)}, index=pd.Index(range(1011, 1023), name="pc4")
    )
    place = np.subtract.outer(np.linspace(0, 6, 12), rng.uniform(0, 6, 9))
    distance = pd.DataFrame(np.hypot(place, 0.3), index=by_pc4.index, columns=by_school.index)
    terms = school_choice.attributes(Choices("truth", pd.Series(dtype=float), distance, 0), by_school, by_pc4)
    chance = conditional_logit.probabilities(PARAMS, terms).to_numpy().reshape(12, 9)
    pairs = terms.index.to_frame(index=False).assign(TOTAAL=rng.multinomial(400, chance).ravel())
    choices = school_choice.select("all_ages", pairs, "TOTAAL", distance)
    terms = school_choice.attributes(choices, by_school, by_pc4)
    return choices, terms, school_choice.estimate(choices, terms), by_pc4, by_school


def test_an_alternative_is_a_school_that_anyone_attends():
    everyone, four = select("TOTAAL"), select("LEEFTIJD_4")
    assert everyone.pupils.to_dict() == {("1011", "a"): 40, ("1011", "b"): 10, ("1012", "b"): 30, ("1012", "c"): 20}
    assert (list(everyone.distance.columns), everyone.schools_without) == (["a", "b", "c"], 0)
    assert four.pupils.to_dict() == {("1011", "a"): 4, ("1011", "b"): 1, ("1012", "b"): 3}
    assert (list(four.distance.columns), four.schools_without) == (["a", "b"], 1)
    assert four.distance.loc["1012"].tolist() == [1.5, 0.0]


def test_a_postcode_without_choosers_is_no_situation():
    found = select("LEEFTIJD_4", LEEFTIJD_4=[0, 4, 1, 0])
    assert list(found.distance.index) == ["1011"]


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ModelError, match="no column LEEFTIJD_3 of pupils; there are LEEFTIJD_4"):
        select("LEEFTIJD_3")


@pytest.mark.parametrize(
    ("pupils", "problem"), [([0] * 4, "no pupils"), ([1, -1, 2, 2], "negative"), ([1, None, 2, 2], "missing")]
)
def test_pupils_that_cannot_be_counted_are_refused(pupils, problem):
    with pytest.raises(ModelError, match=problem):
        select("LEEFTIJD_4", LEEFTIJD_4=pupils)


def test_a_school_without_a_point_is_not_passed_over():
    with pytest.raises(KeyError):
        school_choice.select("model", BY_PC4_SCHOOL, "TOTAAL", DISTANCE.drop(columns="c"))


def test_every_term_by_hand():
    terms = school_choice.attributes(select("TOTAAL"), BY_SCHOOL, BY_PC4)
    log = np.log
    expected = pd.DataFrame(
        [  # km, ln(km + 0.1), weging / 5, weging / 5 x share / 0.1, rk, pc, other
            ("1011", "a", 0.4, log(0.5), 5, 5 * 1, 0, 0, 0),
            ("1011", "b", 0.9, log(1.0), 6, 6 * 1, 1, 0, 0),
            ("1011", "c", 2.0, log(2.1), 7, 7 * 1, 0, 0, 1),
            ("1012", "a", 1.5, log(1.6), 5, 5 * 4, 0, 0, 0),
            ("1012", "b", 0.0, log(0.1), 6, 6 * 4, 1, 0, 0),
            ("1012", "c", 3.0, log(3.1), 7, 7 * 4, 0, 0, 1),
        ],
        columns=["pc4", "location", *PARAMS.index],
    ).set_index(["pc4", "location"])
    pd.testing.assert_frame_equal(terms, expected.astype(float), check_column_type=False)


def test_terms_follow_the_keys_and_not_the_order_of_the_frames():
    terms = school_choice.attributes(select("TOTAAL"), BY_SCHOOL, BY_PC4)
    pd.testing.assert_frame_equal(terms, school_choice.attributes(select("TOTAAL"), BY_SCHOOL[::-1], BY_PC4[::-1]))


@pytest.mark.parametrize("denomination", ["Openbaar", None])
def test_a_denomination_that_would_pass_for_openbaar_is_refused(denomination):
    changed = BY_SCHOOL.assign(denomination=["openbaar", "rk", denomination])
    with pytest.raises(ModelError, match="1 schools have another denomination"):
        school_choice.attributes(select("TOTAAL"), changed, BY_PC4)


def test_the_estimates_are_near_the_truth_and_each_has_its_unit(town):
    choices, _, result, *_ = town
    found = school_choice.estimates(choices, result).set_index("term")
    assert ((found["estimate"] - PARAMS).abs() < 4 * found["std_error"]).all()
    assert found["unit"].to_dict() == school_choice.UNITS
    assert set(found["model"]) == {"all_ages"}
    assert (found["n_obs"] == 12 * 400).all()
    assert (found["n_clusters"] == 12).all()


def test_the_row_of_fit(town):
    choices, terms, result, *_ = town
    row = school_choice.fit_row(choices, result)
    share = conditional_logit.probabilities(result.params, terms)
    chosen = choices.pupils.reindex(terms.index, fill_value=0)
    assert row["loglik"] == pytest.approx((chosen * np.log(share)).sum(), rel=1e-12)
    assert row["loglik_null"] == pytest.approx(4800 * np.log(1 / 9), rel=1e-12)
    assert row["pseudo_r2"] == pytest.approx(1 - row["loglik"] / row["loglik_null"])
    counts = ("n_choosers", "n_situations", "n_alternatives", "schools_without")
    assert [row[name] for name in counts] == [4800, 12, 9, 0]


def test_predicted_pupils_are_as_many_as_there_are_and_travel_as_far(town):
    choices, terms, result, *_ = town
    fit = school_choice.distance_fit(choices, terms, result, [1.0, 2.0])
    assert fit["band"].tolist() == ["below 1", "1-2", "2 or more"]
    assert fit["pupils"].sum() == 4800
    assert fit["predicted_pupils"].sum() == pytest.approx(4800, rel=1e-12)
    assert fit[["observed", "predicted"]].sum().tolist() == pytest.approx([1, 1])
    # The score of distance_km is zero at the maximum: the mean distances are equal. With fine bands, nearly so.
    km = np.linspace(0.01, 6, 600)
    fine = school_choice.distance_fit(choices, terms, result, km.tolist())
    middle = np.append(km, 6.01) - 0.005
    assert fine["observed"] @ middle == pytest.approx(fine["predicted"] @ middle, abs=0.002)
    predicted = conditional_logit.probabilities(result.params, terms) * 400
    observed = choices.pupils.reindex(terms.index, fill_value=0)
    assert observed @ terms["distance_km"] == pytest.approx(predicted @ terms["distance_km"], rel=1e-9)


def test_bands_hold_the_pupils_whose_school_is_that_far():
    choices = select("TOTAAL")
    terms = school_choice.attributes(choices, BY_SCHOOL, BY_PC4)
    nothing = conditional_logit.ConditionalLogitResult(
        **dict.fromkeys(conditional_logit.ConditionalLogitResult.__dataclass_fields__, None) | {"params": PARAMS * 0}
    )
    fit = school_choice.distance_fit(choices, terms, nothing, [1.0, 2.0])
    # Observed: a 0.4 km 40, b 0.9 km 10, b 0 km 30, c 3 km 20. Predicted, all schools alike: a third of 50 per school.
    assert fit["pupils"].tolist() == [80, 0, 20]
    assert fit["predicted_pupils"].tolist() == pytest.approx([3 * 50 / 3, 50 / 3, 2 * 50 / 3])
    assert fit["observed"].tolist() == [0.8, 0, 0.2]


def test_terms_of_another_model_are_refused(town):
    _, _, result, *_ = town
    terms = school_choice.attributes(select("LEEFTIJD_4"), BY_SCHOOL, BY_PC4)  # without school c
    with pytest.raises(ModelError, match="chose schools that are not in the terms"):
        school_choice.distance_fit(select("TOTAAL"), terms, result, [1.0, 2.0])


def test_the_share_at_the_nearest_school():
    found = school_choice.nearest_share(select("TOTAAL"), pd.Series({"1012": "b", "1011": "a"}))
    assert found.to_dict("list") == {
        "pc4": ["1011", "1012"],
        "pupils": [50, 50],
        "at_nearest": [40, 30],
        "share": [0.8, 0.6],
    }


def test_the_map_takes_the_point_of_each_postcode():
    share = school_choice.nearest_share(select("TOTAAL"), pd.Series({"1012": "b", "1011": "a"}))
    points = pd.DataFrame({"lat": [2.0, 1.0], "lon": [20.0, 10.0]}, index=["1012", "1011"])
    found = school_choice.nearest_map(share, points)
    assert found[["pc4", "lat", "lon", "share"]].to_numpy().tolist() == [["1011", 1, 10, 0.8], ["1012", 2, 20, 0.6]]
