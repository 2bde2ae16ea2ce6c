from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data.derive import GROEPEN
from analysis.synthetic.city import CityTruth, make_city
from analysis.synthetic.schools import (
    SchoolsTruth,
    composition,
    describe,
    location_keys,
    make_schools,
    make_special,
)

TRUTH = SchoolsTruth()


@pytest.fixture(scope="module")
def city():
    return make_city(CityTruth(), 1.0, np.random.SeedSequence(1))


@pytest.fixture(scope="module")
def schools(city):
    return make_schools(TRUTH, city, 1.0, 61_919, np.random.SeedSequence(2))


def test_there_are_213_schools_of_28_boards_with_a_few_more_places_than_pupils(schools):
    assert len(schools) == 213
    assert schools["board"].nunique() == 28
    assert schools["capacity"].sum() / 61_919 == pytest.approx(TRUTH.slack, abs=0.005)
    assert (schools["capacity"] == GROEPEN * schools["places"]).all()


def test_denominations_and_concepts_have_their_quota(schools):
    assert (schools["denomination"] == "Openbaar").sum() == pytest.approx(0.5 * 213, abs=1)
    assert (schools["denomination"] == "Rooms-Katholiek").sum() == pytest.approx(0.14 * 213, abs=1)
    assert set(schools["concept"]) == {"none", *TRUTH.concept}
    assert set(schools.loc[schools["denomination"] == "Antroposofisch", "concept"]) == {"Vrije School"}
    assert sum(TRUTH.denomination.values()) == pytest.approx(1)


def test_a_board_runs_public_or_other_schools(schools):
    public = (schools["denomination"] == "Openbaar").groupby(schools["board"]).mean()
    assert set(public) == {0.0, 1.0}


def test_large_schools_and_concepts_stand_where_status_is_high(city):
    capacity, concept = [], []
    for seed in range(20):
        made = make_schools(TRUTH, city, 1.0, 61_919, np.random.SeedSequence(seed))
        status = made["wijk"].map(city.by_buurt.groupby("wijk")["status"].mean())
        capacity.append(np.corrcoef(status, made["capacity"])[0, 1])
        concept.append(status[made["concept"] != "none"].mean() - status[made["concept"] == "none"].mean())
    assert np.mean(capacity) > 0.2
    assert np.mean(concept) > 0.2


def test_more_quality_spreads_it_and_leaves_all_else_alone(city, schools):
    changed = make_schools(replace(TRUTH, quality_sd=0.0), city, 1.0, 61_919, np.random.SeedSequence(2))
    assert (changed["quality"] == 0).all()
    assert schools["quality"].std() == pytest.approx(TRUTH.quality_sd, rel=0.2)
    pd.testing.assert_frame_equal(changed.drop(columns="quality"), schools.drop(columns="quality"))


def test_composition_by_hand():
    by_pupil = pd.DataFrame(
        {
            "location": ["a", "a", "a", "a", "b"],
            "education": ["hoog", "laag", "hoog", "onbekend", "onbekend"],
            "background": ["none", "turkish", "western", "moroccan", "surinamese"],
            "at_risk": [False, True, False, False, True],
        }
    )
    found = composition(by_pupil)
    # Of the four at school a three are known, two of them hoog; one is at risk; two are non-western.
    assert found.loc["a", "pupils"] == 4
    assert found.loc["a", "share_hoog"] == pytest.approx(2 / 3)
    assert found.loc["a", ["share_at_risk", "share_nonwestern"]].tolist() == [0.25, 0.5]
    assert found.loc["b", ["share_hoog", "share_at_risk", "share_nonwestern"]].tolist() == [0.5, 1.0, 1.0]


def test_shortage_rises_with_the_share_at_risk_as_the_truth_says(schools):
    rng = np.random.default_rng(3)
    location = np.repeat(schools["location"].to_numpy(), 200)
    chance = np.repeat(rng.uniform(0, 1, len(schools)), 200)
    by_pupil = pd.DataFrame(
        {"location": location, "education": "laag", "background": "none", "at_risk": rng.random(len(location)) < chance}
    )
    found = describe(TRUTH, schools, by_pupil, np.random.SeedSequence(4))
    slope = np.polyfit(found["share_at_risk"], found["shortage_2019"], 1)[0]
    # 213 schools, noise .07, a spread of .29: a standard error of .017; zero cuts off a little at the low end.
    assert slope == pytest.approx(TRUTH.shortage_risk, abs=4 * 0.017)
    assert found["schoolweging"].between(19.5, 41.5).all()
    assert np.corrcoef(found["schoolweging"], found["share_at_risk"])[0, 1] > 0.9


def test_a_school_without_pupils_has_a_size_and_no_composition(schools):
    by_pupil = pd.DataFrame({"location": ["99AA00"], "education": ["hoog"], "background": ["none"], "at_risk": [False]})
    found = describe(TRUTH, schools, by_pupil, np.random.SeedSequence(4)).set_index("location")
    assert found.loc["99AB00", "pupils"] == 0
    assert np.isnan(found.loc["99AB00", "share_hoog"])
    assert found.loc["99AB00", "size_class"] == "small"


@pytest.mark.parametrize(("pupils", "size"), [(195, "small"), (196, "medium"), (400, "medium"), (401, "large")])
def test_size_classes_have_their_borders(schools, pupils, size):
    by_pupil = pd.DataFrame({"location": ["99AA00"] * pupils, "education": "hoog", "background": "none"})
    found = describe(TRUTH, schools, by_pupil.assign(at_risk=False), np.random.SeedSequence(4))
    assert found.set_index("location").loc["99AA00", "size_class"] == size


def test_special_schools_have_keys_of_their_own_and_as_many_pupils_as_the_truth_says(city, schools):
    children = pd.DataFrame({"pc4": city.by_pc4.index})
    special, pupils = make_special(TRUTH, city, children, 1.0, np.random.SeedSequence(5))
    assert len(special) == 26
    assert special["pupils"].sum() == len(pupils) == 2_754
    assert special["special"].all()
    assert not set(special["location"]) & set(schools["location"])


@pytest.mark.parametrize("number", [1, 675, 676, 677, 1500])
def test_there_are_as_many_location_keys_as_asked_and_none_twice(number):
    keys = location_keys(99, number)
    assert len(set(keys)) == number
    assert keys[0] == "99AA00"
    assert all(len(key) == 6 and key.endswith("00") for key in keys)
