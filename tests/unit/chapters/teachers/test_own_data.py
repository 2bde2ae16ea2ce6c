"""The chapter on the registers of an office: columns that it does not have, and values that are missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.teachers import CHAPTER
from analysis.chapters.teachers import findings as wording
from analysis.chapters.teachers import models as teachers
from analysis.language import catalogue
from analysis.synthetic.teachers import TeachersTruth, make_teachers
from analysis.topics.staffing.models import shortage

NEEDS = CHAPTER.columns({})
FACTS = {"optional": {"teachers": {table: dict(uses.optional) for table, uses in NEEDS.items()}}}
OPTIONAL = [(table, column) for table, uses in NEEDS.items() for column in uses.optional]


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(1)
    number = 60
    city = pd.DataFrame(
        {
            "location": [f"s{school}" for school in range(number)],
            "board": (rng.integers(0, 20, number) + 90001).astype(str),
            "special": False,
            "pupils": rng.integers(100, 400, number),
            "share_nonwestern": np.linspace(0.02, 0.98, number),
            "share_at_risk": rng.permutation(np.linspace(0.05, 0.95, number)),
        }
    )
    short = [city[["location"]].assign(year=year, shortage=rng.uniform(0, 0.3, number)) for year in (2022, 2023, 2024)]
    people = make_teachers(city, TeachersTruth(), 0.5, np.random.SeedSequence(6))
    kept = [*sorted(NEEDS["by_teacher"].required), *NEEDS["by_teacher"].optional]
    return {
        "by_teacher": people[kept],
        "by_location": city.drop(columns="special"),
        "by_location_shortage": pd.concat(short, ignore_index=True),
    }


@pytest.fixture(scope="module")
def ran(run_cells):
    return lambda frames, **more: run_cells("06_teachers", frames, facts=FACTS, **more)


@pytest.fixture(scope="module")
def whole(ran, frames):
    return ran(frames)


def test_the_shortage_is_told_of_the_years_that_are_there(whole, frames):
    assert sorted(set(whole.table("shortage_by_risk")["year"])) == [2022, 2023, 2024]
    by_year = shortage.by_share_at_risk(frames["by_location"], frames["by_location_shortage"], [0.5])
    found = by_year[(by_year["category"] == "") & (by_year["outcome"] == "mean_schools")].set_index("year")["estimate"]
    expected = frames["by_location_shortage"].groupby("year")["shortage"].mean()
    np.testing.assert_allclose(found, expected)


def test_the_three_tables_are_enough(whole):
    assert "note left_out" not in whole.shown
    assert not whole.has("unknown")


def test_teachers_alone_without_traits_have_a_chapter_in_dutch(ran, frames):
    found = ran({"by_teacher": frames["by_teacher"][sorted(NEEDS["by_teacher"].required)]}, language="nl")
    said = found.shown["note left_out"]
    assert all(catalogue("nl")[what] in said for uses in NEEDS.values() for what in uses.optional.values())
    assert set(found.table("estimates")["outcome"]) == {"fte"}
    assert not any(found.has(name) for name in ("flows", "distances_data", "shortage_by_risk"))


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), OPTIONAL)
def test_without_a_column_the_chapter_runs_and_says_what_it_leaves_out(ran, frames, whole, table, column):
    found = ran({**frames, table: frames[table].drop(columns=column)})
    assert NEEDS[table].optional[column] in found.shown["note left_out"]
    before, after = whole.table("estimates"), found.table("estimates")
    assert set(after["outcome"]) <= set(before["outcome"])
    means = ["model", "outcome", "by", "category"]
    both = before.merge(after, on=means, suffixes=("", "_after"))
    plain = both[(both["model"] == "teachers")]
    assert len(plain)
    np.testing.assert_array_equal(plain["estimate"], plain["estimate_after"])


def test_who_lacks_a_trait_leaves_where_it_is_used_and_is_counted(ran, frames):
    people = frames["by_teacher"]
    gone = np.random.default_rng(3).random(len(people)) < 0.1
    columns = ("scale", "salary", "background", "distance_km")
    hidden = people.assign(**{column: people[column].mask(gone) for column in columns})
    found = ran({**frames, "by_teacher": hidden})
    missing = teachers.unknown(hidden)
    assert set(missing["column"]) == set(columns) == set(found.table("unknown")["column"])
    assert missing["n_unknown"].sum() == len(columns) * gone.sum()

    def counted(frame, outcome):
        rows = teachers.described(frame)
        return rows[(rows["outcome"] == outcome) & (rows["by"] == "year")].set_index("category")["n_obs"]

    per_year = people[~gone].groupby("year").size()
    assert counted(hidden, "fte").tolist() == counted(people, "fte").tolist()
    assert counted(hidden, "salary").tolist() == per_year.tolist()
    assert teachers.hours(hidden)["n_obs"].iloc[0] == (~gone).sum()


def test_sentences_name_the_years_where_these_are_not_two_apart(frames):
    people = frames["by_teacher"]
    first, last = sorted(people["year"].unique())
    for gap, words in ((2, "two years"), (1, "")):
        moved = people.assign(year=people["year"].where(people["year"] == first, first + gap))
        flows = teachers.flows(moved)
        estimates = teachers.together([teachers.described(moved), teachers.hours(moved)])
        risk = shortage.by_share_at_risk(pd.DataFrame(), pd.DataFrame(), [0.5])
        found = wording.teachers(flows, estimates, risk).set_index("name")["sentence"]
        assert ("two years later" in found["flows"]) == bool(words)
        assert ("two years before" in found["hours"]) == bool(words)
    assert last == first + 2
    alone = teachers.together([teachers.described(people), teachers.hours(people.drop(columns="sex"))])
    assert "hours" not in set(wording.teachers(teachers.flows(people), alone, risk)["name"])
