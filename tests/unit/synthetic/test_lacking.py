import pytest

from analysis.data.derive import SMALL
from analysis.synthetic.lacking import BOARDS, SMALL_SCHOOLS, STADSDELEN, truth_without, world_without
from analysis.synthetic.world import make_world


@pytest.fixture(scope="module")
def lacking():
    lacks = (BOARDS, STADSDELEN, SMALL_SCHOOLS)
    return world_without(make_world(0.05, 1, truth_without(lacks)), lacks)


def test_a_city_may_have_one_board_one_stadsdeel_and_no_small_schools(lacking):
    schools = lacking.frames["by_location"]
    regular = schools[~schools["special"]]
    assert regular["board"].nunique() == 1
    assert schools["stadsdeel"].nunique() == 1
    assert lacking.frames["by_pupil"]["stadsdeel"].nunique() == 1
    assert (regular["capacity"] > SMALL).all()


def test_a_city_that_lacks_nothing_is_the_published_one():
    whole = world_without(make_world(0.05, 1, truth_without(())), ())
    assert whole.frames["by_location"].equals(make_world(0.05, 1).frames["by_location"])
