"""A year without test, on a cohort counted by hand."""

import pandas as pd
import pytest

from analysis.chapters.advisering.models import scenario
from analysis.chapters.advisering.models.definitions import Definitions


@pytest.fixture
def cohort() -> pd.DataFrame:
    """Four pupils per group and school; one of laag and none of hoog is revised, from havo to vwo."""
    rows = [
        {
            "year": 2018,
            "school_year": "2018/19",
            "location": school,
            "education": education,
            "advice_first": 4.0,
            "advice_final": 5.0 if education == "laag" and number == 0 else 4.0,
            "revised": education == "laag" and number == 0,
            "test_advice": 5.0,
        }
        for school in ("A", "B", "C")
        for education in ("laag", "hoog")
        for number in range(4)
    ]
    return pd.DataFrame(rows)


def test_who_was_revised_would_miss_it_without_the_test(cohort) -> None:
    estimates = scenario.without_test(cohort, ["education"]).set_index(["term", "group"])["estimate"]
    assert estimates[(scenario.REVISED, "laag")] == 1 / 4
    assert estimates[(scenario.REVISED, "hoog")] == 0
    assert estimates[(scenario.REVISED, "all")] == 1 / 8
    assert estimates[(scenario.WITH, "laag")] == 1 / 4
    assert estimates[(scenario.WITHOUT, "laag")] == 0


def test_the_gap_lost_is_the_gap_with_minus_the_gap_without(cohort) -> None:
    # hoog: 4 and 4; laag: 4.25 with the test and 4 without it.
    cohort.loc[0, "advice_first"] = 3.0
    estimates = scenario.gaps(cohort, "education", ("hoog", "laag")).set_index("term")["estimate"]
    with_test, without, lost = (estimates[name] for name in scenario.MEANS.values())
    assert with_test == pytest.approx(4 - 4.25)
    assert without == pytest.approx(4 - (11 * 4 + 3) / 12)
    assert lost == pytest.approx(with_test - without)


def test_years_before_bijstelling_have_nothing_to_miss(cohort) -> None:
    early = cohort.assign(year=2013)
    assert Definitions().with_bijstelling(pd.concat([early, cohort]))["year"].unique().tolist() == [2018]


def test_who_has_no_first_advice_is_in_no_share_and_in_no_gap(cohort) -> None:
    known = cohort.assign(advice_first=cohort["advice_first"].where(cohort.index > 0))
    shares = scenario.without_test(known, ["education"]).set_index(["term", "group"])
    assert shares.loc[(scenario.REVISED, "laag"), ["n_obs", "n_with"]].tolist() == [11, 2]
    assert set(scenario.gaps(known, "education", ("hoog", "laag"))["n_least"]) == {11}
