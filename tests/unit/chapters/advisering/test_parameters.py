import pytest
from pydantic import ValidationError

from analysis.chapters.advisering.parameters import AdviseringBlock
from analysis.chapters.country.parameters import CountryBlock

EIGHT = (501, 519, 526, 529, 533, 537, 540, 545)


def test_the_defaults_are_a_city_with_its_two_schemes():
    block = AdviseringBlock()
    assert [len(scores) for scores in block.cut_scores.values()] == [8, 6]
    assert block.gaps_by == ("year",)


def test_a_scheme_of_seven_scores_is_refused():
    with pytest.raises(ValidationError, match="a scheme has eight scores, or six"):
        AdviseringBlock(cut_scores={"2000/01": EIGHT[:7]})


def test_scores_that_fall_are_refused():
    with pytest.raises(ValidationError, match="must increase"):
        AdviseringBlock(cut_scores={"2000/01": (501, 519, 526, 525, 533, 537, 540, 545)})


def test_a_score_that_the_test_does_not_have_is_refused():
    with pytest.raises(ValidationError, match="less than or equal to 550"):
        AdviseringBlock(cut_scores={"2000/01": (*EIGHT[:7], 551)})


def test_a_scheme_begins_in_a_school_year():
    with pytest.raises(ValidationError, match="pattern"):
        AdviseringBlock(cut_scores={"2000": EIGHT})


@pytest.mark.parametrize("by", ["region", "urbanicity"])
def test_regions_are_known_of_the_country_only(by):
    with pytest.raises(ValidationError, match="known of the country only"):
        AdviseringBlock(gaps_by=("year", by))
    assert AdviseringBlock(table="by_pupil_country", gaps_by=("year", by)).gaps_by == ("year", by)


def test_a_country_needs_a_cohort_that_reaches_year_3():
    with pytest.raises(ValidationError, match="at least two years after the first"):
        CountryBlock(first_year=2014, last_year=2015)
    assert CountryBlock(first_year=2013, last_year=2015).last_year == 2015
