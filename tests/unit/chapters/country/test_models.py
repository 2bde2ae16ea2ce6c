"""What came in of a whole country."""

import pandas as pd
import pytest

from analysis.chapters.country.models import cohorts

PUPILS = pd.DataFrame({"year": [2019, 2019, 2020], "pupil": [1, 2, 3], "location": ["a", "b", "a"]})


@pytest.mark.parametrize("test", ["cet", "test_advice_low"])
def test_the_tested_are_those_with_a_score_or_an_advice_of_the_test(test: str) -> None:
    by_year = cohorts(PUPILS.assign(**{test: [3.0, None, 4.0]}))
    assert by_year["pupils"].tolist() == [2, 1]
    assert by_year["pupils_tested"].tolist() == [1, 1]
    assert by_year["schools"].tolist() == [2, 1]


def test_of_an_absent_column_nobody_is_known() -> None:
    by_year = cohorts(PUPILS)
    assert by_year["pupils_tested"].tolist() == by_year["pupils_followed"].tolist() == [0, 0]
    assert by_year["school_year"].tolist() == ["2019/20", "2020/21"]
