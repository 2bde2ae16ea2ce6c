import json

import pandas as pd
import pytest

from analysis.data.count_files import areas_2017, placed, read_ages_2012, read_pupils_2024
from analysis.data.institution_files import by_area, placed_institutions
from analysis.errors import InputError

AGES = ",".join(f"lftd_{age}_jaar" for age in range(3, 15))


def write_2012(folder, *rows):
    path = folder / "2012.csv"
    path.write_bytes("\r".join([f"vestigingsnummer,pc6,{AGES}", *rows, ""]).encode("mac_roman"))
    return path


def test_younger_pupils_count_with_those_of_four_and_older_ones_with_those_of_twelve(tmp_path):
    path = write_2012(tmp_path, "00AA00,1011AB,1,20,21,22,23,24,25,26,27,5,2,1", "00AB00,1012AB" + "," * 12)
    rows = read_ages_2012(path)
    assert rows.loc[0, list(range(4, 13))].tolist() == [21, 21, 22, 23, 24, 25, 26, 27, 8]
    assert rows.loc[0, "pc4"] == "1011"
    assert rows.loc[1, list(range(4, 13))].isna().all()


def feature(key, pupils, kind="basisschool"):
    properties = {"type": kind, "vestigingscode": key, "postcode": "1011AB", "leerlingen": pupils}
    return {"properties": properties, "geometry": {"type": "Point", "coordinates": [4.9, 52.4]}}


def write_2024(folder, *features):
    path = folder / "2024.json"
    path.write_text(json.dumps({"features": features}))
    return path


def test_a_location_with_two_addresses_counts_once(tmp_path):
    every = [feature("00AA00", 200), feature("00AA00", 200), feature("00AB00", None), feature("01XX00", 9, "SO")]
    rows = read_pupils_2024(write_2024(tmp_path, *every))
    assert rows["location"].tolist() == ["00AA00", "00AB00"]
    assert rows["pupils"].sum() == 200
    assert rows["pupils"].isna().tolist() == [False, True]


def test_other_numbers_at_two_addresses_are_refused(tmp_path):
    with pytest.raises(InputError, match="1 locations have other numbers"):
        read_pupils_2024(write_2024(tmp_path, feature("00AA00", 200), feature("00AA00", 120)))


def test_a_location_is_placed_by_its_key_then_by_its_postcode():
    rows = pd.DataFrame(
        {
            "location": ["00AA00", "00AA00", "00BB00"],
            "GEMEENTENAAM": ["A", "A", "B"],
            "POSTCODE_LEERLING": ["1011", "2011", "2011"],
            "GEMEENTENAAM_LEERLING": ["A", "B", "B"],
            "TOTAAL": [50, 2, 60],
        }
    )
    of_location, of_postcode = areas_2017(rows)
    later = pd.DataFrame(
        {"location": ["00AA00", "00CC00", "00DD00"], "pc4": ["2011", "2011", "9999"], "pupils": [5, 6, 7]}
    )
    found = placed(later, of_location, of_postcode)
    assert found["placed"].tolist() == ["key", "postcode", "neither"]
    assert found["area"].fillna("-").tolist() == ["A", "B", "-"]
    assert found["pupils"].sum() == 18


def test_a_location_twice_in_the_file_of_2012_is_named(tmp_path):
    row = "00AA00,1011AB,1,20,21,22,23,24,25,26,27,5,2,1"
    with pytest.raises(InputError, match=r"(?s)2012\.csv: a location is in the file twice.*00AA00"):
        read_ages_2012(write_2012(tmp_path, row, row))


def test_an_address_without_pupils_takes_those_of_another_address(tmp_path):
    rows = read_pupils_2024(write_2024(tmp_path, feature("00AA00", None), feature("00AA00", 200)))
    assert rows.to_dict("list") == {"location": ["00AA00"], "pc4": ["1011"], "pupils": [200]}


def test_pupils_below_zero_are_refused_with_file_and_key(tmp_path):
    with pytest.raises(InputError, match=r"(?s)2024\.json: a number of pupils is below zero.*00AB00"):
        read_pupils_2024(write_2024(tmp_path, feature("00AA00", 200), feature("00AB00", -3)))


def test_a_municipality_with_a_school_that_crosses_its_border_has_no_count_by_institution():
    locations = pd.DataFrame({"location": ["00AA00", "00AA01", "00BB00", "00CC00"], "area": ["A", "B", "B", "C"]})
    funded = pd.DataFrame({"brin": ["00AA", "00BB", "00CC", "00DD"], "pupils": [300, 100, 70, 30]})
    rows = placed_institutions(funded, locations).assign(year=2010)
    assert rows["placed"].tolist() == ["crossing", "crossing", "key", "neither"]
    assert by_area(rows).to_dict("list") == {"area": ["C"], "year": [2010], "pupils": [70], "without": [0]}
