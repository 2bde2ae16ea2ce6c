"""What the chapter on advice counts, case by case."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.models.definitions import Definitions, define
from analysis.errors import ModelError
from analysis.school_years import school_year

SCHEMES = {"2000/01": [501, 519, 526, 529, 533, 537, 540, 545], "2018/19": [501, 510, 524, 533, 540, 545]}


def pupils(**changes) -> pd.DataFrame:
    one = {
        "pupil": 1,
        "year": 2016,
        "location": "A",
        "education": "hoog",
        "background": "none",
        "one_parent": False,
        "cet": 538.0,  # havo until 2017/18
        "test_advice_low": np.nan,
        "test_advice_high": np.nan,
        "advice_first": 4.0,
        "advice_final": 4.0,
        "revised": False,
        "year3": 4.0,
    }
    rows = max([len(values) for values in changes.values()], default=1)
    return pd.DataFrame({name: changes.get(name, [value] * rows) for name, value in one.items()})


def test_a_school_year_is_written_by_both_years() -> None:
    assert [school_year(year) for year in (2008, 2018, 1999)] == ["2008/09", "2018/19", "1999/00"]


@pytest.mark.parametrize(
    ("advice", "half", "whole", "deviation"),
    [
        (5.0, (0, 1), (0, 1), "a level or more above"),
        (4.5, (0, 1), (0, 0), "half a level above"),
        (4.0, (0, 0), (0, 0), "equal"),
        (3.5, (1, 0), (0, 0), "half a level below"),
        (3.0, (1, 0), (1, 0), "a level or more below"),
        (2.0, (1, 0), (1, 0), "a level or more below"),
    ],
)
def test_under_and_over_advice_by_half_and_whole_levels(advice, half, whole, deviation) -> None:
    frame = pupils(advice_first=[advice])
    for step, expected in ((0.5, half), (1, whole)):
        defined = define(frame, Definitions(step=step, cut_scores=SCHEMES)).iloc[0]
        assert (defined["under"], defined["over"]) == expected
    assert defined["deviation"] == deviation


@pytest.mark.parametrize(
    ("advice", "middle", "whole_range"), [(3.0, -0.5, 0), (3.5, 0, 0), (4.0, 0.5, 0), (4.5, 1, 0.5), (2.5, -1, -0.5)]
)
def test_a_double_test_advice_is_compared_by_its_middle_or_by_its_range(advice, middle, whole_range) -> None:
    frame = pupils(cet=[535.0], advice_first=[advice])  # vmbo-gt/havo: 3 to 4
    assert define(frame, Definitions(cut_scores=SCHEMES))["difference"].item() == middle
    assert define(frame, Definitions(double="range", cut_scores=SCHEMES))["difference"].item() == whole_range


def test_the_stage_decides_which_advice_is_compared_with_the_test_but_not_who_is_at_risk() -> None:
    frame = pupils(advice_first=[3.0], advice_final=[4.0], revised=[True])
    first, final = (define(frame, Definitions(stage, cut_scores=SCHEMES)).iloc[0] for stage in ("first", "final"))
    assert (first["under"], final["under"]) == (1, 0)
    assert first["at_risk"]
    assert final["at_risk"]
    assert first["advising"] == final["advising"] == "under-advised, revised"


def test_without_a_test_nothing_deviates_and_nobody_is_at_risk() -> None:
    defined = define(pupils(cet=[np.nan]), Definitions(cut_scores=SCHEMES)).iloc[0]
    assert defined[["under", "over", "difference", "deviation"]].isna().all()
    assert not defined["at_risk"]
    assert defined["advising"] == "no test"


@pytest.mark.parametrize(("year", "advice", "at_risk"), [(2014, 3.5, True), (2013, 3.5, False), (2014, 4.0, False)])
def test_at_risk_of_bijstelling_is_who_is_under_advised_since_it_exists(year, advice, at_risk) -> None:
    defined = define(pupils(year=[year], advice_first=[advice]), Definitions(cut_scores=SCHEMES))
    assert defined["at_risk"].item() == at_risk


@pytest.mark.parametrize(
    ("advice", "year3", "position"),
    [
        (4.5, 4.0, "at the advice"),
        (4.5, 5.0, "at the advice"),
        (4.5, 3.0, "below the advice"),
        (4.0, 5.0, "above the advice"),
        (4.0, 3.0, "below the advice"),
        (4.0, 4.0, "at the advice"),
    ],
)
def test_in_year_3_either_level_of_a_double_advice_is_at_the_advice(advice, year3, position) -> None:
    defined = define(pupils(advice_final=[advice], year3=[year3]), Definitions(cut_scores=SCHEMES))
    assert defined["position"].item() == position


def test_who_counts_as_low_educated_is_a_parameter() -> None:
    frame = pupils(education=["laag", "middelbaar", "hoog", "onbekend"])
    defined = define(frame, Definitions(low_education=("laag", "middelbaar"), cut_scores=SCHEMES))
    assert defined["education"].tolist() == ["laag", "laag", "hoog", "onbekend"]


def test_without_cut_scores_the_test_advice_is_that_in_the_data() -> None:
    frame = pupils(test_advice_low=[2.0], test_advice_high=[3.0], cet=[550.0])
    assert define(frame, Definitions())["test_advice"].item() == 2.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"stage": "second"},
        {"step": 0.25},
        {"double": "lowest"},
        {"low_education": ("mbo",)},
        {"cut_scores": {"2018/19": [501, 510]}},
        {"cut_scores": {"2018/19": [501, 524, 510, 533, 540, 545]}},
    ],
)
def test_a_definition_that_does_not_exist_is_refused(wrong) -> None:
    with pytest.raises(ModelError, match=next(iter(wrong))):
        Definitions(**wrong)


def test_what_follows_from_an_absent_column_is_absent() -> None:
    defined = define(pupils().drop(columns=["background", "one_parent", "year3"]), Definitions(cut_scores=SCHEMES))
    assert not {"origin", "household"} & {*defined}
    assert defined["position"].isna().all()


def test_missing_values_stay_missing_and_who_has_no_first_advice_is_not_untested() -> None:
    frame = pupils(advice_first=[np.nan, 4.0], background=["none", None], one_parent=[True, None])
    defined = define(frame, Definitions(cut_scores=SCHEMES))
    assert defined[["advising", "under"]].isna().to_numpy().tolist() == [[True, True], [False, False]]
    assert defined["household"].isna().tolist() == [False, True]
    assert defined["origin"].isna().tolist() == [False, True]


def test_backgrounds_are_those_of_the_edition() -> None:
    kinds = {"NL": "none", "EU": "western", "buiten EU": "nonwestern"}
    defined = define(pupils(background=["NL", "EU", "buiten EU"]), Definitions(cut_scores=SCHEMES, kinds=kinds))
    assert defined["origin"].tolist() == ["none", "western", "non-western"]
    with pytest.raises(ModelError, match="background: unknown codes 'NL'"):
        define(pupils(background=["NL"]), Definitions(cut_scores=SCHEMES))


def test_revised_is_who_rose_and_not_of_whom_a_second_advice_is_held() -> None:
    held = pupils(revised=[True] * 4, advice_first=[3.0, 4.0, 4.0, 4.0])  # from 2023/24 on: of everybody
    with pytest.raises(ModelError, match=r"revised is true without a final advice above the first: .* 75%"):
        define(held, Definitions(cut_scores=SCHEMES))


def test_the_year_after_one_without_test_is_a_break() -> None:
    rules = Definitions(cut_scores=SCHEMES, years_without_test=("2019/20",))
    frame = pd.DataFrame({"school_year": ["2017/18", "2018/19", "2019/20", "2020/21"]})
    assert rules.breaks(frame) == ["2018/19", "2020/21"]
    assert rules.breaks(frame.iloc[:1]) == []
