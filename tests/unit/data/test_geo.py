import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.geo import outline_points, rd_to_wgs84, read_pc4_points, read_school_points, read_wijken
from analysis.errors import InputError


def test_a_point_of_2022_goes_before_2024_and_2013(tmp_path, write_points):
    first = write_points(tmp_path / "22.json", "vestigingsnummer", ("01AB00", 5.2, 52.2), ("01AA00", 5.1, 52.1))
    second = write_points(tmp_path / "24.json", "vestigingscode", ("01AA00", 6.1, 53.1), ("01AC00", 5.3, 52.3))
    third = tmp_path / "13.csv"
    third.write_bytes(b"vestigingsnummer,xcoord,ycoord\r01AC00,155000,463000\r01AD00,155000,463000")
    frame = read_school_points(first, second, third).set_index("location")
    assert frame["point_source"].to_dict() == {"01AA00": "2022", "01AB00": "2022", "01AC00": "2024", "01AD00": "2013"}
    assert frame.loc["01AA00", ["lat", "lon"]].tolist() == [52.1, 5.1]
    assert frame.loc["01AD00", ["lat", "lon"]].tolist() == pytest.approx([52.15517440, 5.38720621])
    assert len(read_school_points(first, second)) == 3


def test_several_addresses_become_their_mean_unless_far_apart(tmp_path, write_points):
    other = write_points(tmp_path / "24.json", "vestigingscode", ("01AC00", 5.3, 52.3))
    near = write_points(tmp_path / "22.json", "vestigingsnummer", ("01AA00", 5.1, 52.1), ("01AA00", 5.104, 52.102))
    point = read_school_points(near, other).iloc[0]
    assert (point["lat"], point["lon"]) == pytest.approx((52.101, 5.102))
    far = write_points(tmp_path / "far.json", "vestigingsnummer", ("01AA00", 5.1, 52.1), ("01AA00", 5.1, 52.2))
    with pytest.raises(InputError, match="too far apart"):
        read_school_points(far, other)


def test_a_feature_without_its_key_or_outside_the_country_stops(tmp_path, write_points):
    good = write_points(tmp_path / "22.json", "vestigingsnummer", ("01AA00", 5.1, 52.1))
    with pytest.raises(InputError, match="School: must have 'vestigingscode'"):
        read_school_points(good, good)
    turned = write_points(tmp_path / "24.json", "vestigingscode", ("01AB00", 52.1, 5.1))
    with pytest.raises(InputError, match=r"column lat must satisfy: between 50\.7 and 53\.7"):
        read_school_points(good, turned)


def test_the_origin_of_rd_is_amersfoort():
    lat, lon = rd_to_wgs84(np.array([155_000.0]), np.array([463_000.0]))
    assert (lat[0], lon[0]) == (52.15517440, 5.38720621)


@given(x=st.floats(20_000, 270_000), y=st.floats(310_000, 610_000))
def test_a_kilometre_in_rd_is_a_kilometre_on_the_ground(x, y):
    lat, lon = rd_to_wgs84(np.array([x, x + 1000, x]), np.array([y, y, y + 1000]))
    north = np.radians(lat - lat[0]) * 6_378_137
    east = np.radians(lon - lon[0]) * 6_378_137 * np.cos(np.radians(lat[0]))
    # The grid's scale differs from 1 by at most 0,01%; the sphere taken here from the ellipsoid by at most 0,6%.
    assert np.hypot(north, east)[1:] == pytest.approx(1000, rel=0.007)


def test_pc4_points_are_those_with_addresses(tmp_path):
    path = tmp_path / "p.csv"
    lines = ["postcode,latitude,longitude,soort", "1011,52.1,4.9,Adres", "1000,52.1,4.9,Postbus"]
    path.write_text("\n".join([*lines, '1012,52.2,4.9,"Adres + Postbus"']))
    assert read_pc4_points(path).to_dict("list") == {"pc4": ["1011", "1012"], "lat": [52.1, 52.2], "lon": [4.9, 4.9]}
    path.write_text("\n".join([*lines, "1012,52.2,4.9,Adr"]))
    with pytest.raises(InputError, match="column 'soort' has unknown codes"):
        read_pc4_points(path)


def outline(path, kind, coordinates, name="Wijk"):
    shape = {"properties": {"name": name}, "geometry": {"type": kind, "coordinates": coordinates}}
    path.write_text(json.dumps({"features": [shape]}))
    return path


def test_outlines_are_closed_rings(tmp_path):
    ring = [[4.9, 52.3], [4.91, 52.3], [4.91, 52.31], [4.9, 52.3]]
    path = tmp_path / "w.json"
    (area,) = read_wijken(outline(path, "Polygon", [ring]))
    assert area.name == "Wijk"
    assert area.rings[0].tolist() == ring
    (area,) = read_wijken(outline(path, "MultiPolygon", [[ring], [ring, ring]]))
    assert len(area.rings) == 3
    frame = outline_points([area], "w.json")
    assert frame.groupby(["area", "ring"]).size().to_dict() == {("Wijk", 0): 4, ("Wijk", 1): 4, ("Wijk", 2): 4}
    assert frame.iloc[1].tolist() == ["Wijk", 0, 4.91, 52.3]
    twice = json.loads(path.read_text())
    path.write_text(json.dumps({"features": twice["features"] * 2}))
    with pytest.raises(InputError, match="areas with the same name"):
        read_wijken(path)


def test_what_is_no_polygon_stops(tmp_path):
    ring = [[4.9, 52.3], [4.91, 52.3], [4.91, 52.31], [4.9, 52.3]]
    for kind, coordinates in (("Polygon", [ring[:-1]]), ("Point", [4.9, 52.3]), ("Polygon", 3)):
        path = outline(tmp_path / "w.json", kind, coordinates)
        with pytest.raises(InputError, match="'Wijk'"):
            read_wijken(path)
