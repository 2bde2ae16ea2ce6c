"""The files of CBS, joined by hand: they hold the world, in keys and codes, and on whole metres."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from analysis.data.microdata import MICRODATA
from analysis.registers.rd import metres_of
from analysis.synthetic.offices.cbs import LEFT_OUT, cbs
from analysis.synthetic.offices.cbs_people import people_of
from analysis.synthetic.offices.office import write_office

EDITION = {"edition": "small", "data": {"source": "synthetic", "scale": 0.03}}
PERSON, OBJECT = ["RINPERSOONS", "RINPERSOON"], ["SOORTOBJECTNUMMER", "RINOBJECTNUMMER"]
LEVELS = {"1": "laag", "2": "middelbaar", "3": "hoog"}  # by the first digit, but for two codes
NUMBERS = {"10": 0, "20": 1, "22": 1.5, "30": 2, "32": 2.5, "40": 3, "44": 3.5, "60": 4, "61": 4.5, "70": 5, "80": -1}


@pytest.fixture(scope="module")
def folder(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cbs") / "w"
    write_office(folder, cbs(tables, 7), "cbs", EDITION)
    return folder


@pytest.fixture(scope="module")
def read(folder):
    def read(path: str) -> pd.DataFrame:
        frame, meta = pyreadstat.read_sav(folder / "registers" / path)
        assert meta.file_label == "SYNTHETIC"
        return frame

    return read


@pytest.fixture(scope="module")
def enrolled(tables, read):
    """The pupils of INSCHRWPOTAB that count, beside those of the world by their keys."""
    rows = read("Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2019V2.sav")
    rows = rows[(rows["RINPERSOONS"] == "R") & (rows["WPOTYPEPO"] == "BO")]
    world = tables["by_pupil"].assign(RINPERSOON=lambda f: people_of(tables).key_of("by_pupil", f["pupil"]))
    both = rows.merge(world, on="RINPERSOON", validate="one_to_one")
    assert len(both) == len(rows) == len(world)
    return both


def test_keys_are_nine_characters_some_with_zeros_in_front_and_in_order(enrolled):
    assert enrolled["RINPERSOON"].str.fullmatch(r"\d{9}").all()
    assert enrolled["RINPERSOON"].str.startswith("0").mean() > 0.2
    assert enrolled["RINPERSOON"].is_monotonic_increasing


def test_a_file_of_enrolments_has_rows_that_do_not_count_and_an_older_version(read):
    new, old = (read(f"Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2019V{version}.sav") for version in (2, 1))
    assert (new["RINPERSOONS"] != "R").sum() == 7
    assert (new["WPOTYPEPO"] == "SBO").sum() == 5
    assert new["RINPERSOON"].duplicated().sum() == 12
    assert len(old) < len(new)


def test_the_year_of_primary_school_has_a_blank_in_front(enrolled):
    assert (enrolled["WPOLEERJAAR"] == " " + enrolled["groep"].astype(str)).all()
    assert enrolled["WPODENOMINATIE"].str.len().eq(4).sum() == 0  # SPSS drops blanks behind
    assert enrolled["WPOBRIN_crypt"].str.fullmatch("[0-9a-f]{32}").all()
    assert (enrolled["WPOBRINVEST"] == enrolled["location"].str[4:]).all()
    assert enrolled.groupby("WPOBRIN_crypt")["location"].nunique().max() == 1


def test_persons_are_born_on_a_day_that_gives_their_age_and_come_from_a_country(enrolled, read):
    both = enrolled.merge(
        read("Bevolking/GBAPERSOONTAB/2019/GBAPERSOON2019TABV2.sav"), on=PERSON, validate="one_to_one"
    )
    born = pd.to_datetime(both["GBAGEBOORTEJAAR"] + both["GBAGEBOORTEMAAND"] + both["GBAGEBOORTEDAG"])
    still_to_come = (born.dt.month * 100 + born.dt.day > 1001).astype(int)
    assert (2019 - born.dt.year - still_to_come == both["age"]).all()
    assert (both["GBAGESLACHT"].map({"1": "m", "2": "v"}) == both["sex"]).all()
    known = {"6030": "none", "5022": "moroccan", "6043": "turkish", "5007": "surinamese"}
    for country, background in known.items():
        assert ((both["GBAHERKOMSTGROEPERING"] == country) == (both["background"] == background)).all()


def test_the_highest_education_of_mother_and_father_is_that_of_the_parents(enrolled, read):
    educated = read("Onderwijs/HOOGSTEOPLTAB/HOOGSTEOPL2019TABV1.sav").set_index("RINPERSOON")
    level = educated["OPLNIVSOI2021AGG4HBmetNIRWO"]
    rank = level.where(level != "----").str[0].astype("float").mask(level == "1222", 2)
    parents = enrolled.merge(read("Bevolking/KINDOUDERTAB/KINDOUDER2019TABV1.sav"), on=PERSON, validate="one_to_one")
    highest = np.fmax(parents["RINPERSOONMa"].map(rank), parents["RINPERSOONpa"].map(rank))
    assert (highest.map({1: "laag", 2: "middelbaar", 3: "hoog"}).fillna("onbekend") == parents["education"]).all()
    assert (parents["RINPERSOONpa"] == "---------").sum() > 0
    assert (level == "----").any()


def test_households_have_an_income_and_a_type(enrolled, read):
    links = read("InkomenBestedingen/KOPPELPERSOONHUISHOUDEN2019V1.sav")
    both = enrolled.merge(links, on=PERSON, validate="one_to_one")
    both = both.merge(read("InkomenBestedingen/INHATAB/INHA2019TABV1.sav"), on=["RINPERSOONSHKW", "RINPERSOONHKW"])
    assert len(both) == len(enrolled)
    thirds = pd.cut(both["INHP100HGEST"], [0, 33, 66, 100], labels=["low", "middle", "high"]).astype(str)
    assert (thirds == both["income"]).all()
    households = enrolled.merge(read("Bevolking/GBAHUISHOUDENSBUS/GBAHUISHOUDENS2019BUSV1.sav"), on=PERSON)
    assert ((households["TYPHH"] == "6") == households["one_parent"]).all()


def test_the_home_of_the_first_of_october_lies_within_a_metre(enrolled, read):
    spells = read("BouwenWonen/GBAADRESOBJECTBUS/GBAADRESOBJECT2019BUSV1.sav")
    assert spells["RINPERSOON"].duplicated().sum() > 100
    now = spells[spells["GBADATUMEINDEADRESHOUDING"] == "88888888"]
    both = enrolled.merge(now, on=PERSON, validate="one_to_one")
    both = both.merge(read("BouwenWonen/VSLCOORDTAB/VSLCOORD2019TABV1.sav"), on=OBJECT, validate="one_to_one")
    x, y = metres_of(both["lat"].to_numpy(), both["lon"].to_numpy())
    assert (both["XCOORDADRES"] % 1 == 0).all()
    assert np.hypot(both["XCOORDADRES"] - x, both["YCOORDADRES"] - y).max() < 0.71  # half a metre each way
    postcodes = read("BouwenWonen/VSLPOSTCODEBUS/VSLPOSTCODEBUSV2019101.sav")
    both = both.merge(postcodes[postcodes["DATUMEINDPOSTCODENUMADRES"] == "88888888"], on=OBJECT, validate="one_to_one")
    assert (both["POSTCODENUM"] == both["pc4"]).all()
    both = both.merge(read("BouwenWonen/VSLGWBTAB/VSLGWB2019TAB01V1.sav"), on=OBJECT, validate="one_to_one")
    assert both["wc2019"].str.fullmatch(r"0363\d\d").all()
    assert both.groupby("wc2019")["wijk"].nunique().max() == 1


def test_advices_are_codes_of_the_year_and_what_was_not_revised_is_00(tables, read):
    rows = read("Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2016V1.sav")
    world = tables["by_pupil_advice"].assign(
        RINPERSOON=lambda f: people_of(tables).key_of("by_pupil_advice", f["pupil"])
    )
    both = rows.merge(world[world["year"] == 2016], on="RINPERSOON", validate="one_to_one")
    assert len(both) == len(rows) > 0
    assert both["WPOADVIESVO"].map(NUMBERS).tolist() == both["advice_first"].tolist()
    assert ((both["WPOADVIESHERZ"] != "00") == both["revised"]).all()
    final = both["WPOADVIESHERZ"].map(NUMBERS).fillna(both["advice_first"])
    assert final.tolist() == both["advice_final"].tolist()
    sat = both["WPOCODEEINDTOETS"] == "01"
    assert both["WPOUITSLAGEINDTOETS"].where(sat).equals(both["cet"])
    later = read("Onderwijs/ONDERWIJSINSCHRTAB/ONDERWIJSINSCHRTAB2017V1.sav")
    first = both.merge(later[later["VOLEERJAAR"] == "1"], on=PERSON, validate="one_to_one")
    assert (first["SOORTVO"] == "VWO").equals(first["year1"] == 5)


def test_tests_have_days_of_the_calendar_and_99_for_no_level(tables, read):
    rows = read("Onderwijs/LVSNCO/LVSNCO2018V1.sav").assign(
        subject=lambda f: f["DOMEIN"].map({"BL": "lezen", "RW": "rekenen", "TL": "dmt", "SP": "spelling"})
    )
    world = tables["by_pupil_test"].assign(RINPERSOON=lambda f: people_of(tables).key_of("by_pupil_test", f["pupil"]))
    both = rows.merge(world[world["year"] == "2018/19"], on=["RINPERSOON", "subject"], validate="one_to_one")
    assert len(both) == len(rows) > 0
    assert both["VAARDIGHEID_E"].equals(both["e_score"])
    assert both["PERCENTIEL_VORIG"].equals(both["prior_percentile"])
    assert ((both["NIVEAU_E"] == "99") == both["level_e"].isna()).all()
    days = (pd.to_datetime(both["AFNAME_M"], format="%Y%m%d") - pd.Timestamp("2018-08-01")).dt.days
    assert days.astype("float64").equals(both["m_day"])


def test_what_no_register_has_is_a_file_of_the_office(folder, tables):
    own = {path.stem for path in (folder / "registers" / "eigen").iterdir()}
    assert {"DOELGROEP", "SCHOLEN", "TOESTEMMING", "by_location_lagged", "by_location_year"} <= own
    schools = pd.read_csv(folder / "registers" / "eigen" / "SCHOLEN.csv", sep=";", decimal=",", encoding="cp1252")
    assert schools["capacity"].tolist() == tables["by_location"]["capacity"].tolist()
    assert not {"pupils", "share_hoog", "lat", "location"} & {*schools}


def test_no_key_of_the_world_is_left_in_the_files_of_the_office(folder, tables):
    text = "".join(path.read_text("cp1252") for path in (folder / "registers" / "eigen").iterdir())
    assert not [key for key in tables["by_location"]["location"] if key in text]


def test_the_reference_holds_every_table_that_a_chapter_reads(folder, tables):
    back = {path.stem: pd.read_parquet(path) for path in (folder / "reference" / "registers").glob("*.parquet")}
    assert set(back) == {name for name in tables if name in MICRODATA and name not in LEFT_OUT}
    for name, frame in back.items():
        assert len(frame) == len(tables[name])
    assert set(tables["by_pupil"]) - set(back["by_pupil"]) == {"motive", "generation"}


def test_distances_of_the_reference_are_those_of_the_world_to_two_metres(folder, tables):
    reference = pd.read_parquet(folder / "reference" / "registers" / "by_pupil.parquet")
    gap = np.sort(reference["distance_km"]) - np.sort(tables["by_pupil"]["distance_km"])
    assert 0 < np.abs(gap).max() < 0.002
    for trait in ("education", "background", "income", "sex", "groep", "age"):
        assert reference[trait].value_counts().to_dict() == tables["by_pupil"][trait].value_counts().to_dict()
