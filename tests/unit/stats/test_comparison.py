"""Computed figures against printed ones."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.stats.comparison import compare

PRINTED = pd.DataFrame(
    {
        "figure_id": ["a", "b"],
        "published": [0.5, 10.0],
        "tolerance": [0.1, 1.0],
        "rounding": [0.05, 0.8],
        "side": "both",
    }
)


def test_a_figure_is_within_up_to_its_tolerance():
    compared = compare(PRINTED, {"a": 0.6, "b": 11.5, "unasked": 3.0})
    assert compared["within"].tolist() == [True, False]  # |0.6 - 0.5| = 0.1; |11.5 - 10| = 1.5 > 1
    assert compared["computed"].tolist() == [0.6, 11.5]


@pytest.mark.parametrize(
    ("computed", "message"), [({"a": 0.5}, "not computed: b"), ({"a": 0.5, "b": np.inf}, "infinite: b")]
)
def test_nothing_is_left_out_silently(computed, message):
    with pytest.raises(ModelError, match=message):
        compare(PRINTED, computed)


def test_a_mean_over_nobody_is_missing_and_not_within():
    compared = compare(PRINTED, {"a": 0.6, "b": np.nan})
    assert compared["computed"].isna().tolist() == [False, True]
    assert compared["within"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("side", "within"), [("both", [True, True]), ("above", [False, True]), ("below", [True, False])]
)
def test_the_rounding_reaches_to_the_side_that_the_words_name(side, within):
    """Sampling alone reaches 0.05 from 0.5, with the rounding it is 0.1."""
    figures = PRINTED.iloc[[0, 0]].assign(figure_id=["under", "over"], side=side)
    assert compare(figures, {"under": 0.41, "over": 0.59})["within"].tolist() == within
    assert compare(figures, {"under": 0.45, "over": 0.55})["within"].all()
