import numpy as np
import pytest

from analysis.models.geography import great_circle_km
from analysis.synthetic import city as cities
from analysis.synthetic.truth import Truth


@pytest.fixture(scope="module")
def city():
    return cities.make_city(Truth(), 1.0, np.random.SeedSequence(1))


def test_it_is_as_large_as_its_truth_says(city):
    assert (len(city.by_pc4), len(city.by_school)) == (80, 213)
    assert city.by_pc4["weight"].sum() == pytest.approx(1)
    away = great_circle_km(city.by_pc4["lat"], city.by_pc4["lon"], cities.CENTRE_LAT, cities.CENTRE_LON)
    # Homes are spread evenly over a disc of 7 km, jittered by 150 m.
    assert away.max() == pytest.approx(7, abs=0.6)
    assert np.median(away) == pytest.approx(7 * np.sqrt(1 / 2), abs=0.3)


def test_a_quarter_of_the_city_has_half_the_radius():
    quarter = cities.make_city(Truth(), 0.25, np.random.SeedSequence(1))
    assert (len(quarter.by_pc4), len(quarter.by_school)) == (20, 53)
    away = great_circle_km(quarter.by_pc4["lat"], quarter.by_pc4["lon"], cities.CENTRE_LAT, cities.CENTRE_LON)
    assert away.max() == pytest.approx(3.5, abs=0.6)


def test_the_smallest_city_is_still_a_city():
    smallest = cities.make_city(Truth(), 0.001, np.random.SeedSequence(1))
    assert (len(smallest.by_pc4), len(smallest.by_school)) == (8, 12)


def test_poor_neighbourhoods_have_schools_of_high_schoolweging(city):
    near = great_circle_km(
        city.by_school["lat"].to_numpy()[:, None],
        city.by_school["lon"].to_numpy()[:, None],
        city.by_pc4["lat"].to_numpy(),
        city.by_pc4["lon"].to_numpy(),
    ).argmin(axis=1)
    share = city.by_pc4["share_nonwestern"].to_numpy()[near]
    assert np.corrcoef(share, city.by_school["schoolweging"])[0, 1] > 0.5


def test_half_of_the_schools_are_openbaar(city):
    # 213 draws of a half: a standard error of .034
    assert (city.by_school["DENOMINATIE_VESTIGING"] == "Openbaar").mean() == pytest.approx(0.5, abs=3 * 0.034)
    assert sum(cities.DENOMINATIONS.values()) == pytest.approx(1)


@pytest.mark.parametrize("number", [1, 675, 676, 677, 1500])
def test_there_are_as_many_location_keys_as_asked_and_none_twice(number):
    keys = cities.location_keys(99, number)
    assert len(set(keys)) == number
    assert keys[0] == "99AA00"
    assert all(len(key) == 6 and key.endswith("00") for key in keys)


def test_districts_are_closed_rings(city):
    rings = city.by_outline_point.groupby(["area", "ring"], sort=False)[["lon", "lat"]]
    assert [area for area, _ in rings.groups] == list(cities.DISTRICTS)
    np.testing.assert_allclose(rings.first(), rings.last(), atol=1e-12)
