"""Titles of figures on make-up turn with the shares."""

import pandas as pd
import pytest

from analysis.chapters.segregation import findings_titles as titles


@pytest.mark.parametrize(
    ("nearest", "words"), [(0.5, "more pupils: 50%"), (0.3, "fewer pupils: 30%"), (0.4, "no band")]
)
def test_the_nearest_school(nearest, words):
    rows = pd.DataFrame({"band": ["20%-40%", "40%-60%"], "share_now": [0.6, 0.4], "share_nearest": [0.6, nearest]})
    assert words in titles.nearest(rows)


def bands(column: str, values: list[object], shares: list[float]) -> pd.DataFrame:
    """A band per value, with its share of pupils."""
    return pd.DataFrame({column: values, "band": "20%-40%", "share_now": shares, "year": 2019} | {column: values})


@pytest.mark.parametrize(("shares", "words"), [([0.2, 0.3], "more"), ([0.3, 0.2], "fewer"), ([0.2, 0.2], "No band")])
def test_the_years(shares, words):
    assert words in titles.by_year(bands("year", [2015, 2019], shares))


def test_one_year_has_no_change():
    assert titles.by_year(bands("year", [2019], [0.3])) == "Of the bands shown 20%-40% has most pupils: 30%"


@pytest.mark.parametrize(("shares", "words"), [([0.2, 0.3], "more often"), ([0.3, 0.2], "less often")])
def test_the_sizes(shares, words):
    assert words in titles.by_size(bands("size", ["small", "large"], shares))


def test_where_all_is_withheld_nothing_is_compared():
    assert titles.by_size(bands("size", ["small", "large"], [float("nan")] * 2)).startswith("Too much is withheld")


def test_areas():
    assert titles.areas(pd.DataFrame({"share": [0.3, 0.7]}), "share of pupils").endswith("from 30% to 70%")
    assert titles.areas(pd.DataFrame({"share": [0.3, 0.3]}), "share of pupils").startswith("No area shown differs")
