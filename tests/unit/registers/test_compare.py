"""Tables that cannot both be so."""

from __future__ import annotations

import pandas as pd

from analysis.registers.compare import compare
from analysis.registers.report import Report

SCHOOLS = ("01AA00", "01AB00", "01AC00")
PUPILS = pd.DataFrame({"pupil": range(30), "location": SCHOOLS * 10, "groep": 4, "education": ["hoog", "laag"] * 15})
LOCATIONS = pd.DataFrame({"location": SCHOOLS, "special": False})
OF_YEARS = pd.concat([PUPILS.assign(year=2018), PUPILS.assign(year=2019, groep=5)], ignore_index=True)


def said(**tables: pd.DataFrame) -> str:
    report = Report()
    compare(tables, [2018, 2019], [], report)
    return str(report)


def test_what_meets_is_not_told() -> None:
    made = LOCATIONS.assign(pupils=10, share_hoog=0.5)
    assert said(by_location=made, by_pupil=PUPILS, by_pupil_year=OF_YEARS) == ""


def test_a_school_in_two_ways_of_writing_is_refused() -> None:
    lower = PUPILS.assign(location=["01aa00", *PUPILS["location"][1:]])
    told = said(by_location=LOCATIONS, by_pupil=lower)
    assert (
        "! location                 fewer than 10 of 30 rows have a key that others write with other capitals" in told
    )
    assert said(by_pupil=PUPILS.assign(location=["1AA00", *PUPILS["location"][1:]])).startswith("by_pupil\n! location")


def test_a_year_of_other_school_keys_is_refused() -> None:
    keys = OF_YEARS["location"].mask(OF_YEARS["year"] == 2018, "f3")
    told = said(by_location=LOCATIONS, by_pupil_year=OF_YEARS.assign(location=keys))
    assert "! location                 no row of 2018 has a school of by_location" in told


def test_schools_without_pupils_are_counted() -> None:
    told = said(by_location=LOCATIONS, by_pupil=PUPILS[PUPILS["location"] != "01AC00"])
    assert "location                 regular schools without a row in by_pupil: 1" in told


def test_special_schools_with_most_pupils_are_refused() -> None:
    told = said(by_location=LOCATIONS.assign(special=[True, True, False]), by_pupil=PUPILS)
    assert "! special                  66.7% of by_pupil are at special schools, which chapters leave out" in told


def test_what_pupils_make_otherwise_is_told_or_refused() -> None:
    told = said(by_location=LOCATIONS.assign(pupils=[10, 10, 13], share_hoog=[0.7, 0.3, 0.5]), by_pupil=PUPILS)
    assert "\n  pupils                   differs from what by_pupil makes of it at 1 of 3 schools" in told
    assert "\n! share_hoog               differs from what by_pupil makes of it at 2 of 3 schools" in told


def test_pupils_who_do_not_move_up_are_refused() -> None:
    told = said(by_pupil_year=OF_YEARS.assign(groep=4))
    assert "fewer than half of the pupils of 2018 who are there in 2019 are 1 groep further" in told


def test_pupils_who_are_gone_are_counted() -> None:
    renumbered = OF_YEARS.assign(pupil=OF_YEARS["pupil"] + 100 * (OF_YEARS["year"] - 2018))
    assert "pupil 2018               all rows of those who could stay are not there in 2019" in said(
        by_pupil_year=renumbered
    )
