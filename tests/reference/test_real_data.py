"""What is known of the files of DUO and CBS, on the files themselves."""

import pytest

from analysis.data import cbs, duo, geo
from analysis.data.cards import outlines_of, read_card, verify_files
from analysis.data.contracts import AGES
from analysis.data.prepare import choice_tables
from analysis.data.sources import read_duo

PUPIL_FOLDER = "duo/leerlingen-po-postcode-leeftijd-2017-2018"

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def amsterdam(real_data_folder, cards_folder):
    return read_duo(real_data_folder, cards_folder, "Amsterdam", 2017, allow_changed=False)


@pytest.fixture(scope="module")
def netherlands(real_data_folder):
    return duo.read_pupils(real_data_folder / PUPIL_FOLDER, None)


def test_every_file_on_every_card_is_there_and_unchanged(real_data_folder, cards_folder):
    files = {}
    for path in sorted(cards_folder.glob("*.yml")):
        card = read_card(path.stem, cards_folder)
        for record in verify_files({card.id: card.files}, real_data_folder, cards_folder, allow_changed=False):
            files[record["path"]] = record["status"]
    assert set(files.values()) == {"verified"}
    assert sum(path.startswith(PUPIL_FOLDER) for path in files) == 386


def test_the_whole_country_is_read(netherlands):
    frame = netherlands
    assert frame["location"].nunique() == 7190
    assert frame["TOTAAL"].sum() == 1_504_901
    assert frame["GEMEENTENAAM"].nunique() == 386


def test_home_and_school_spell_a_municipality_alike(netherlands):
    frame = netherlands
    homes = set(frame["GEMEENTENAAM_LEERLING"]) - set(frame["GEMEENTENAAM"])
    # Two municipalities have no file; the rest are no municipalities.
    assert homes == {"De Fryske Marren", "Gooise Meren", "Belgie", "Duitsland", "ander land", "Onbekend"}


def test_one_location_has_no_denomination(netherlands):
    frame = netherlands
    blank = frame[frame["DENOMINATIE_VESTIGING"] == "Onbekend"]
    assert blank["location"].tolist() == ["31FU00"]
    assert blank["TOTAAL"].tolist() == [1]


def test_the_source_says_what_the_contract_says_of_its_totals(netherlands):
    frame = netherlands
    assert frame[list(AGES)].to_numpy().sum() == frame["TOTAAL"].sum()


def test_what_joins_in_amsterdam(amsterdam):
    pupils = amsterdam.by_location_pc4
    pupils = pupils[pupils["SOORT_PO"] == "Bo"]
    locations = set(pupils["location"])
    points = amsterdam.by_location_point.set_index("location")["point_source"]
    assert len(locations) == 206
    assert pupils["TOTAAL"].sum() == 62_179
    assert len(locations & set(amsterdam.by_location_weging["location"])) == 201
    assert points[points.index.isin(locations)].value_counts().to_dict() == {"2022": 193}


def test_outlines_come_with_the_sources(amsterdam):
    assert amsterdam.by_outline_point["area"].nunique() == 97
    assert {record["status"] for record in amsterdam.inputs} == {"verified"}


def test_the_account_of_amsterdam(amsterdam):
    account = choice_tables(amsterdam, "Amsterdam").accounting.set_index("step")
    assert account["schools_kept"].tolist() == [248, 206, 206, 206, 206, 206, 206, 193, 193, 193]
    assert account["pupils_kept"].tolist() == [66456, 62179, 62096, 62021, 59853, 59853, 59853, 58428, 58428, 58428]


def test_schoolweging_has_three_years_and_runs_beyond_20_to_40(real_data_folder):
    frame = cbs.read_schoolweging(real_data_folder / "cbs/schoolweging-2017-2019.xlsx")
    assert frame.groupby("year").size().to_dict() == {2017: 6252, 2018: 6267, 2019: 6285}
    assert (frame["schoolweging"].min(), frame["schoolweging"].max()) == (19.01, 41.6)


def test_population_leaves_out_what_is_no_inhabited_pc4(real_data_folder):
    frame = cbs.read_population(real_data_folder / "cbs/bevolking-pc4-2013.csv")
    assert len(frame) == 4026
    assert sum(frame.attrs["left_out"].values()) == 7 + 408 + 153
    # CBS: 16.779.575 inhabitants on 1 January 2013; the PC4s are rounded to five.
    assert frame["population"].sum() == pytest.approx(16_779_575, rel=1e-3)


def test_outlines_of_amsterdam(real_data_folder, cards_folder):
    points = geo.read_outlines(real_data_folder / next(iter(outlines_of("Amsterdam", cards_folder).files)))
    assert points["area"].nunique() == 97
    assert points.groupby(["area", "ring"]).ngroups == 101
