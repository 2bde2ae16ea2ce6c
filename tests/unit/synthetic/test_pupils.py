from dataclasses import replace

import numpy as np
import pytest

from analysis.synthetic.city import BACKGROUNDS, NONWESTERN, CityTruth, make_city
from analysis.synthetic.pupils import EDUCATIONS, INCOMES, PupilsTruth, make_children

TRUTH, CITY_TRUTH = PupilsTruth(), CityTruth()


@pytest.fixture(scope="module")
def city():
    return make_city(CITY_TRUTH, 0.5, np.random.SeedSequence(1))


def children(city, truth=TRUTH, seed=2):
    return make_children(truth, CITY_TRUTH, city, 0.5, np.random.SeedSequence(seed))


@pytest.fixture(scope="module")
def pupils(city):
    return children(city)


def test_there_are_as_many_as_the_truth_says_each_with_all_attributes(pupils):
    assert len(pupils) == round(61_919 / 2)
    assert pupils["pupil"].is_unique
    assert not pupils.isna().any(axis=None)
    assert set(pupils["education"]) == set(EDUCATIONS)
    assert set(pupils["income"]) == set(INCOMES)
    assert set(pupils["sex"]) == {"m", "v"}


def test_the_tables_of_the_truth_are_shares():
    for table in (TRUTH.education, TRUTH.income, TRUTH.continent, TRUTH.generation, *TRUTH.motive.values()):
        for row in table.values():
            assert sum(row) == pytest.approx(1)
    assert sum(TRUTH.background.values()) == pytest.approx(1)
    assert set(TRUTH.background) == set(BACKGROUNDS) == set(TRUTH.education) == set(TRUTH.continent)


def test_backgrounds_are_as_common_as_the_truth_says(pupils):
    found = pupils["background"].value_counts(normalize=True)
    # 30,960 pupils: a standard error of at most .0028
    assert found.to_dict() == pytest.approx(dict(TRUTH.background), abs=4 * 0.0028)


def test_education_given_background_is_as_the_truth_says(pupils):
    for name, group in pupils.groupby("background"):
        found = group["education"].value_counts(normalize=True).reindex(list(EDUCATIONS), fill_value=0.0)
        bound = 4 * np.sqrt(0.25 / len(group))
        np.testing.assert_allclose(found, TRUTH.education[name], atol=bound)


def test_groups_live_apart_more_as_status_counts_for_more(city, pupils):
    def spread(frame):
        return (frame["education"] == "hoog").groupby(frame["pc4"]).mean().std()

    apart = children(city, replace(TRUTH, education_status=2 * TRUTH.education_status))
    together = children(city, replace(TRUTH, education_status=0.0, background_status=dict.fromkeys(BACKGROUNDS, 0.0)))
    assert spread(together) < spread(pupils) - 0.05
    assert spread(apart) > spread(pupils) + 0.05


def test_risk_follows_education_and_income(pupils):
    for education, row in TRUTH.at_risk.items():
        for income, chance in zip(INCOMES, row, strict=True):
            group = pupils.loc[(pupils["education"] == education) & (pupils["income"] == income), "at_risk"]
            assert group.mean() == pytest.approx(chance, abs=4 * np.sqrt(max(chance * (1 - chance), 1e-9) / len(group)))


def test_the_poor_are_more_often_one_parent_and_each_background_keeps_its_share(pupils):
    poor = pupils["income"] == "low"
    for name, group in pupils.groupby("background"):
        share = TRUTH.one_parent[name]
        assert group["one_parent"].mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(group)))
    dutch = pupils["background"] == "none"
    ratio = pupils.loc[dutch & poor, "one_parent"].mean() / pupils.loc[dutch & ~poor, "one_parent"].mean()
    assert ratio == pytest.approx(TRUTH.one_parent_low, rel=0.2)


def test_origin_agrees_with_background(pupils):
    none = pupils["background"] == "none"
    for column, value in (("continent", "Netherlands"), ("motive", "none"), ("generation", "none")):
        assert ((pupils[column] == value) == none).all()
    assert set(pupils.loc[pupils["background"] == "moroccan", "continent"]) == {"Africa"}
    asylum = pupils["motive"] == "asylum"
    assert set(pupils.loc[asylum, "background"]) == {"other_nonwestern"}


def test_age_belongs_to_groep(pupils):
    older = pupils["age"] - pupils["groep"] - 3
    assert set(older) == {-1, 0, 1}
    assert pupils["age"].between(4, 12).all()
    assert (older[pupils["groep"] == 8] == 1).mean() == pytest.approx(TRUTH.delayed, abs=0.025)


def test_low_income_is_more_common_among_nonwestern_backgrounds(pupils):
    low = (pupils["income"] == "low").groupby(pupils["background"].isin(NONWESTERN)).mean()
    assert low[True] > low[False] + 0.1


def test_another_truth_of_origin_leaves_homes_and_ages_alone(city, pupils):
    changed = children(city, replace(TRUTH, delayed=0.5, education_status=0.0))
    for column in ("pc4", "lat", "lon", "groep", "sex", "background"):
        assert changed[column].equals(pupils[column])
    assert not changed["age"].equals(pupils["age"])
    assert not changed["education"].equals(pupils["education"])
