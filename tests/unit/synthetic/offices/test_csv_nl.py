"""The world as Dutch CSV: read by hand, it is the world again."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.synthetic.offices.csv_nl import csv_nl
from analysis.synthetic.offices.office import write_office

EDITION = {"edition": "small", "data": {"source": "synthetic", "scale": 0.03}}
BACKGROUNDS = {
    "Nederlands": "none",
    "Marokkaans": "moroccan",
    "Turks": "turkish",
    "Surinaams": "surinamese",
    "overig niet-westers": "other_nonwestern",
    "westers (o.a. België, Indonesië)": "western",
}
EDUCATIONS = {"laag (t/m vmbo)": "laag", "midden": "middelbaar", "hoog (hbo/wo)": "hoog", "onbekend": "onbekend"}


@pytest.fixture(scope="module")
def folder(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv") / "w"
    write_office(folder, csv_nl(tables), "csv-nl", EDITION)
    return folder / "registers"


def read(folder, name, **options):
    options = {"sep": ";", "decimal": ",", "encoding": "cp1252"} | options
    return pd.read_csv(folder / f"{name}.csv", **options)


def test_pupils_are_the_pupils_of_the_world(tables, folder):
    rows = read(folder, "by_pupil", dtype={"postcode4": str, "inkomensklasse": str, "geslacht": str})
    back = pd.DataFrame(
        {
            "pupil": rows["leerlingnummer"],
            "groep": rows["jaargroep"],
            "age": rows["leeftijd"],
            "pc4": rows["postcode4"],
            "wijk": rows["wijk"],
            "stadsdeel": rows["stadsdeel"],
            "lat": rows["breedtegraad"],
            "lon": rows["lengtegraad"],
            "education": rows["opleiding_ouders"].map(EDUCATIONS),
            "background": rows["herkomst"].map(BACKGROUNDS),
            "income": rows["inkomensklasse"].map({"01": "low", "02": "middle", "03": "high"}),
            "one_parent": rows["éénoudergezin"] == "J",
            "sex": rows["geslacht"].map({"1": "m", "2": "v"}),
            "at_risk": rows["risico_op_achterstand"] == "J",
            "location": rows["vestiging"],
            "distance_km": rows["afstand_km"],
        }
    )
    assert_frame_equal(back, tables["by_pupil"][list(back)], check_exact=True)


def test_days_of_tests_are_days_of_the_calendar(tables, folder):
    rows = read(folder, "by_pupil_test")
    days = pd.to_datetime(rows["afnamedatum_m"], format="%d-%m-%Y")
    since = (days - pd.to_datetime(rows["jaar"].str[:4] + "-08-01")).dt.days.astype("float64")
    assert_frame_equal(since.rename("m_day").to_frame(), tables["by_pupil_test"][["m_day"]], check_exact=True)
    for theirs, own in {
        "m_score": "m_score",
        "e_percentile": "e_percentile",
        "prior_percentile": "prior_percentile",
    }.items():
        assert rows[theirs].equals(tables["by_pupil_test"][own])


def test_schools_bear_names_that_a_wrong_encoding_spoils(folder):
    rows = read(folder, "by_location")
    assert rows["schoolnaam"].iloc[:2].tolist() == ["’t Fort 1", "De Zeeën 2"]
    assert (rows["concept"].isin(["geen", "Montessori", "Dalton", "Jenaplan", "‘vrije school’"])).all()
    wrong = read(folder, "by_location", encoding="latin-1")
    assert wrong["schoolnaam"].iloc[0] == "\x92t Fort 1"


def test_codes_of_both_years_of_a_stay_are_dutch(tables, folder):
    rows = read(folder, "by_stay")
    assert rows["last_opleiding_ouders"].map(EDUCATIONS).tolist() == tables["by_stay"]["last_education"].tolist()
    assert rows["first_herkomst"].map(BACKGROUNDS).tolist() == tables["by_stay"]["first_background"].tolist()


def test_every_table_has_a_file_with_all_its_rows_and_a_mapping_of_all_its_columns(tables, folder):
    intake = csv_nl(tables).intake
    for name in (name for name in tables if name != "truth"):
        assert len(read(folder, name)) == len(tables[name])
        assert [*intake["tables"][name]["columns"]] == [*tables[name]]
