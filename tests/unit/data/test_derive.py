"""What follows from the tables of an office, with the arithmetic in sight."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.data import derive

PUPILS = pd.DataFrame(
    {
        "pupil": [1, 2, 3, 4, 5],
        "location": ["A", "A", "A", "B", "B"],
        "education": ["hoog", "laag", "onbekend", None, "onbekend"],
        "background": ["none", "east", None, "east", "east"],
        "wijk": ["w1", "w1", "w2", "w2", None],
        "lat": [52.0, 52.0, 52.1, 52.1, 52.1],
        "lon": [5.0, 5.0, 5.0, 5.0, 5.0],
    }
)
SCHOOLS = pd.DataFrame(
    {"location": ["A", "B", "S"], "lat": [52.0, 52.1, 52.1], "lon": [5.0, 5.0, 5.0], "special": [False, False, True]}
)


def test_a_share_is_of_those_of_whom_it_is_known() -> None:
    composition = derive.composition(PUPILS, ["east"])
    assert composition["pupils"].to_dict() == {"A": 3, "B": 2}
    assert composition["share_hoog"].fillna(-1).to_dict() == {"A": 1 / 2, "B": -1}  # of nobody at B
    assert composition["share_nonwestern"].to_dict() == {"A": 1 / 2, "B": 1.0}
    assert "share_at_risk" not in composition


def test_what_an_office_delivers_is_not_derived() -> None:
    delivered = SCHOOLS.assign(pupils=[30, 196, 401])
    schools = derive.with_composition(delivered, PUPILS, ["east"])
    assert schools["pupils"].tolist() == [30, 196, 401]
    assert schools["size_class"].tolist() == ["small", "medium", "large"]
    assert schools["share_nonwestern"].fillna(-1).tolist() == [1 / 2, 1.0, -1]


def test_a_school_of_which_the_number_of_pupils_is_unknown_has_no_size() -> None:
    whole = pd.Series([195, None, 401], dtype="Int64")
    for pupils in (whole, whole.astype("float64")):
        assert derive.size_class(pupils).fillna("-").tolist() == ["small", "-", "large"]


def test_distance_is_missing_without_a_point() -> None:
    pupils = derive.with_distance(PUPILS.assign(location=["A", "B", "A", "B", "elsewhere"]), SCHOOLS)
    tenth = 6371.0088 * np.radians(0.1)  # a tenth of a degree north
    assert pupils["distance_km"].tolist()[:4] == pytest.approx([0, tenth, tenth, 0], abs=1e-9)
    assert pupils["distance_km"].isna().tolist() == [False, False, False, False, True]


def test_attendance_counts_pupils_at_regular_schools_and_drops_nobody() -> None:
    pupils = PUPILS.assign(year=2019, location=["A", "A", "A", "B", "S"])  # pupil 5 is at a special school
    counts = derive.attendance(pupils, SCHOOLS).astype(object).fillna("-")
    columns = ["location", "area", "nearest", "education", "background", "pupils"]
    assert counts[columns].to_numpy().tolist() == [
        ["A", "w1", "A", "hoog", "none", 1],
        ["A", "w1", "A", "laag", "east", 1],
        ["A", "w2", "B", "onbekend", "-", 1],
        ["B", "w2", "B", "-", "east", 1],
    ]


def test_attendance_without_homes_counts_by_school() -> None:
    counts = derive.attendance(PUPILS[["location", "background"]].assign(year=2019), SCHOOLS[["location", "special"]])
    assert [*counts] == ["year", "location", "background", "pupils"]
    assert counts["pupils"].sum() == 5


def test_who_stayed_is_there_in_both_years() -> None:
    first = PUPILS[["pupil", *derive.OF_A_PUPIL]].iloc[:2]
    last = first.assign(location="B").iloc[1:]
    assert derive.stay(first, last).to_dict("records") == [
        {"first_location": "A", "first_education": "laag", "first_background": "east"}
        | {"last_location": "B", "last_education": "laag", "last_background": "east", "pupils": 1}
    ]


def test_places_are_the_pupils_per_groep_a_year_before() -> None:
    before = pd.concat([PUPILS.assign(education="hoog", background="none")] * 8, ignore_index=True)
    assert derive.lagged(before, ["east"]).to_dict("records") == [
        {"location": "A", "places": 3, "share_hoog": 1.0, "share_nonwestern": 0.0},
        {"location": "B", "places": 2, "share_hoog": 1.0, "share_nonwestern": 0.0},
    ]


def test_what_is_known_of_a_school_a_year_before_stays_when_something_else_is_not() -> None:
    before = derive.lagged(PUPILS, ["east"]).set_index("location")  # of nobody at B the education is known
    assert before["share_hoog"].fillna(-1).to_dict() == {"A": 1 / 2, "B": -1}
    assert before["share_nonwestern"].to_dict() == {"A": 1 / 2, "B": 1.0}


def test_the_percentile_before_is_that_of_the_school_year_before() -> None:
    tests = pd.DataFrame(
        {
            "pupil": [1, 1, 1, 2],
            "subject": ["lezen", "lezen", "rekenen", "lezen"],
            "year": ["1999/00", "2000/01", "2000/01", "2000/01"],
            "e_percentile": [40.0, 50.0, 60.0, 70.0],
        },
        index=[7, 3, 5, 1],
    )
    prior = derive.prior_percentile(tests)
    assert prior.fillna(-1).to_dict() == {7: -1, 3: 40.0, 5: -1, 1: -1}


def test_an_advice_is_revised_when_the_final_one_is_higher() -> None:
    both = pd.DataFrame({"advice_first": [1.0, 1.0, 2.0], "advice_final": [1.0, 2.0, 1.0]})
    assert derive.revised(both).tolist() == [False, True, False]
    some = derive.revised(both.assign(advice_final=[1.0, None, 3.0]))
    assert some.isna().tolist() == [False, True, False]
    assert some.dropna().tolist() == [False, True]


points = st.lists(st.tuples(st.floats(50.8, 53.6), st.floats(3.3, 7.2)), min_size=1, max_size=8)


@settings(deadline=None)
@given(points, points)
def test_the_nearest_is_nearest_over_the_sphere(
    homes: list[tuple[float, float]], schools: list[tuple[float, float]]
) -> None:
    home, school = (pd.DataFrame(rows, columns=["lat", "lon"]) for rows in (homes, schools))
    position = derive.nearest(home, school)
    for row, found in enumerate(position):
        of_home = home.iloc[[row] * len(school)].assign(location=range(len(school)))
        km = derive.with_distance(of_home, school.assign(location=range(len(school))))["distance_km"]
        assert km.iloc[found] <= km.min() + 1e-6


def test_of_schools_at_one_point_the_nearest_is_the_first_by_key_whatever_the_order_of_the_file() -> None:
    """Registers hold whole metres: schools that share a building share a point."""
    building = [f"S{number}" for number in range(9)]
    schools = pd.DataFrame({"location": building, "lat": 52.0, "lon": 5.0, "special": False})
    homes = PUPILS.assign(year=2019, location="S4").dropna(subset="wijk")
    for order in (schools, schools[::-1], schools.sample(frac=1, random_state=1)):
        assert set(derive.attendance(homes, order)["nearest"]) == {"S0"}
