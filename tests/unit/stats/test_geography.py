import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.stats.geography import EARTH_RADIUS_KM, great_circle_km

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


def law_of_cosines(lat_from, lon_from, lat_to, lon_to):
    """The angle between two points, from the dot product of their directions."""
    a, b, turn = math.radians(lat_from), math.radians(lat_to), math.radians(lon_to - lon_from)
    return math.acos(math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn))


def points(**coordinates):
    return pd.DataFrame.from_dict(coordinates, orient="index", columns=["lat", "lon"])


def test_the_earth_is_as_round_as_its_ellipsoid_on_average():
    # WGS84: two equatorial radii and a polar one.
    assert pytest.approx((2 * 6378.137 + 6356.7523) / 3, abs=1e-3) == EARTH_RADIUS_KM


def test_a_degree_of_latitude_is_a_360th_of_a_meridian():
    assert great_circle_km(52, 5, 53, 5) == pytest.approx(math.pi / 180 * EARTH_RADIUS_KM, rel=1e-12)


def test_a_degree_of_longitude_at_60_north_is_half_of_one_at_the_equator():
    # Along the parallel it is exactly half; the great circle is a little shorter.
    assert great_circle_km(60, 5, 60, 6) == pytest.approx(math.pi / 360 * EARTH_RADIUS_KM, rel=1e-4)


def test_the_antipode_is_half_a_circle_away():
    assert great_circle_km(52, 5, -52, -175) == pytest.approx(math.pi * EARTH_RADIUS_KM, rel=1e-9)


def test_amsterdam_and_utrecht_by_another_formula():
    pair = (52.3731, 4.8926, 52.0908, 5.1222)  # Dam square and Dom tower
    expected = EARTH_RADIUS_KM * law_of_cosines(*pair)
    assert expected == pytest.approx(35, abs=0.5)  # as the crow flies
    assert great_circle_km(*pair) == pytest.approx(expected, rel=1e-9)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_there_and_back_is_as_far(lat_from, lon_from, lat_to, lon_to):
    there = great_circle_km(lat_from, lon_from, lat_to, lon_to)
    assert there == pytest.approx(great_circle_km(lat_to, lon_to, lat_from, lon_from), abs=1e-9)
    assert 0 <= there <= math.pi * EARTH_RADIUS_KM * (1 + 1e-12)
