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
    microdata = {
        "by_pupil": pd.DataFrame([person, {**person, "lat": 52.2}]),
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
    assert attendance["by_home"]["pupils"].tolist() == [1, 1]
    assert set(attendance["by_home"]["year"]) == {2019}
    assert attendance["by_school_attended"]["location"].tolist() == ["01AA00"]  # no special schools
    assert attendance["by_area"].to_dict("list") == {"area": ["w"], "lat": [52.1], "lon": [4.9]}
