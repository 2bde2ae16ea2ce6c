"""What the parameters of the chapter on staffing refuse."""

import pytest
from pydantic import ValidationError

from analysis.chapters.staffing import findings as wording_staffing
from analysis.chapters.staffing.models import validity
from analysis.chapters.staffing.parameters import MARGINS, OUTCOMES, StaffingBlock
from analysis.stats import panel
from analysis.stats.multiplicity import FAMILIES
from analysis.topics.staffing import words as words_staffing
from analysis.topics.staffing.models import eligibility


def test_the_outcomes_are_those_of_the_models():
    assert OUTCOMES == eligibility.OUTCOMES
    assert set(MARGINS) | set(validity.LIKE) == set(OUTCOMES)


def test_words_of_models_and_pages_agree():
    for name in ("RULED_OUT", "SOMETHING", "UNKNOWN"):
        assert getattr(wording_staffing, name) == getattr(validity, name)
    assert words_staffing.AT_CUTOFF == validity.AT_CUTOFF


def test_families_are_of_outcomes_that_are_compared():
    before, cutoff = (FAMILIES[name] for name in (validity.BEFORE_AND_AFTER, validity.AT_CUTOFF))
    assert set(before.members) | set(validity.MIRRORS) == set(eligibility.STEADY)
    assert set(cutoff.members) | set(validity.MIRRORS) == set(eligibility.OUTCOMES)


def test_conventions_agree():
    assert words_staffing.STANDARD_ERRORS == panel.STANDARD_ERRORS


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"margins": {"inflow": 0.01}}, "give one for each"),
        ({"margins": MARGINS | {"inflow": 0.0}}, "greater than 0"),
        ({"placebo_outcome": "log_wage"}, "placebo_outcome: one of"),
        ({"selection_year": 2021}, "a year before toelage_start"),
        ({"placebo_years": (2021,)}, "before toelage_start"),
        ({"placebo_cutoffs": (0.0,)}, "the true cut-off"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        StaffingBlock(**changes)
