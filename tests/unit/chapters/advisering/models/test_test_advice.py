"""Which advice a test gives, by its score or as the data have it."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.models import test_advice as taken
from analysis.chapters.advisering.models.test_advice import TEST_ADVICE_NAMES, advice_of_score, levels_of
from analysis.errors import ModelError

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


def cohort(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    frame = pd.DataFrame({"year": [2016] * rows, "school_year": ["2016/17"] * rows, **columns})
    return frame.astype({"test": "category"}) if "test" in frame else frame


def test_the_advice_in_the_data_goes_before_that_of_the_score_which_fills_it() -> None:
    frame = cohort(
        cet=[538.0] * 200, test_advice_low=[4.0] * 198 + [3.0, np.nan], test_advice_high=[4.0] * 199 + [np.nan]
    )
    result = taken.tested(frame, SCHEMES, ())  # 538 is havo: one pupil of 199 has another advice, a slip
    assert result["test_advice"].tolist() == [4.0] * 198 + [3.5, 4.0]


def test_a_scheme_that_is_not_that_of_the_data_is_refused_without_a_number_of_pupils() -> None:
    frame = cohort(cet=[538.0] * 4, test_advice_low=[4.0, 4.0, 4.0, 3.0], test_advice_high=[4.0] * 4)
    with pytest.raises(ModelError, match=r"cut_scores give another advice than the data hold .* 25%"):
        taken.tested(frame, SCHEMES, ())
    assert taken.tested(frame, {}, ())["test_advice"].tolist() == [4.0, 4.0, 4.0, 3.5]


@pytest.mark.parametrize("name", ["CET", "cet", "Cet"])
def test_a_score_of_another_test_is_none_and_its_advice_stands(name: str) -> None:
    frame = cohort(
        cet=[538.0, 80.0, np.nan],
        test=[name, "iep", None],
        test_advice_low=[np.nan, 5.0, np.nan],
        test_advice_high=[np.nan, 5.0, np.nan],
    )
    result = taken.tested(frame, SCHEMES, ())
    assert result["cet"].tolist() == pytest.approx([538.0, np.nan, np.nan], nan_ok=True)
    assert result["test_advice"].tolist() == pytest.approx([4.0, 5.0, np.nan], nan_ok=True)


def test_without_advice_and_without_score_there_is_nothing_to_compare_with() -> None:
    for frame, schemes in ((cohort(cet=[538.0]), {}), (cohort(pupil=[1]), SCHEMES)):
        with pytest.raises(ModelError, match="no advice of a test"):
            taken.tested(frame, schemes, ())


def test_in_a_year_without_test_nobody_has_one_and_many_who_do_are_a_contradiction() -> None:
    frame = cohort(cet=[538.0] + [np.nan] * 199)
    result = taken.tested(frame, SCHEMES, ["2016/17"])
    assert result["test_advice"].isna().all()
    assert not result["test_given"].any()
    with pytest.raises(ModelError, match=r"pupils of years_without_test have the advice of a test: .* 50%"):
        taken.tested(cohort(cet=[538.0, np.nan]), SCHEMES, ["2016/17"])
