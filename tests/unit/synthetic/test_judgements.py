"""Judgements of the world: as many as printed, which scale with it; large boards are good more often by the truth."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data.contracts import check
from analysis.data.microdata import MICRODATA
from analysis.errors import InputError
from analysis.inspectorate import ASPECTS, GOOD, INSUFFICIENT, NONE, VERY_WEAK, WEAK
from analysis.synthetic.judgements import JudgementTruth, judge_boards, make_judgements
from analysis.synthetic.moments_judgements import MOMENTS

TRUTH = JudgementTruth()


def by_location(schools=213, special=26, boards=28):
    location = [f"99{chr(65 + k // 26)}{chr(65 + k % 26)}00" for k in range(schools)]
    location += [f"89A{chr(65 + k % 26)}00" for k in range(special)]
    board = [f"{90001 + k % boards}" for k in range(schools + special)]
    return pd.DataFrame({"location": location, "board": board, "special": np.arange(schools + special) >= schools})


def made(truth=TRUTH, scale=1.0, seed=1, **size):
    return make_judgements(by_location(**size), truth, scale, np.random.SeedSequence(seed))


def counts(frames, year, *, special=False):
    rows = frames["by_school_judgement"]
    return rows[(rows["year"] == year) & (rows["special"] == special)]["judgement"].value_counts().to_dict()


def test_schools_are_as_many_as_printed():
    frames = made()
    last = counts(frames, 2020)
    assert (last[GOOD], last[INSUFFICIENT], last.get(VERY_WEAK, 0)) == (14, 4, 0)
    before = counts(frames, 2019)
    assert (before[INSUFFICIENT], before[VERY_WEAK]) == (3, 3)
    assert counts(frames, 2020, special=True) == {NONE: 10, "voldoende": 8, GOOD: 7, INSUFFICIENT: 1}
    rows = frames["by_school_judgement"]
    assert rows[rows["year"] == 2020].groupby("special")["excellent"].sum().tolist() == [2, 5]


def test_boards_are_as_many_as_printed():
    boards = made()["by_board_judgement"]
    judged = boards[(boards[list(ASPECTS)] != NONE).all(axis=1)]
    assert (len(boards), len(judged)) == (28, 24)
    assert (judged["quality_care"] == GOOD).sum() == (judged["dialogue"] == GOOD).sum() == 6
    assert (judged["quality_care"] == INSUFFICIENT).sum() == (judged["dialogue"] == INSUFFICIENT).sum() == 6
    assert (judged["culture"] == GOOD).sum() == 12
    assert (judged[list(ASPECTS)] == INSUFFICIENT).any(axis=1).sum() == 8


def test_the_tables_are_those_of_the_contracts():
    frames = made()
    for name, frame in frames.items():
        check(frame, MICRODATA[name], "made")


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("excellent", True, "excellent only where the judgement is goed"),
        ("judged_on", "2020-05", "none where the judgement is none"),
        ("judged_on", "05-2020", "a month as yyyy-mm"),
        ("judgement", "matig", "one of the known codes: 'goed', 'voldoende'"),
    ],
)
def test_a_judgement_that_cannot_be_is_refused_without_showing_a_row(column, value, rule):
    schools = made()["by_school_judgement"]
    row = schools.index[schools["judgement"] == NONE][0]
    schools.loc[row, column] = value
    with pytest.raises(InputError, match=rule) as refused:
        check(schools, MICRODATA["by_school_judgement"], "judgements.csv")
    assert schools.loc[row, "location"] not in str(refused.value)


def test_an_office_may_lack_the_months():
    schools = made()["by_school_judgement"].drop(columns="judged_on")
    assert "judged_on" not in check(schools, MICRODATA["by_school_judgement"], "judgements.csv")


def test_what_is_in_force_was_judged_before_and_weak_schools_stay_or_got_better():
    rows = made()["by_school_judgement"]
    assert (rows.loc[rows["year"] == 2019, "judged_on"].dropna() < "2019-04").all()
    wide = rows.pivot_table(index="location", columns="year", values="judgement", aggfunc="first")
    after = wide.loc[wide[2019].isin(WEAK), 2020]
    assert after.isin(WEAK).sum() == TRUTH.weak_still
    assert (after[~after.isin(WEAK)] == "voldoende").all()


@pytest.mark.parametrize("effect", [1.5, -1.5])
def test_large_boards_are_good_more_often_by_the_truth_and_less_often_where_it_is_turned(effect):
    sizes = pd.Series(np.random.default_rng(2).integers(1, 30, 300), index=[f"{k}" for k in range(300)])
    boards = judge_boards(sizes, replace(TRUTH, size_effect=effect), np.random.default_rng(3))
    judged = boards[boards["culture"] != NONE]
    means = judged.groupby(judged["culture"] == GOOD)["schools"].mean()
    assert np.sign(means[True] - means[False]) == np.sign(effect)


@pytest.mark.parametrize("scale", [0.065, 0.2, 0.5])
def test_counts_scale_with_the_world(scale):
    size = {"schools": max(12, round(213 * scale)), "special": max(3, round(26 * scale)), "boards": 12}
    frames = made(scale=scale, **size)
    assert counts(frames, 2020).get(GOOD, 0) == round(14 * scale)
    for name, frame in frames.items():
        check(frame, MICRODATA[name], "made")


def test_a_city_of_one_board_can_be_made():
    boards = made(scale=0.065, schools=14, special=3, boards=1)["by_board_judgement"]
    assert boards["schools"].tolist() == [17]


def test_moments_tell_no_number_that_the_pages_withhold():
    frames = made(scale=0.2, schools=43, special=5)
    assert counts(frames, 2020)[INSUFFICIENT] == 1
    assert np.isnan(MOMENTS["judgements_weak_2020"](frames))
    assert np.isnan(MOMENTS["judgements_good_2020"](frames))  # beside the judged and the sufficient it tells the one
