from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.segregation.models.attendance import by_group
from analysis.data.contracts import check
from analysis.data.derive import ATTENDANCE
from analysis.data.microdata import MICRODATA
from analysis.stats.segregation import dissimilarity, isolation
from analysis.synthetic.attendance import AttendanceTruth, make_attendance
from analysis.synthetic.people import make_people
from analysis.synthetic.truth import Truth


@pytest.fixture(scope="module")
def people():
    return make_people(Truth(), 0.3, np.random.SeedSequence(1))[1]


@pytest.fixture(scope="module")
def made(people):
    return make_attendance(people["by_pupil"], people["by_location"], AttendanceTruth(), np.random.SeedSequence(2))


@pytest.fixture(scope="module")
def attendance(made):
    return check(made[0], MICRODATA["by_attendance"], "made")


def test_half_of_the_pupils_are_in_both_years(people, made, attendance):
    stay = check(made[1], MICRODATA["by_stay"], "made")
    # After four years who is in groep 5 to 8 was in groep 1 to 4, less .4% a year who came from elsewhere.
    older = (people["by_pupil"]["groep"] > 4).sum()
    assert stay["pupils"].sum() == pytest.approx(older * 0.996**4, rel=0.01)
    # Most are where they were: 3% a year are at another school.
    same = stay.loc[stay["first_location"] == stay["last_location"], "pupils"].sum() / stay["pupils"].sum()
    assert 0.97**4 - 0.02 < same < 1
    for side, year in (("first", 2015), ("last", 2019)):
        columns = [f"{side}_{of}" for of in ("location", "education", "background")]
        kept = stay.groupby(columns)["pupils"].sum()
        there = attendance[attendance["year"] == year].groupby(["location", "education", "background"])["pupils"].sum()
        assert (kept <= there.reindex(kept.index)).all()


def test_the_last_year_is_that_of_the_pupils(people, attendance):
    last = attendance[attendance["year"] == 2019]
    assert last["pupils"].sum() == len(people["by_pupil"])
    counted = people["by_pupil"].groupby(["location", "wijk", "education", "background"]).size()
    found = last.groupby(["location", "area", "education", "background"])["pupils"].sum()
    assert found.to_dict() == counted.to_dict()


def test_nearest_is_nearest(people, attendance):
    schools = people["by_location"].query("~special").set_index("location")
    pupil = people["by_pupil"].iloc[0]
    km = (schools["lat"] - pupil["lat"]) ** 2 + ((schools["lon"] - pupil["lon"]) * np.cos(np.radians(52.37))) ** 2
    same = (attendance["location"] == pupil["location"]) & (attendance["nearest"] == km.idxmin())
    assert (same & (attendance["year"] == 2019)).any()


def test_schools_come_less_apart_and_parents_more_educated(attendance):
    def apart(rows):
        table = by_group(rows, "background")
        return np.mean([dissimilarity(table[name], table["none"]) for name in ("moroccan", "turkish", "surinamese")])

    d = {year: apart(rows) for year, rows in attendance.groupby("year")}
    # 3% of the pupils a year are with less of their own than the year before: slowly falling, as in print.
    assert 0.002 < d[2015] - d[2019] < 0.04
    hoog = {
        year: by_group(rows, "education")["hoog"].sum() / rows["pupils"].sum()
        for year, rows in attendance.groupby("year")
    }
    assert hoog[2019] - hoog[2015] == pytest.approx(hoog[2019] * (1 - 0.98**4), abs=0.01)


def test_without_changes_every_year_is_the_last(people):
    truth = AttendanceTruth(came=0.0, educated=0.0, apart=0.0)
    made, _ = make_attendance(people["by_pupil"], people["by_location"], truth, np.random.SeedSequence(2))
    years = [rows[[*ATTENDANCE[1:], "pupils"]].reset_index(drop=True) for _, rows in made.groupby("year")]
    for year in years[:-1]:
        pd.testing.assert_frame_equal(year, years[-1])
    short, _ = make_attendance(
        people["by_pupil"], people["by_location"], replace(truth, first=2018), np.random.SeedSequence(2)
    )
    assert short["year"].unique().tolist() == [2018, 2019]


def test_the_city_is_about_the_one_in_print(attendance):
    table = by_group(attendance[attendance["year"] == 2019], "education")
    # In print, of the whole city: highly educated 60% among themselves with a share of 45%.
    assert isolation(table["hoog"], table.sum(axis=1)) == pytest.approx(0.60, abs=0.05)
