import numpy as np
import pandas as pd
import pytest
from pooled_choice import fit_pooled, pairwise_km

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.logit import design, fit_logit, probabilities
from analysis.data import situations as tables
from analysis.errors import InputError, ModelError

HOMES = pd.DataFrame(
    {
        "situation": [7, 8, 9],
        "group": ["hoog_none", "hoog_none", "laag_migration"],
        "pc4": ["1011", "1012", "1011"],
        "lat": [52.37, 52.38, 52.36],
        "lon": [4.90, 4.88, 4.91],
    }
)
SCHOOLS = pd.DataFrame(
    {
        "location": ["a", "b", "c", "d"],
        "lat": [52.371, 52.381, 52.36, 52.30],
        "lon": [4.90, 4.88, 4.92, 4.80],
        "share_hoog": [0.2, 0.5, 0.9, 0.5],
        "denomination": ["openbaar", "rk", "islamic", "pc"],
    }
)
CHOSEN = pd.DataFrame(
    {"situation": [7, 8, 9, 9], "location": ["a", "b", "c", "d"], "age": [4, 4, 4, 5], "pupils": [1, 2, 1, 1]}
)


def of_age(age=4):
    return Choosers.from_tables(HOMES, SCHOOLS, CHOSEN, age)


def test_the_alternatives_are_the_schools_that_somebody_of_the_age_attends():
    four, all_ages = of_age(), of_age(None)
    assert (list(four.schools.index), four.schools_without, four.number) == (["a", "b", "c"], 1, 4)
    assert (list(all_ages.schools.index), all_ages.schools_without, all_ages.number) == (["a", "b", "c", "d"], 0, 5)
    assert list(four.schools["denomination"].cat.categories) == ["openbaar", "rk", "islamic"]


def test_distances_are_the_great_circles_between_homes_and_schools():
    expected = pairwise_km(HOMES.set_index("situation"), SCHOOLS.set_index("location").iloc[:3])
    assert of_age().distance_km == pytest.approx(expected.to_numpy())


def test_the_eight_nearest_schools_have_ranks_one_to_eight():
    table = pd.DataFrame({"location": [f"s{n:02}" for n in range(10)], "lat": 52.37 + np.arange(10) / 100, "lon": 4.9})
    flows = pd.DataFrame({"situation": 7, "location": table["location"], "age": 4, "pupils": 1})
    pairs = Choosers.from_tables(HOMES, table, flows).pairs
    assert pairs["travel_rank"].tolist() == [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]
    assert pairs["within_eight"].tolist() == [[1, 1, 1, 1, 1, 1, 1, 1, 0, 0]]


def test_a_group_may_choose_every_school_but_of_a_kind_that_none_of_it_attends():
    group = of_age().of("hoog_none")
    assert (group.number, list(group.schools.index)) == (3, ["a", "b", "c"])
    assert group.weights.tolist() == [1, 2]
    assert group.counts.tolist() == [[1, 0, 0], [0, 2, 0]]
    # Nobody of the group attends an Islamic school: c is no alternative, and counts among the schools without.
    attainable = group.attainable("distance_km + C(denomination)")
    assert (list(attainable.schools.index), attainable.schools_without) == (["a", "b"], 2)


def test_a_kind_that_is_not_in_the_formula_leaves_no_school_out():
    group = of_age().of("hoog_none")
    assert list(group.attainable("distance_km + share_hoog").schools.index) == ["a", "b", "c"]


def test_a_group_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no such choosers"):
        of_age().of("hoog")


def test_nobody_of_an_age_is_one_message():
    with pytest.raises(ModelError, match="no pupils of age 11"):
        of_age(11)


def test_shares_are_per_ten_percentage_points():
    assert design(of_age(), "distance_km + share_hoog").columns["share_hoog"].tolist() == pytest.approx([2, 5, 9])


