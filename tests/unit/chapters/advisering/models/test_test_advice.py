"""Which advice a test gives, by its score or as the data have it."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.models.test_advice import TEST_ADVICE_NAMES, advice_of_score, levels_of

SCHEMES = {"2000/01": [501, 519, 526, 529, 533, 537, 540, 545], "2018/19": [501, 510, 524, 533, 540, 545]}


@pytest.mark.parametrize(
    ("advice", "levels"),
    [
        ("vwo", (5, 5)),
        ("havo/vwo", (4, 5)),
        ("vmbo-b/k", (1, 2)),
        ("vmbo-k/gt", (2, 3)),
        ("vmbo-gt/havo", (3, 4)),
        ("pro/vmbo-b", (0, 1)),
    ],
)
def test_a_double_advice_names_two_levels(advice: str, levels: tuple[float, float]) -> None:
    assert levels_of(advice) == levels


def test_test_advices_are_named_from_low_to_high() -> None:
    assert list(TEST_ADVICE_NAMES) == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
    assert (TEST_ADVICE_NAMES[0.5], TEST_ADVICE_NAMES[4.5]) == ("pro/vmbo-b", "havo/vwo")


@pytest.mark.parametrize(
    ("score", "year", "low", "high"),
    [
        (501, 2017, 1, 1),
        (518, 2017, 1, 1),
        (519, 2017, 1, 2),
        (536, 2017, 3, 4),
        (537, 2017, 4, 4),
        (544, 2017, 4, 5),
        (545, 2017, 5, 5),
        (501, 2018, 0, 1),
        (509, 2018, 0, 1),
        (523, 2018, 1, 2),
        (537, 2018, 3, 4),
        (545, 2018, 5, 5),
        (550, 2018, 5, 5),
    ],
)
def test_the_advice_of_a_score_is_that_of_the_scheme_of_its_year(score, year, low, high) -> None:
    defined = advice_of_score(pd.Series([float(score)]), pd.Series([year]), SCHEMES)
    assert defined.iloc[0].tolist() == [low, high]


def test_without_a_score_or_before_the_first_scheme_there_is_no_test_advice() -> None:
    defined = advice_of_score(pd.Series([np.nan, 540.0]), pd.Series([2016, 1999]), SCHEMES)
    assert defined.isna().all(axis=None)
