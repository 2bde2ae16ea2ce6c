"""Titles of figures on school choice turn with what is drawn."""

import pandas as pd
import pytest

from analysis.chapters.school_choice import findings_titles as titles


@pytest.mark.parametrize(
    ("estimate", "words"), [(0.7, "more than half"), (0.3, "less than half"), (0.5, "more or less than half")]
)
def test_pupils_of_a_closed_school(estimate, words):
    """The interval is 0.1 to either side: half lies outside it at 0.7 and at 0.3."""
    rows = pd.DataFrame({"scenario": ["closes"], "group": "a", "term": "below 1 km", "estimate": estimate})
    assert words in titles.moved(rows.assign(ci_low=estimate - 0.1, ci_high=estimate + 0.1))


@pytest.mark.parametrize(
    ("shares", "words"), [([0.5, 0.6], "more would"), ([0.1, 0.2], "fewer would"), ([0.2, 0.5], "do not agree")]
)
def test_models_against_the_size_of_schools(shares, words):
    """By their size alone 0.3 of the pupils would go to a school of the kind."""
    rows = pd.DataFrame({"closes": "one school", "kind": "rk", "to": "rk", "share": shares, "proportional": 0.3})
    assert words in titles.kept(rows)


@pytest.mark.parametrize(
    ("sign", "words"), [(1, "more pupils of 1 of 1"), (-1, "fewer pupils of 1 of 1"), (0, "none of 1")]
)
def test_a_school_that_changes_its_kind(sign, words):
    assert words in titles.of_kind(
        pd.DataFrame({"scenario": ["changes"], "ci_low": 0.2 * sign - 0.1, "ci_high": 0.2 * sign + 0.1})
    )


@pytest.mark.parametrize(
    ("predicted", "words"), [(0.3, "30% predicted, 20% observed"), (0.1, "only 10%"), (0.2, "at every distance")]
)
def test_the_fit(predicted, words):
    assert words in titles.fit(pd.DataFrame({"band": ["1-2"], "observed": [0.2], "predicted": [predicted]}))


def test_postcodes():
    assert titles.nearest(pd.DataFrame({"share": [0.4, 0.6, None]})).startswith("From 40% to 60%")
    assert titles.nearest(pd.DataFrame({"share": [0.4, 0.4]})).startswith("In all postcodes shown 40%")
    assert titles.nearest(pd.DataFrame({"share": [None]})).endswith("is withheld")
