"""The sentence on the shortage by pupils at risk: about the ends, and only where both are known."""

import pandas as pd
import pytest

from analysis.chapters.teachers.findings import _risk

BANDS = pd.DataFrame(
    {
        "outcome": "mean_schools",
        "year": 2020,
        "category": ["below 20%", "20%-40%", "40%-60%"],
        "estimate": [0.07, None, 0.085],
        "schools": pd.array([4, None, 5], dtype="Int64"),
    }
)


def test_the_ends_are_compared() -> None:
    (finding,) = _risk(BANDS)
    assert "7.0% where the fewest pupils are at risk of disadvantage, and 8.5% where the most are" in finding.sentence
    assert finding.n == 9


@pytest.mark.parametrize("end", [0, 2])
def test_where_an_end_is_withheld_nothing_is_said(end: int) -> None:
    known = BANDS.assign(estimate=[0.07, 0.08, 0.085], schools=pd.array([4, 6, 5], dtype="Int64"))
    known.loc[end, ["estimate", "schools"]] = None
    assert not list(_risk(known))


def test_a_band_without_schools_is_no_end() -> None:
    none = pd.DataFrame({**BANDS.iloc[[2]], "category": "60% or more", "estimate": None, "schools": 0})
    (finding,) = _risk(pd.concat([BANDS, none], ignore_index=True))
    assert finding.n == 9
