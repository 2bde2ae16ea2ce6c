import numpy as np
import pandas as pd
import pytest

from analysis.chapters.landscape.models.pictures import counts_table
from analysis.chapters.landscape.models.sizes import (
    by_year,
    chances,
    quality,
    reliability,
    states,
    transitions,
)

EDGES = (196.0, 401.0)


def schools(counts):
    """Make a row per location and year of which the number is not None; -1 is on the list without its pupils."""
    rows = [
        {"location": name, "area": "a", "year": year, "pupils": None if n == -1 else n}
        for name, years in counts.items()
        for year, n in zip((2012, 2017, 2019, 2024), years, strict=True)
        if n is not None
    ]
    return pd.DataFrame(rows).astype({"pupils": "Int64"})


COUNTS = schools({"s": (100, 195, 196, 401), "closed": (100, 90, None, None), "new": (None, 500, 500, -1)})


def test_a_school_that_is_not_on_the_list_is_gone_not_missing():
    state = states(COUNTS, EDGES)
    assert state.loc["s"].tolist() == ["small", "small", "medium", "large"]
    assert state.loc["closed"].tolist() == ["small", "small", "gone", "gone"]
    assert state.loc["new"].tolist() == ["gone", "large", "large", "not told"]


def test_transitions_count_every_school_that_is_there_in_one_of_two_years():
    rows = transitions(COUNTS, EDGES).set_index(["from_year", "size_before", "size_after"])
    assert rows.loc[(2012, "small", "small"), "schools"] == 2
    assert rows.loc[(2012, "new", "large"), "schools"] == 1
    assert rows.loc[(2017, "small", "gone"), ["schools", "share"]].tolist() == [1, 0.5]
    assert rows.loc[(2019, "large", "not told"), "schools"] == 1
    assert rows.loc[(2017, "small", "large"), ["schools", "share"]].tolist() == [0, 0]
    assert (2019, "new", "gone") not in rows.index


def test_who_was_on_the_list_without_its_pupils_is_new_to_its_size_and_who_never_had_one_is_not_counted():
    counts = schools({"told late": (-1, 100, 100, 100), "never": (-1, -1, None, -1)})
    rows = transitions(pd.concat([COUNTS, counts]), EDGES).set_index(["from_year", "size_before", "size_after"])
    assert rows.loc[(2012, "new", "small"), "schools"] == 1
    assert set(rows.index.get_level_values("size_before")) == {"small", "medium", "large", "new"}
    assert rows["schools"].groupby("from_year").sum().tolist() == [4, 4, 3]


def test_rows_and_columns_of_a_pair_of_years_are_the_sizes_of_its_years():
    """What by_year tells of either year is what each row and column of transitions adds up to."""
    rows, told = transitions(COUNTS, EDGES), by_year(COUNTS, EDGES).set_index(["year", "size"])["schools"]
    for year, side in (("from_year", "size_before"), ("to_year", "size_after")):
        sums = rows[rows[side].isin(["small", "medium", "large"])].groupby([year, side])["schools"].sum()
        assert all(told.get(key, 0) == n for key, n in sums.items())


def test_schools_and_pupils_by_size():
    rows = by_year(COUNTS, EDGES).set_index(["year", "size"])
    assert rows.loc[(2012, "small"), ["schools", "pupils", "share"]].tolist() == [2, 200, 1.0]
    assert (2024, "small") not in rows.index


def test_a_municipality_without_a_file_of_2017_is_not_gone_in_2017_and_new_after_it():
    elsewhere = schools({"other": (100, None, 100, 100)}).assign(area=None)
    both = pd.concat([COUNTS, elsewhere])
    pd.testing.assert_frame_equal(transitions(both, EDGES), transitions(COUNTS, EDGES))
    pd.testing.assert_frame_equal(by_year(both, EDGES), by_year(COUNTS, EDGES))
    pd.testing.assert_frame_equal(counts_table(both, "a"), counts_table(COUNTS, "a"))


@pytest.fixture(scope="module")
def found():
    made = np.random.default_rng(2)
    n = 1500
    first = np.exp(made.normal(5.3, 0.5, n))
    later = first * np.exp(0.3 - 0.06 * np.log(first) + made.normal(0, 0.15, n))
    again = later * np.exp(0.3 - 0.06 * np.log(later) + made.normal(0, 0.15, n))
    counts = {
        f"x{number}": (round(a) + 1, round(b) + 1, round(b) + 1, round(c) + 1)
        for number, (a, b, c) in enumerate(zip(first, later, again, strict=True))
    }
    growth = pd.DataFrame({"area": ["a"], "learnt": [0.0], "tested": [0.0]})
    return chances(schools(counts), growth, 195)


def test_chances_of_a_world_that_goes_on_are_calibrated(found):
    scores = quality(found, 195).set_index("rule")
    assert scores.loc["by the model", "slope"] == pytest.approx(1, abs=0.2)
    assert scores.loc["by the model", "brier"] < scores.loc["as before", "brier"]
    often = scores.loc["as often as before"]
    assert often["brier"] < scores.loc["as before", "brier"]
    assert often["estimate"] == pytest.approx(scores.loc["by the model", "brier"] - often["brier"])


def test_the_rival_of_the_chances_is_how_often_schools_stayed_or_became_small():
    """Of two small and two others of 2012 one each was small in 2017."""
    counts = {"a": (100, 100), "b": (100, 300), "c": (300, 100), "d": (300, 300)}
    rows = schools({name: (first, last, first, last) for name, (first, last) in counts.items()})
    rows = rows.assign(area=rows["location"].map({"a": "x", "b": "x", "c": "y", "d": "y"}))
    scores = quality(chances(rows, pd.DataFrame({"area": ["x", "y"], "learnt": [0.0, 0.1], "tested": 0.0}), 195), 195)
    assert scores.set_index("rule").loc["as often as before", "brier"] == pytest.approx(0.25)
    assert scores.set_index("rule").loc["as before", "brier"] == pytest.approx(0.5)
    assert scores["n_clusters"].unique().tolist() == [2]


def test_as_many_schools_are_small_as_expected(found):
    rows = reliability(found)
    assert rows["schools"].sum() == len(found)
    error = np.sqrt(rows["expected"] * (1 - rows["expected"]) / rows["schools"])
    assert ((rows["observed"] - rows["expected"]).abs() < 4 * error + 0.01).all()