@pytest.fixture(scope="module")
def flows():
    rng = np.random.default_rng(4)
    homes = pd.DataFrame(
        {
            "pc4": [f"10{n}" for n in range(11, 41)],
            "lat": 52.37 + rng.normal(0, 0.02, 30),
            "lon": 4.9 + rng.normal(0, 0.03, 30),
            "share_nonwestern": rng.uniform(0.05, 0.7, 30),
        }
    )
    schools = pd.DataFrame(
        {
            "location": list("abcdefghij"),
            "lat": 52.37 + rng.normal(0, 0.02, 10),
            "lon": 4.9 + rng.normal(0, 0.03, 10),
            "schoolweging": rng.uniform(22, 38, 10),
            "denomination": ["openbaar", "rk", "pc", "other", "openbaar"] * 2,
            "pupils": 100,
        }
    )
    pairs = homes[["pc4"]].merge(schools[["location"]], how="cross")
    pairs["LEEFTIJD_4"] = rng.poisson(3, len(pairs))
    return homes, schools, pairs.assign(LEEFTIJD_5=1, TOTAAL=pairs["LEEFTIJD_4"] + 1)


FORMULA = "distance_km + log_distance + schoolweging + schoolweging:nonwestern + C(denomination)"


@pytest.mark.parametrize(("age", "column"), [(4, "LEEFTIJD_4"), (None, "TOTAAL")])
def test_open_data_give_the_estimates_of_the_pooled_model(flows, age, column):
    homes, schools, pairs = flows
    frames = tables.situation_tables({"by_pc4": homes, "by_school": schools, "by_pc4_school": pairs}, {})
    ours = fit_logit(Choosers.from_tables(*frames.values(), age), FORMULA)
    by_school, by_pc4 = schools.set_index("location"), homes.set_index("pc4")
    _, theirs = fit_pooled(pairs, column, by_school, by_pc4)
    order = [0, 1, 2, 6, 3, 4, 5]  # a formula has its interactions last
    assert ours.params.to_numpy()[order] == pytest.approx(theirs.params.to_numpy(), abs=1e-9)
    assert np.diag(ours.covariance_cluster)[order] == pytest.approx(np.diag(theirs.covariance_cluster), rel=1e-7)


def test_probabilities_give_the_log_likelihood(flows):
    homes, schools, pairs = flows
    frames = tables.situation_tables({"by_pc4": homes, "by_school": schools, "by_pc4_school": pairs}, {})
    choosers = Choosers.from_tables(*frames.values(), 4)
    result = fit_logit(choosers, FORMULA)
    share = probabilities(design(choosers, FORMULA), result.params)
    assert share.sum(axis=1) == pytest.approx(1)
    assert (choosers.counts * np.log(share)).sum() == pytest.approx(result.loglik)


def test_microdata_give_one_situation_per_pupil_and_the_composition_of_a_year_before():
    by_pupil = pd.DataFrame(
        {
            "pupil": [1, 2],
            "age": [4, 5],
            "pc4": ["1011", "1012"],
            "lat": 52.37,
            "lon": 4.9,
            "education": ["hoog", "onbekend"],
            "background": ["none", "turkish"],
            "income": "low",
            "one_parent": False,
            "location": ["a", "b"],
        }
    )
    by_location = SCHOOLS[["location", "lat", "lon"]].assign(
        denomination=["Openbaar", "Joods", "Islamitisch", "Openbaar"],
        concept=["none", "Dalton", "none", "none"],
        stadsdeel="Noord",
        schoolweging=25.0,
        capacity=200,
        pupils=100,
        share_hoog=0.99,
        special=[False, False, False, True],
    )
    lagged = pd.DataFrame({"location": ["a", "b", "c"], "share_hoog": [0.1, 0.2, 0.3], "share_nonwestern": 0.5})
    advised = [(2018, "a", 5.0), (2019, "a", 4.0), (2019, "a", 3.5), (2019, "b", 4.5)]
    by_pupil_advice = pd.DataFrame(advised, columns=["year", "location", "advice_final"])
    frames = tables.from_microdata(by_pupil, by_location, lagged, by_pupil_advice)
    assert frames["by_situation"]["group"].tolist() == ["hoog_none", "middelbaar_migration"]
    assert frames["by_choice_school"]["share_hoog"].tolist() == [0.1, 0.2, 0.3]
    assert frames["by_choice_school"]["denomination"].tolist() == ["openbaar", "other", "islamic"]
    assert frames["by_choice_school"]["share_havo_vwo"].tolist() == [0.5, 1.0, pytest.approx(np.nan, nan_ok=True)]
    assert Choosers.from_tables(*frames.values(), 5).situations.index.tolist() == [2]
