import pytest
from pydantic import ValidationError

from analysis.chapters.judgements.parameters import JudgementsBlock


@pytest.mark.parametrize("years", [(2020, 2019), (2020, 2020)])
def test_the_year_before_comes_first(years):
    with pytest.raises(ValidationError, match="the first of the years comes before the second"):
        JudgementsBlock(years=years)


@pytest.mark.parametrize(("sizes", "message"), [((0, 1), "greater than or equal to 1"), ((2, 2), "sizes_shown go up")])
def test_sizes_are_of_some_schools_and_none_is_drawn_twice(sizes, message):
    with pytest.raises(ValidationError, match=message):
        JudgementsBlock(sizes_shown=sizes)
