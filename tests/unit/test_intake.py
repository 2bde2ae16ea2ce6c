from types import SimpleNamespace

import pytest
from synthetic_sources import make_sources

from analysis import intake
from analysis.data import sources
from analysis.data.microdata import MICRODATA
from analysis.data.published import read_published
from analysis.errors import InputError
from analysis.intake import files_read, receive

SETTINGS = {
    "folder": "data",
    "region": "Verzonnen",
    "schoolweging_year": 2018,
    "allow_changed_sources": False,
    "scale": 0.065,
    "seed": 4,
}


def read(source, **changes):
    return receive(source, **SETTINGS | changes).sources


def test_a_synthetic_edition_receives_microdata_its_truth_and_a_comparison_with_print():
    received = receive("synthetic", **SETTINGS)
    assert set(received.microdata) == {*MICRODATA, "published_figures"} - {"by_pupil_country"}
    assert len(received.microdata["by_pupil"]) == pytest.approx(61_919 * 0.065, rel=0.01)
    assert received.microdata["published_figures"]["within"].mean() > 0.8
    assert received.truth.set_index("parameter")["value"]["city.radius_km"] == "7.0"


@pytest.mark.parametrize(
    ("region", "cities", "noted"),
    [("Amsterdam", {"Amsterdam", "Nederland"}, True), ("Elders", {"Nederland"}, False), ("Nederland", None, True)],
)
def test_a_city_is_compared_with_figures_about_itself_and_the_country(region, cities, noted):
    """A country holds its cities; a note that speaks of a city stays with it."""
    every = read_published(intake.project_root() / "params" / "published")
    figures = intake._published(region)
    assert set(every.set_index("figure_id").loc[figures["figure_id"], "about"]) == (cities or set(every["about"]))
    assert figures["note"].str.contains("Amsterdam").any() == noted
    assert not {"about", "note_about"} & set(figures)


def test_open_data_come_without_microdata_and_truth(read_duo):
    received = receive("duo", **SETTINGS)
    assert (len(received.microdata), len(received.truth)) == (0, 0)
    assert len(read_duo) == 1


@pytest.fixture
def read_duo(monkeypatch):
    """The arguments of the reader of files, which reads nothing."""
    calls = []
    nothing = SimpleNamespace(inputs=[])
    monkeypatch.setattr(intake.sources, "read_duo", lambda *given: calls.append(given) or nothing)
    monkeypatch.delenv("STAAT_DATA", raising=False)
    return calls


def test_a_synthetic_city_is_made_of_its_seed_and_scale():
    city, expected = read("synthetic"), make_sources("Verzonnen", 2018, 0.065, 4)
    assert city.by_location_pc4.equals(expected.by_location_pc4)
    assert not city.by_location_pc4.equals(read("synthetic", seed=5).by_location_pc4)


def test_a_synthetic_city_has_no_files_and_says_so():
    (row,) = files_read([]).to_dict("records")
    filled = {name: value for name, value in row.items() if value}
    assert filled == {"file": "none: a synthetic city", "status": "synthetic"}


def test_files_are_listed_with_their_card_hash_and_status():
    card = {"publisher": "DUO", "reference_date": "2017-10-01", "licence": "CC0", "card": "x"}
    record = {"path": "duo/x.csv", "sha256": "ab", "status": "verified", "left_out": {"a": 1}} | card
    files = files_read([record])
    expected = {"file": "duo/x.csv", "sha256": "ab", "status": "verified"} | card
    assert files.to_dict("records") == [expected]
    assert list(files.columns) == list(intake.FILE_COLUMNS)


def test_many_files_of_one_card_are_counted_in_one_row():
    card = {"publisher": "DUO", "reference_date": "2017-10-01", "licence": "CC0"}
    many = [{"card": "x", "path": f"duo/{n}.csv", "sha256": "ab", "status": "verified"} | card for n in range(21)]
    one = {"card": "y", "path": "cbs/y.csv", "sha256": "cd", "status": "changed"} | card
    files = files_read([*many, one])
    assert files["file"].tolist() == ["duo/* (21)", "cbs/y.csv"]
    assert files["status"].tolist() == ["verified", "changed"]
    assert files["sha256"].tolist() == ["", "cd"]


def test_files_are_sought_in_the_folder_of_the_edition(read_duo):
    read("duo", folder="elsewhere", allow_changed_sources=True)
    root = intake.project_root()
    assert read_duo == [(root / "elsewhere", root / "params" / "sources", "Verzonnen", 2018, True, sources.CARDS)]


def test_the_environment_wins_over_the_edition_unless_it_is_empty(read_duo, monkeypatch, tmp_path):
    for value in (str(tmp_path), ""):
        monkeypatch.setenv("STAAT_DATA", value)
        read("duo", folder="elsewhere")
    assert [given[0] for given in read_duo] == [tmp_path, intake.project_root() / "elsewhere"]


def test_a_source_that_does_not_exist_is_not_taken_for_files(read_duo):
    with pytest.raises(InputError, match="allowed synthetic, duo"):
        read("Synthetic")
    assert read_duo == []


def test_a_country_is_compared_with_the_national_figures_of_its_years() -> None:
    received = intake.receive_country(2_000, range(2012, 2016), seed=3)
    by_pupil_country, published = (received.microdata[name] for name in ("by_pupil_country", "published_country"))
    assert by_pupil_country["year"].unique().tolist() == [2012, 2013, 2014, 2015]
    assert {"advice_nl_under_2014", "advice_nl_over_2015", "advice_nl_revised_ratio"} <= set(published["figure_id"])
    assert set(published["file"]) == {"nederland-2017-advice"}
    assert received.truth.set_index("parameter")["value"]["advice_urban"] == "0.03"
    without_2015 = intake.receive_country(2_000, range(2012, 2015), seed=3).microdata["published_country"]
    assert "advice_nl_under_2015" not in set(without_2015["figure_id"])
