"""Computed figures against printed ones."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.stats.comparison import compare

PRINTED = pd.DataFrame({"figure_id": ["a", "b"], "published": [0.5, 10.0], "tolerance": [0.1, 1.0]})


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
