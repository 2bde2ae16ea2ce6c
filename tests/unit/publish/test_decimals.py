"""Decimals follow from the unit."""

import pandas as pd
import pytest

from analysis.publish.decimals import of_column, of_unit
from analysis.publish.tables import _decimals_of


@pytest.mark.parametrize(
    ("unit", "decimals"),
    [
        ("share of pupils", 3),
        ("probability per 10 points at risk", 3),
        ("index (0-1)", 3),
        ("log odds per km", 3),
        ("percentage points of employment", 1),
        ("percentile points per week", 2),
        ("km, straight line", 2),
        ("euro a pupil per point a pupil", 0),
        ("1,000 euro a pupil per point a pupil", 3),
        ("pupils per fte", 2),
        ("sd of growth in the year before", 3),
        ("something else", None),
    ],
)
def test_decimals_of_a_unit(unit, decimals):
    assert of_unit(unit) == decimals


def test_a_share_is_known_by_its_name():
    assert of_column("share_now") == of_column("share") == 3
    assert of_column("shares") is of_column("estimate") is None


def test_rows_of_one_column_have_the_decimals_of_their_units_and_what_is_declared_wins():
    rows = pd.DataFrame({"estimate": [0.1, 2.0], "n": [10, 20], "unit": ["share of pupils", "km"]})
    assert _decimals_of(rows, "estimate", {}) == [3, 2]
    assert _decimals_of(rows, "estimate", {"estimate": 1}) == [1, 1]
    assert _decimals_of(rows, "n", {}) == [None, None]
