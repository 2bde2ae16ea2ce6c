import numpy as np
import pandas as pd
import pytest

from analysis.synthetic import pupils
from analysis.synthetic.city import City, make_city
from analysis.synthetic.truth import ChoiceTruth, Truth

ALIKE = ChoiceTruth(**dict.fromkeys(ChoiceTruth().as_series().index, 0.0))


@pytest.fixture(scope="module")
def city():
    return make_city(Truth(), 0.2, np.random.SeedSequence(2))


def small_city():
    by_pc4 = pd.DataFrame(
        {"lat": [52.0], "lon": [5.0], "share_nonwestern": [0.2], "weight": [1.0]}, index=pd.Index(["1011"], name="pc4")
    )
    by_school = pd.DataFrame(
        {
            "lat": [52.0, 52.0, 52.0],
            "lon": [5.0, 5.0, 5.0],
            "schoolweging": [25.0, 30.0, 25.0],
            "DENOMINATIE_VESTIGING": ["Openbaar", "Rooms-Katholiek", "Islamitisch"],
        },
        index=pd.Index(["a", "b", "c"], name="location"),
    )
    return City(by_pc4, by_school, pd.DataFrame())


def test_chances_by_hand():
    # All at no distance: only schoolweging and denomination count, and the share is .2, two times .1.
    truth = ChoiceTruth(schoolweging=-0.5, schoolweging_x_nonwestern=0.1, denomination_rk=0.3, denomination_other=-0.2)
    utility = np.array([5 * (-0.5 + 0.1 * 2), 6 * (-0.5 + 0.1 * 2) + 0.3, 5 * (-0.5 + 0.1 * 2) - 0.2])
    chance = pupils.choice_probabilities(small_city(), truth)
    assert chance.loc["1011"].tolist() == pytest.approx((np.exp(utility) / np.exp(utility).sum()).tolist())


def test_chances_add_up_and_are_alike_when_nothing_matters(city):
    chance = pupils.choice_probabilities(city, Truth().choice)
    np.testing.assert_allclose(chance.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(pupils.choice_probabilities(city, ALIKE), 1 / len(city.by_school), rtol=1e-12)


def test_every_child_of_the_city_attends_one_school(city):
    rows = pupils.regular_pupils(city, Truth(), 0.2, np.random.SeedSequence(3))
    assert rows[list(pupils.AGES)].to_numpy().sum() == round(61_919 * 0.2 * (1 - 0.035 - 0.0012))
    assert (rows[list(pupils.AGES)].sum(axis=1) > 0).all()
    assert not rows.duplicated(["POSTCODE_LEERLING", "location"]).any()


def test_children_attend_as_often_as_the_chances_say(city):
    rows = pupils.regular_pupils(city, Truth(), 0.2, np.random.SeedSequence(4))
    chance = pupils.choice_probabilities(city, Truth().choice)
    counts = pd.DataFrame(0, index=chance.index, columns=chance.columns)
    for home, school, *ages in rows.itertuples(index=False):
        counts.loc[home, school] = sum(ages)
    expected = chance.mul(counts.sum(axis=1), axis=0)
    often = (expected > 5).to_numpy()
    chi_square = ((counts - expected) ** 2 / expected).to_numpy()[often]
    # A Pearson statistic has mean 1 a cell, with a standard error of about sqrt(2 / cells).
    assert chi_square.mean() == pytest.approx(1, abs=4 * np.sqrt(2 / often.sum()))


def test_ages_are_spread_as_their_shares(city):
    rows = pupils.regular_pupils(city, Truth(), 0.2, np.random.SeedSequence(5))
    ages = rows[list(pupils.AGES)].sum()
    assert pupils.AGE_SHARES.sum() == pytest.approx(1)
    # 11,935 pupils: a standard error of at most .003
    np.testing.assert_allclose(ages / ages.sum(), pupils.AGE_SHARES, atol=4 * 0.003)


def test_some_live_elsewhere_or_nowhere_known(city):
    rows = pupils.pupils_from_elsewhere(city, Truth(), 0.2, np.random.SeedSequence(6))
    number = rows.set_index("GEMEENTENAAM_LEERLING")[list(pupils.AGES)].sum(axis=1).groupby(level=0).sum()
    assert set(number.index) == {*pupils.ELSEWHERE, "Onbekend"}
    expected = 61_919 * 0.2 * 0.035
    assert number.drop("Onbekend").sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert rows.loc[rows["GEMEENTENAAM_LEERLING"] == "Onbekend", "POSTCODE_LEERLING"].unique().tolist() == ["40"]
