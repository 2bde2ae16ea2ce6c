import hashlib
import json
from pathlib import Path

import pytest
import yaml

from analysis.data.cards import Card
from analysis.data.sources import COUNTRY, read_duo, verify
from analysis.errors import InputError

PUPIL_FOLDER = "duo/leerlingen-po-postcode-leeftijd-2017-2018"
FILES = {
    "scholen-2022-05-01": "geo/scholen-2022-05-01.geo.json",
    "scholen-2024-11-22": "geo/scholen-2024-11-22.geo.json",
    "schoolweging-2017-2019": "cbs/schoolweging-2017-2019.xlsx",
    "bevolking-pc4-2013": "cbs/bevolking-pc4-2013.csv",
    "pc4-points": "geo/pc4-points.csv",
}


@pytest.fixture
def folders(tmp_path, make_row, write_duo, write_xlsx, weging_sheet, write_points):
    """A data folder with one school and its cards."""
    data = tmp_path / "data"
    write_duo(data / PUPIL_FOLDER / "Dorp.csv", make_row())
    write_xlsx(
        data / FILES["schoolweging-2017-2019"], {"T": weging_sheet(2017, ["01AA", "00", "40001", 25.0, 6.0, 90])}
    )
    write_points(data / FILES["scholen-2022-05-01"], "vestigingsnummer", ("01AA00", 5.1, 52.1))
    write_points(data / FILES["scholen-2024-11-22"], "vestigingscode", ("01AB00", 5.1, 52.1))
    (data / FILES["pc4-points"]).write_text("postcode,latitude,longitude,soort\n1011,52.1,5.1,Adres\n")
    people = "PostcodesOp1Januari,TotaalMannenEnVrouwen_1,NietWesterseAllochtoon_66\n1011,100,10\n10363,100,10\n"
    (data / FILES["bevolking-pc4-2013"]).write_text(people)
    paths = {"leerlingen-po-postcode-leeftijd-2017-2018": f"{PUPIL_FOLDER}/Dorp.csv", **FILES}
    for name, path in paths.items():
        write_card(tmp_path, name, path, data / path)
    return data, tmp_path


def write_card(folder: Path, name: str, path: str, file: Path, **more: str) -> None:
    required = {field for field, info in Card.model_fields.items() if info.is_required()}
    words = dict.fromkeys(required - {"id", "files"}, "words") | more
    content = {"id": name, **words, "files": {path: hashlib.sha256(file.read_bytes()).hexdigest()}}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(content))


def test_all_sources_are_read_and_recorded(folders):
    sources = read_duo(*folders, "Dorp", 2017, allow_changed=False)
    assert sources.by_location_pc4["TOTAAL"].tolist() == [3]
    assert sources.by_location_point["point_source"].tolist() == ["2022", "2024"]
    assert sources.by_pc4_population["share_nonwestern"].tolist() == [0.1]
    assert {record["status"] for record in sources.inputs} == {"verified"}
    assert len(sources.inputs) == 6
    assert sources.by_outline_point.empty
    assert [r["left_out"] for r in sources.inputs if "left_out" in r] == [{"total of a municipality": 1}]


def test_a_changed_source_stops_and_is_recorded_when_allowed(folders):
    data, cards = folders
    with (data / FILES["pc4-points"]).open("a") as file:
        file.write("1012,52.2,5.2,Adres\n")
    with pytest.raises(InputError, match=r"pc4-points\.csv: not the file that the card describes"):
        read_duo(data, cards, "Dorp", 2017, allow_changed=False)
    sources = read_duo(data, cards, "Dorp", 2017, allow_changed=True)
    assert [record["card"] for record in sources.inputs if record["status"] == "changed"] == ["pc4-points"]


def test_a_year_without_schoolweging_stops(folders):
    with pytest.raises(InputError, match=r"(?s)no schoolweging of this year.*\[2017\].*data\.schoolweging_year"):
        read_duo(*folders, "Dorp", 2018, allow_changed=False)


def test_sources_made_elsewhere_meet_the_same_contracts(make_row, make_town):
    with pytest.raises(InputError, match=r"sources\.by_location_pc4: .*the ages sum to TOTAAL"):
        make_town([make_row(TOTAAL=9)])


def test_the_country_is_every_municipality_that_has_a_file(folders, make_row, write_duo):
    data, cards = folders
    path = f"{PUPIL_FOLDER}/Stad.csv"
    write_duo(data / path, make_row(GEMEENTENAAM="Stad", location="01AB00"))
    with pytest.raises(InputError, match=r"Stad\.csv: the card does not name this file"):
        read_duo(data, cards, COUNTRY, 2017, allow_changed=False)
    sources = read_duo(data, cards, COUNTRY, 2017, allow_changed=True)
    assert sources.by_location_pc4["GEMEENTENAAM"].tolist() == ["Dorp", "Stad"]
    assert sum(record["path"].startswith(PUPIL_FOLDER) for record in sources.inputs) == 2


def test_the_background_of_maps_is_that_of_the_card_about_the_municipality(folders):
    """However its name is written; a card about another municipality is left alone."""
    data, cards = folders
    square = [[5.0, 52.0], [5.1, 52.0], [5.1, 52.1], [5.0, 52.0]]
    feature = {"properties": {"name": "Kade"}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    file = data / "geo/dorp.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", **feature}]}))
    write_card(cards, "dorp-2020", "geo/dorp.geojson", file, outlines_of="Elders")
    assert read_duo(data, cards, "Dorp", 2017, allow_changed=False).by_outline_point.empty
    write_card(cards, "dorp-2020", "geo/dorp.geojson", file, outlines_of="DORP")
    sources = read_duo(data, cards, "Dorp", 2017, allow_changed=False)
    assert sources.by_outline_point["area"].unique().tolist() == ["Kade"]
    assert [record["card"] for record in sources.inputs].count("dorp-2020") == 1


def test_next_years_pupils_come_by_their_card(folders, make_row, write_duo):
    data, cards = folders
    path = "duo/leerlingen-2018/Dorp.csv"
    write_duo(data / path, make_row(location="01AB00"), date="20181001")
    write_card(cards, "leerlingen-2018", path, data / path)
    sources = read_duo(data, cards, "Dorp", 2017, False, {"pupils": "leerlingen-2018"})
    assert sources.by_location_pc4["location"].tolist() == ["01AB00"]
    assert "leerlingen-2018" in {record["card"] for record in sources.inputs}
    assert PUPIL_FOLDER not in {record["path"].rpartition("/")[0] for record in sources.inputs}


def test_an_edition_about_other_years_than_its_pupils_is_refused(folders):
    assert len(verify(*folders, False, "Dorp", {}, ["2017/18"])) == 6
    with pytest.raises(InputError, match=r"school_years: the pupils of .* are those of 2017/18"):
        verify(*folders, False, "Dorp", {}, ["2018/19"])
