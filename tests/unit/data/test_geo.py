import json

import pytest

from analysis.data.geo import read_outlines, read_pc4_points, read_school_points
from analysis.errors import InputError


def test_a_point_of_2022_goes_before_2024(tmp_path, write_points):
    first = write_points(tmp_path / "22.json", "vestigingsnummer", ("01AB00", 5.2, 52.2), ("01AA00", 5.1, 52.1))
    second = write_points(tmp_path / "24.json", "vestigingscode", ("01AA00", 6.1, 53.1), ("01AC00", 5.3, 52.3))
    frame = read_school_points(first, second).set_index("location")
    assert frame["point_source"].to_dict() == {"01AA00": "2022", "01AB00": "2022", "01AC00": "2024"}
    assert frame.loc["01AA00", ["lat", "lon"]].tolist() == [52.1, 5.1]


def test_of_several_addresses_the_first_counts_unless_far_apart(tmp_path, write_points):
    other = write_points(tmp_path / "24.json", "vestigingscode", ("01AC00", 5.3, 52.3))
    near = write_points(tmp_path / "22.json", "vestigingsnummer", ("01AA00", 5.1, 52.1), ("01AA00", 5.104, 52.102))
    point = read_school_points(near, other).iloc[0]
    assert (point["lat"], point["lon"]) == (52.1, 5.1)
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
    frame = read_outlines(outline(path, "Polygon", [ring]))
    assert frame["area"].tolist() == ["Wijk"] * 4
    assert frame[["lon", "lat"]].to_numpy().tolist() == ring
    frame = read_outlines(outline(path, "MultiPolygon", [[ring], [ring, ring]]))
    assert frame.groupby(["area", "ring"]).size().to_dict() == {("Wijk", 0): 4, ("Wijk", 1): 4, ("Wijk", 2): 4}
    assert frame.iloc[1].tolist() == ["Wijk", 0, 4.91, 52.3]
    twice = json.loads(path.read_text())
    path.write_text(json.dumps({"features": twice["features"] * 2}))
    with pytest.raises(InputError, match="areas with the same name"):
        read_outlines(path)


def test_what_is_no_polygon_stops(tmp_path):
    ring = [[4.9, 52.3], [4.91, 52.3], [4.91, 52.31], [4.9, 52.3]]
    for kind, coordinates in (("Polygon", [ring[:-1]]), ("Point", [4.9, 52.3]), ("Polygon", 3)):
        path = outline(tmp_path / "w.json", kind, coordinates)
        with pytest.raises(InputError, match="'Wijk'"):
            read_outlines(path)
