"""An office's tables with what follows from them."""

from __future__ import annotations

import pandas as pd

from analysis.data.complete import complete

PUPILS = pd.DataFrame(
    {"pupil": [1, 2, 3], "location": ["A", "A", "B"], "education": "hoog", "background": ["none", "east", "east"]}
)
SCHOOLS = pd.DataFrame({"location": ["A", "B"], "special": False})


def test_pupils_of_one_year_make_no_schools_of_a_year_before() -> None:
    tables = complete({"by_pupil": PUPILS, "by_location": SCHOOLS}, ["east"], [2018, 2019])
    assert "by_location_lagged" not in tables  # and not one without rows
    assert tables["by_attendance"]["year"].unique().tolist() == [2019]
    assert tables["by_stay"].empty


def test_pupils_of_two_years_do() -> None:
    both = pd.concat([PUPILS.iloc[:2].assign(year=2018), PUPILS.assign(year=2019)])
    delivered = {"by_pupil": PUPILS, "by_location": SCHOOLS, "by_pupil_year": both}
    tables = complete(delivered, ["east"], [2018, 2019])
    assert tables["by_location_lagged"].to_dict("records") == [
        {"location": "A", "places": 1, "share_hoog": 1.0, "share_nonwestern": 1 / 2}
    ]
    assert tables["by_attendance"].groupby("year")["pupils"].sum().to_dict() == {2018: 2, 2019: 3}
    assert tables["by_stay"]["pupils"].sum() == 2
