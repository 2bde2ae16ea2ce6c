"""A board's tests: results read by hand are the tests of the world."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.synthetic.offices.office import write_office
from analysis.synthetic.offices.uwlr import pupil_keys, uwlr

EDITION = {
    "edition": "small",
    "codes": {},
    "data": {"source": "synthetic"},
    "leergroei": {"coverage": 0.75},
    "staffing": {"alpha": 0.05},
    "summary": {},
}
SUBJECTS = {"BL": "lezen", "RW": "rekenen", "TL": "dmt", "SP": "spelling"}


@pytest.fixture(scope="module")
def folder(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uwlr") / "w"
    write_office(folder, uwlr(tables, 7), "uwlr", EDITION)
    return folder


def read(folder, name):
    path = folder / "registers" / f"{name}.csv"
    return pd.read_csv(path, sep=";", decimal=",", encoding="cp1252")


def test_a_result_is_a_row_with_its_day_and_score(tables, folder):
    results = read(folder, "toetsresultaat")
    tests = tables["by_pupil_test"].assign(eckid=lambda rows: pupil_keys(rows["pupil"]))
    assert len(results) == tests["m_score"].notna().sum() + tests["e_score"].notna().sum()
    ends = results[results["toetsmoment"] == "E"].assign(subject=results["vakgebied"].map(SUBJECTS))
    both = tests.merge(
        ends, left_on=["eckid", "year", "subject"], right_on=["eckid", "schooljaar", "subject"], how="left"
    )
    assert both["vaardigheidsscore"].equals(both["e_score"])
    assert both["percentiel"].equals(both["e_percentile"])
    assert (both["vaardigheidsniveau"].fillna("") == both["level_e"].fillna("")).all()
    days = pd.to_datetime(both["afnamedatum"], format="%d-%m-%Y") - pd.to_datetime(both["year"].str[:4] + "-08-01")
    assert days.dt.days.astype("float64").equals(both["e_day"])


def test_pupils_are_there_once_with_what_the_board_knows(tables, folder):
    pupils = read(folder, "leerling")
    tests = tables["by_pupil_test"].drop_duplicates("pupil").assign(eckid=lambda rows: pupil_keys(rows["pupil"]))
    both = tests.merge(pupils, on="eckid", validate="one_to_one")
    assert len(both) == len(tests)
    assert pupils["eckid"].str.fullmatch("[0-9a-f]{32}").all()
    assert (both["geslacht"].map({1: "m", 2: "v"}) == both["sex"]).all()
    assert (both["opleiding_ouders"] == both["education"]).all()
    assert ((both["risico"] == "J") == both["at_risk"]).all()


def test_who_was_enrolled_is_told_from_who_sat_the_test(tables, folder):
    assert len(read(folder, "deelname")) == len(tables["by_pupil_test"])


def test_the_edition_has_the_chapter_on_learning_alone(folder):
    text = (folder / "params.yml").read_text("utf8")
    assert "leergroei:" in text
    assert "staffing:" not in text
