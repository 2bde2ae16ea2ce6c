"""Titles of figures on the school advice: no year is picked out where all lie on one side."""

import pandas as pd
import pytest

from analysis.chapters.advisering import findings_titles as titles


def gaps(low: list[float], others: float = 0.0) -> pd.DataFrame:
    """Gaps of two years for either term, known to .1."""
    rows = [("laag", year, value) for year, value in enumerate(low)] + [("nonwestern", 0, others)]
    frame = pd.DataFrame(rows, columns=["term", "group", "estimate"])
    return frame.assign(ci_low=frame["estimate"] - 0.1, ci_high=frame["estimate"] + 0.1)


@pytest.mark.parametrize(("sign", "often"), [(1, "more often"), (-1, "less often")])
def test_a_gap_on_one_side_in_every_year_is_not_said_of_the_year_in_which_it_is_measurable(sign, often):
    title = titles.gaps(gaps([sign * 0.19, sign * 0.05]))
    assert title == f"Pupils of low-educated parents: under-advised {often} in all 2 estimates, measurably in 1"


@pytest.mark.parametrize(
    ("low", "others", "start"),
    [
        ([0.05, 0.05], 0.0, "In none of 3 estimates"),
        ([0.19, -0.05], 0.0, "Of 3 estimates, measurably more often"),
        ([-0.19, 0.05], 0.0, "Of 3 estimates, measurably less often"),
        ([0.19, 0.05], -0.2, "Of 3 estimates, measurably more often under-advised in "),
    ],
)
def test_a_title_on_gaps_follows_from_all_that_is_drawn(low, others, start):
    assert titles.gaps(gaps(low, others)).startswith(start)


@pytest.mark.parametrize(
    ("low", "middle", "title"),
    [
        (0.0, 0.0, "Which schools under-advise more or less than others with similar pupils cannot be told"),
        (0.02, 0.0, "Schools with similar pupils differ in under-advice, but which ones cannot be told"),
        (0.02, 0.3, "Measurably more under-advice than the mean in 1 of 2 groups of schools"),
        (0.02, -0.3, "Measurably less under-advice than the mean in 1 of 2 groups of schools"),
    ],
)
def test_schools_may_differ_where_no_group_of_them_is_known_to(low, middle, title):
    runs = pd.DataFrame({"place": [0, 1], "ci_low": [-0.1, middle - 0.1], "ci_high": [0.1, middle + 0.1]})
    spread = pd.DataFrame({"term": ["sd between schools"], "ci_low": [low]})
    assert titles.schools(runs, spread) == title
