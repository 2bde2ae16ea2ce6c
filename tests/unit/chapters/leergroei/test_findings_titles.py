"""Titles of figures on growth turn with the intervals."""

import pandas as pd
import pytest

from analysis.chapters.leergroei import findings_titles as titles


@pytest.mark.parametrize(("sign", "words"), [(1, "above expected in"), (-1, "below expected in"), (0, "In none of 1")])
def test_observed_against_expected(sign, words):
    """The expected interval is -0.1 to 0.1; the observed one as wide, 0.3 above it, below it or on it."""
    rows = pd.DataFrame({"outcome": "lezen", "category": "level I", "series": ["expected", "closure"]})
    estimate = pd.Series([0.0, 0.3 * sign])
    assert words in titles.expected(rows.assign(ci_low=estimate - 0.1, ci_high=estimate + 0.1))


@pytest.mark.parametrize(("sign", "words"), [(1, "Measurably more"), (-1, "Measurably fewer"), (0, "In none of 2")])
def test_presence(sign, words):
    rows = pd.DataFrame({"category": ["level I", "level II"], "estimate": [0.3 * sign, 0.0]})
    assert words in titles.presence(rows.assign(ci_low=rows["estimate"] - 0.1, ci_high=rows["estimate"] + 0.1))
