"""The form in which microdata and open data tell who attends which school."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.data.attendance import with_attendance
from analysis.data.prepare import ChoiceTables


@pytest.fixture
def tables():
    by_school = pd.DataFrame(
        {"location": ["01AA00", "01AB00"], "lat": [52.0, 52.1], "lon": 4.9, "schoolweging": [25.0, 35.0]}
    )
    by_pc4 = pd.DataFrame({"pc4": ["1011", "1012"], "lat": [52.01, 52.09], "lon": 4.9, "share_nonwestern": [0.1, 0.4]})
    pairs = pd.DataFrame({"pc4": ["1011", "1012", "1012"], "location": ["01AA00", "01AA00", "01AB00"]})
    return ChoiceTables(by_school, by_pc4, pairs.assign(TOTAAL=[10, 20, 30]), pd.DataFrame())


def test_open_data_give_expected_pupils(tables):
    attendance = with_attendance({}, tables, "Dorp", 2017)
    by_attendance = attendance["by_attendance"]
    group = by_attendance[by_attendance["background"] == "nonwestern"]
    assert group["pupils"].tolist() == pytest.approx([1, 8, 12])
    assert by_attendance["pupils"].sum() == pytest.approx(60)
    assert dict(zip(by_attendance["area"], by_attendance["nearest"], strict=True)) == {
        "1011": "01AA00",
        "1012": "01AB00",
    }
    schools = attendance["by_school_attended"]
    assert schools["area"].tolist() == ["1011", "1012"]
    assert schools["stadsdeel"].tolist() == ["Dorp", "Dorp"]
    assert set(attendance["by_home"]["year"]) == {2017}


def test_microdata_keep_their_own_counts(tables):
    person = {"wijk": "w", "lat": 52.0, "lon": 4.9, "location": "01AA00", "education": "hoog", "background": "none"}
    at_special = [{**person, "location": "02AA00"}] * 3
    microdata = {
        "by_pupil": pd.DataFrame([person, {**person, "lat": 52.2}] * 5 + [{**person, "wijk": "few"}] * 9 + at_special),
        "by_location": pd.DataFrame(
            {
                "location": ["01AA00", "02AA00"],
                "stadsdeel": "Noord",
                "wijk": "w",
                "lat": 52.0,
                "lon": 4.9,
                "schoolweging": [30.0, np.nan],
                "special": [False, True],
            }
        ),
        "by_attendance": pd.DataFrame({"year": [2018, 2019], "pupils": [1, 2]}),
        "by_stay": pd.DataFrame({"pupils": [1]}),
    }
    attendance = with_attendance(microdata, tables, "Dorp", 2017)
    assert attendance["by_attendance"] is microdata["by_attendance"]
    assert attendance["by_stay"] is microdata["by_stay"]
    assert attendance["by_home"]["pupils"].tolist() == [1] * 19
    assert set(attendance["by_home"]["year"]) == {2019}
    assert attendance["by_school_attended"]["location"].tolist() == ["01AA00"]  # no special schools
    # Of nine homes there is no middle: that of one is where a pupil lives.
    assert attendance["by_area"]["area"].tolist() == ["w"]
    assert attendance["by_area"].loc[0, ["lat", "lon"]].tolist() == pytest.approx([52.1, 4.9])


@pytest.mark.parametrize("column", ["wijk", "education", "background", "stadsdeel", "schoolweging"])
def test_what_microdata_do_not_have_is_in_no_table(tables, column):
    pupil = {"wijk": "w", "lat": 52.0, "lon": 4.9, "location": "a", "education": "hoog", "background": "none"}
    school = {"location": "a", "stadsdeel": "Noord", "wijk": "w", "lat": 52.0, "lon": 4.9, "schoolweging": 30.0}
    microdata = {
        "by_pupil": pd.DataFrame([pupil] * 12).drop(columns=column, errors="ignore"),
        "by_location": pd.DataFrame([school]).assign(special=False).drop(columns=column, errors="ignore"),
        "by_attendance": pd.DataFrame({"year": [2019]}),
    }
    attendance = with_attendance(microdata, tables, "Dorp", 2017)
    assert "by_stay" not in attendance
    assert ("by_area" in attendance) == (column != "wijk")
    name = {"wijk": "area"}.get(column, column)
    assert not {name} & {*attendance["by_home"], *attendance["by_school_attended"]}
