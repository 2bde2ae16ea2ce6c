"""Tables that the chapter cannot be made of: one message that names table, column and what to do."""

import numpy as np
import pytest
from tests.unit.chapters.school_differences import made

from analysis.chapters.school_differences.models import exams, scores
from analysis.errors import InputError

EXAMS = made.exams(12, ("havo", "vwo"))
SCORES = made.scores(40)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (EXAMS.drop(columns="passed"), "by_school_exam: passed: the column is missing"),
        (EXAMS.iloc[:0], "by_school_exam: has no rows"),
        (EXAMS.assign(candidates=np.nan), "by_school_exam: candidates, passed: rows have no count"),
        (EXAMS.assign(passed=EXAMS["candidates"] + 1), "by_school_exam: candidates, passed: rows have no count"),
        (EXAMS.assign(level="mbo"), "by_school_exam: level: there are no such levels"),
        (
            EXAMS.assign(passed=EXAMS["passed"].where(EXAMS["level"] == "vwo", EXAMS["candidates"])),
            "by_school_exam: passed: everybody or nobody passed",
        ),
        (EXAMS[EXAMS["year"] >= 2018], "school_differences.hold_out_years: no spring of 2 is left"),
        (EXAMS[(EXAMS["level"] == "vwo") | (EXAMS["year"] == 2019)], "by_school_exam: year: no school of a level"),
        (EXAMS[EXAMS["location"] < "10AJ00"], "by_school_exam: location: no level has 10 schools"),
    ],
)
def test_examinations_of_which_nothing_can_be_said_are_refused(rows, words):
    with pytest.raises(InputError, match=words) as caught:
        exams.select(rows, 2)
    assert caught.value.hint


def test_examinations_that_will_do_are_left_as_they_are():
    assert exams.select(EXAMS, 2) is EXAMS


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (SCORES.drop(columns="provider"), "by_school_score: provider: the column is missing"),
        (SCORES.iloc[:0], "by_school_score: has no rows"),
        (SCORES.assign(mean=np.nan), "by_school_score: mean, tested: rows have no mean"),
        (SCORES.assign(provider="IEP"), "by_school_score: provider, schoolweging: 0 schools"),
        (SCORES.assign(schoolweging=np.nan), "by_school_score: provider, schoolweging: 0 schools"),
        (SCORES.assign(schoolweging=30.0), "by_school_score: mean, tested, schoolweging: a spline"),
        (SCORES.assign(tested=20), "by_school_score: .* groups of one size"),
        (SCORES.assign(mean=535.0), "by_school_score: .* all means are alike"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_scores_of_which_nothing_can_be_said_are_refused(rows, words):
    with pytest.raises(InputError, match=words) as caught:
        scores.fits(scores.select(rows)[0], 4)
    assert caught.value.hint


def test_schools_that_do_not_differ_have_no_range():
    assert scores.expected_range([0.0], 100) == 0
