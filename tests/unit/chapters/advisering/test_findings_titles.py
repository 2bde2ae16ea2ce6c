"""Titles of figures on the school advice: no year is picked out where all lie on one side."""

import pandas as pd
import pytest

from analysis.chapters.advisering import findings_titles as titles
from analysis.chapters.advisering.models.definitions import DEVIATIONS


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
        ([0.19, -0.05], 0.0, "Measurably more often under-advised in 1 of 3"),
        ([-0.19, 0.05], 0.0, "Measurably less often under-advised in 1 of 3"),
        ([0.19, 0.05], -0.2, "Measurably more often under-advised in 1 of 3 estimates"),
    ],
)
def test_a_title_on_gaps_follows_from_all_that_is_drawn(low, others, start):
    assert titles.gaps(gaps(low, others)).startswith(start)


@pytest.mark.parametrize(
    ("low", "middle", "title"),
    [
        (0.0, 0.0, "Which schools under-advise more or less than others with similar pupils cannot be determined"),
        (0.02, 0.0, "Schools with similar pupils differ in under-advice, but which ones cannot be determined"),
        (0.02, 0.3, "Measurably more under-advice than the mean in 1 of 2 groups of schools"),
        (0.02, -0.3, "Measurably less under-advice than the mean in 1 of 2 groups of schools"),
    ],
)
def test_schools_may_differ_where_no_group_of_them_is_known_to(low, middle, title):
    runs = pd.DataFrame({"place": [0, 1], "ci_low": [-0.1, middle - 0.1], "ci_high": [0.1, middle + 0.1]})
    spread = pd.DataFrame({"term": ["sd between schools"], "ci_low": [low]})
    assert titles.schools(runs, spread) == title


def two_groups(high: float, low: float, **columns: object) -> pd.DataFrame:
    """A share of pupils of highly and of low-educated parents, known to .05."""
    frame = pd.DataFrame({"group": ["hoog", "laag"], "estimate": [high, low]}).assign(**columns)
    return frame.assign(ci_low=frame["estimate"] - 0.05, ci_high=frame["estimate"] + 0.05)


@pytest.mark.parametrize(
    ("low", "often", "advice", "equal"),
    [
        (0.4, "more often under-advised: 40%", "more often had: vwo", "more often under-advised at equal test advice"),
        (0.1, "less often under-advised: 10%", "less often had: vwo", "less often under-advised at equal test advice"),
        (0.27, "does not clearly differ", "no advice shown clearly", "At none of 1"),
    ],
)
def test_titles_on_education_turn_with_intervals_that_do_not_overlap(low, often, advice, equal):
    assert often in titles.by_group(two_groups(0.25, low, term="under-advice"))
    assert advice in titles.by_education(two_groups(0.25, low, term="vwo", school_year="2018/19"))
    assert equal in titles.at_test_advice(two_groups(0.25, low, term="under-advice", category="havo"))


@pytest.mark.parametrize(("above", "words"), [(0.3, "more first"), (0.1, "fewer first"), (0.2, "as many first")])
def test_advices_above_and_below_the_test(above, words):
    """A tenth of the advices is in each class below, so that 0.2 lie below in all."""
    rows = pd.DataFrame({"school_year": "2018/19", "term": list(DEVIATIONS)})
    rows["estimate"] = [0.1, 0.1, 0.8 - above, above / 2, above / 2]
    assert words in titles.by_year(rows, "first")
    assert titles.by_year(rows.iloc[1:], "first").endswith("is withheld")


@pytest.mark.parametrize(
    ("advice", "words"),
    [("havo", "in 1 of 1 rows, higher in 0"), ("vwo", "in 0 of 1 rows, higher in 1"), ("vmbo-gt", "lower in 1")],
)
def test_the_commonest_advice(advice, words):
    rows = pd.DataFrame({"test_advice": ["havo", "vmbo-b"], "advice": [advice, "vmbo-b"], "share": [0.6, 0.4]})
    assert words in titles.crossed(rows), "of vmbo-b another advice may be commoner among the 0.6 withheld"


@pytest.mark.parametrize(
    ("whole", "rest", "words"),
    [
        (0.2, 0.1, "a gap of 20.0 percentage points, 10.0 where all factors are equal"),
        (-0.2, -0.1, "a gap of \N{MINUS SIGN}20.0 percentage points, \N{MINUS SIGN}10.0 where all factors are equal"),
        (0.1, -0.2, "a gap of 10.0 percentage points, \N{MINUS SIGN}20.0 where all factors are equal"),
        (0.2, 0.01, "nothing measurable is left"),
        (0.01, 0.1, "no measurable gap"),
    ],
)
def test_what_remains_of_a_gap(whole, rest, words):
    rows = pd.DataFrame({"term": "laag", "part": ["raw", "rest"], "estimate": [whole, rest]})
    assert words in titles.remaining(rows.assign(ci_low=rows["estimate"] - 0.05, ci_high=rows["estimate"] + 0.05))


def test_of_schools_of_which_no_interval_is_published_nothing_is_said_to_be_higher_or_lower():
    runs = pd.DataFrame({"place": [0, 1], "ci_low": [float("nan")] * 2, "ci_high": [float("nan")] * 2})
    spread = pd.DataFrame({"term": ["sd between schools"], "ci_low": [0.0]})
    assert titles.schools(runs, spread).endswith("cannot be determined")
