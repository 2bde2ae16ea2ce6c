"""Titles of figures on staffing and teachers turn with intervals and means."""

import pandas as pd
import pytest

from analysis.chapters.staffing import findings_titles as titles
from analysis.chapters.teachers import findings_titles as of_teachers
from analysis.topics.staffing.words import BINS


@pytest.mark.parametrize(
    ("last", "words"), [(0.3, "clearly larger"), (0.0, "clearly smaller"), (0.15, "does not clearly differ")]
)
def test_the_shortage_in_the_last_band_against_the_first(last, words):
    """The intervals are 0.05 to either side: 0.15 in the first band overlaps with 0.15, not with 0 or 0.3."""
    rows = pd.DataFrame(
        {"region": "G5", "year": 2020, "category": ["below 24", "36 or more"], "estimate": [0.15, last]}
    )
    rows = rows.assign(ci_low=rows["estimate"] - 0.05, ci_high=rows["estimate"] + 0.05)
    assert words in titles.by_weging(rows.assign(outcome="mean_employment"))
    assert words in of_teachers.by_risk(rows.assign(outcome="mean_schools"))


def test_without_intervals_bands_are_not_compared():
    rows = pd.DataFrame(
        {"outcome": "mean_schools", "year": 2020, "category": ["a", "b"], "ci_low": None, "ci_high": None}
    )
    assert of_teachers.by_risk(rows).startswith("There are too few schools")


def test_money_on_both_sides_of_the_threshold():
    """Above it 10 schools have 100 euro and 30 have 300: 250 on average."""
    rows = pd.DataFrame({"name": BINS, "raw_per_pupil": [0.1, 1.0, 2.0], "euro_per_pupil": [0.0, 100.0, 300.0]})
    rows["schools"] = [10, 10, 30]
    assert "have 0 euro per pupil on average, above it 250" in titles.money(rows, 0.7)
    assert titles.money(rows.iloc[1:], 0.7).startswith("There are too few schools")
