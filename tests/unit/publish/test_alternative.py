"""What alternative texts say of where things lie turns with the numbers."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.value_added import findings as value_added
from analysis.language import speaking
from analysis.publish.alternative import moved, quantity, sides


@pytest.mark.parametrize(
    ("part", "word"), [(0, "none of them"), (2, "some of them"), (3, "most of them"), (4, "all of them")]
)
def test_how_many_of_four(part, word):
    assert quantity(part, 4) == word


def test_of_nothing_there_are_none():
    assert quantity(0, 0) == "none of them"


@pytest.mark.parametrize("sign", [1, -1])
def test_sides_count_intervals_that_leave_zero_out(sign):
    """Of four intervals three lie on one side, one holds zero; a fifth is withheld and not drawn."""
    low, high = np.array([0.1, 0.2, 0.3, -0.1, np.nan]), np.array([0.3, 0.4, 0.5, 0.1, np.nan])
    rows = pd.DataFrame({"ci_low": low if sign > 0 else -high, "ci_high": high if sign > 0 else -low})
    left, right = ("none", "most") if sign > 0 else ("most", "none")
    assert sides(rows) == (
        f"Intervals wholly left of the line at zero: {left} of them; wholly right of it: {right} of them."
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_dots_of_two_series_are_compared_line_by_line(sign):
    rows = pd.DataFrame(
        {
            "outcome": "lezen",
            "category": ["I", "II", "I", "II"],
            "year": ["before", "before", "after", "after"],
            "estimate": [0.9, 0.8, 0.9 + 0.1 * sign, 0.8 + 0.1 * sign],
        }
    )
    left, right = ("none", "all") if sign > 0 else ("all", "none")
    assert moved(rows, "year", "before", "after", {"after": "later"}) == (
        f"Lines on which the dot 'later' lies left of the dot 'before': {left} of them; right of it: {right} of them."
    )
    assert "none of them; right of it: none" in moved(rows[rows["year"] == "after"], "year", "before", "after")


@pytest.mark.parametrize(("added", "words"), [(0.5, "value added: all"), (2.0, "value added: none")])
def test_schools_lie_closer_together_only_where_they_do(added, words):
    spread = pd.DataFrame({"subject": "language", "quantile": [0.1, 0.5, 0.9], "raw": [-1.0, 0.0, 1.0]})
    assert words in value_added.narrower(spread.assign(added=spread["raw"] * added))


def test_in_dutch():
    with speaking("nl"):
        said = sides(pd.DataFrame({"ci_low": [0.1], "ci_high": [0.2]}))
    assert said == "Intervallen geheel links van de lijn bij nul: geen; geheel rechts ervan: alle."
