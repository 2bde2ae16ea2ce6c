"""Why rows have no estimate, in the note under their table."""

import pandas as pd

from analysis.publish.reasons import no_estimate, no_interval


def test_rows_are_named_by_what_tells_them_apart_and_wholes_by_their_first_name():
    rows = pd.DataFrame(
        {
            "group": ["lezen", "lezen", "taal", "taal"],
            "term": ["gap per ten points", "shift per year"] * 2,
            "reason": ["collinear terms", "", "too few units", "too few units"],
        }
    )
    assert no_estimate(rows, "group", "term") == (
        "No estimate: reading (begrijpend lezen), gap per ten points of schoolweging (collinear terms);"
        " language (taalverzorging) (too few units)."
    )
    assert no_estimate(rows.drop(columns="reason"), "group") == ""


def test_an_estimate_without_an_interval_is_no_missing_estimate():
    rows = pd.DataFrame(
        {
            "group": ["lezen", "lezen", "taal"],
            "term": ["gap per ten points", "shift per year", "shift per year"],
            "estimate": [0.3, 0.4, float("nan")],
            "reason": ["no variation", "", "too few units"],
        }
    )
    assert no_estimate(rows, "group", "term") == "No estimate: language (taalverzorging) (too few units)."
    assert no_interval(rows, "group", "term") == (
        "No interval: reading (begrijpend lezen), gap per ten points of schoolweging (no variation)."
    )
    assert no_interval(rows[rows["reason"] == ""], "group") == no_interval(rows.drop(columns="reason"), "group") == ""
