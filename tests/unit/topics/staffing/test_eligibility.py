"""Who is eligible: ranks, ties, and schools without a score."""

import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.topics.staffing.models.eligibility import STEADY, changes, eligibility, scored_in, with_outcomes


def schools(scores, year=2020):
    names = [f"s{number}" for number in range(len(scores))]
    return pd.DataFrame({"location": names, "year": year, "board": "b", "score_per_pupil": scores})


def test_the_highest_share_by_rank():
    # 20 locations, 15% is 3: scores 20, 19, 18 are in.
    ranked = eligibility(schools([float(i) for i in range(1, 21)]))
    assert ranked.cutoff == 18
    assert ranked.by_school.loc[ranked.by_school["eligible"], "score_per_pupil"].tolist() == [18, 19, 20]
    # The third is half a place above the cut-off, the fourth half a place below; a place is 5% of the locations.
    rank = ranked.by_school.set_index("score_per_pupil")["rank"]
    assert (rank[18], rank[17]) == (2.5, -2.5)


def test_all_who_tie_with_the_last_one_are_in_and_the_tie_is_counted():
    ranked = eligibility(schools([5.0, 4, 4, 4, 3, 2, 1, 1, 1, 1]), share=0.2)
    counts = ranked.table().set_index("which")["schools"]
    assert counts.to_dict() == {"locations": 10, "with_score": 10, "asked": 2, "eligible": 4, "tied_at_cutoff": 3}
    assert (ranked.by_school["rank"] >= 0).tolist() == ranked.by_school["eligible"].tolist()
    assert ranked.by_school["place"].tolist()[:4] == [1, 3, 3, 3]


def test_who_has_no_score_is_not_in_however_few_have_one():
    ranked = eligibility(schools([3.0, 2.0, *[0.0] * 8]), share=0.5)
    assert ranked.by_school["eligible"].sum() == 2
    assert ranked.cutoff == 2.0
    with pytest.raises(ModelError, match="no location has a score"):
        eligibility(schools([0.0, 0.0]))


def test_changes_are_of_means_and_of_schools_that_are_there_in_both_periods():
    frame = pd.DataFrame(
        {
            "location": ["a"] * 4 + ["b"],
            "year": [2015, 2019, 2020, 2021, 2021],
            "hours": [99.0, 30, 32, 35, 20],
        }
    )
    assert changes(frame, ["hours"], start=2021).to_dict("records") == [{"location": "a", "hours": 35 - (30 + 32) / 2}]


def test_schools_with_a_score_in_the_year_of_reference():
    frame = pd.concat([schools([1.0, 0.0], 2016), schools([0.0, 5.0], 2020)])
    assert scored_in(frame, 2016)["location"].unique().tolist() == ["s0"]


def test_computed_outcomes():
    row = with_outcomes(pd.DataFrame({"pupils": [200], "teachers_fte": [10.0], "wage": [1.0]})).iloc[0]
    assert (row["pupils_per_teacher"], row["log_wage"]) == (20, 0)
    assert "shortage" not in STEADY
