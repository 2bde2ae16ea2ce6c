"""What tables tell together, within a chapter, within an edition and between editions."""

import json

import pandas as pd
import pytest

from analysis.disclosure import PROFILES, SUPPRESSED, suppress
from analysis.disclosure.linkage.register import Register, withheld_since, without
from analysis.errors import WithheldError

DEFAULT, OPEN = (PROFILES[name] for name in ("default", "open-data"))


def by(key, values, n, profile=OPEN, **options):
    return suppress(pd.DataFrame({key: values, "n": n}), ["n"], profile, **options)


def withheld(gated):
    return gated.frame[SUPPRESSED].str.contains("n").tolist()


def test_a_table_alone_is_left_as_it_is():
    gated = by("sex", ["girl", "boy"], [4, 30])
    assert Register(OPEN).admit("a", gated) is gated


def test_a_cell_that_was_withheld_may_not_be_told_by_a_later_table():
    register = Register(OPEN)
    register.admit("a", by("band", ["low", "middle", "high"], [4, 30, 80], totals=[]))  # low and middle are withheld
    later = register.admit("b", by("band", ["middle", "high"], [30, 80]))
    assert withheld(later) == [True, False]


def test_what_was_told_before_is_known_though_a_later_table_withholds_it():
    # with 74 = 40 + 30 + 4 the later table gives 4 away, and its own 30 hides nothing: it stands in the first
    register = Register(OPEN)
    register.admit("chapter/first", by("band", ["middle", "high"], [30, 40]))
    second = register.admit("chapter/second", by("band", ["low", "middle", "high", "all"], [4, 30, 40, 74]))
    assert second.frame["n"].isna().tolist()[3]


def test_what_is_kept_of_a_comparison_withholds_the_same_cells_of_the_same_table():
    register = Register(OPEN)
    register.admit("chapter/first", by("band", ["middle", "high"], [30, 40]))
    own = by("band", ["low", "middle", "high", "all"], [4, 30, 40, 74])
    after = register.admit("chapter/second", own)
    places = json.loads(json.dumps(withheld_since(own, after)))
    assert places
    again = without(own, places)
    pd.testing.assert_frame_equal(again.frame, after.frame)
    pd.testing.assert_frame_equal(again.suppressed, after.suppressed)


def test_a_margin_that_two_tables_share_gives_nothing_away():
    # by sex: 74; by education: 40 + 30 and one that is withheld, so 4
    register = Register(OPEN)
    register.admit("by_education", by("education", ["low", "middle", "high"], [40, 30, 4]))
    with_sex = register.admit("by_sex", by("sex", ["girl", "boy"], [37, 37]))
    assert withheld(with_sex) == [True, False]


def test_a_margin_that_is_another_is_left_alone():
    register = Register(OPEN)
    register.admit("by_education", by("education", ["low", "middle", "high"], [40, 30, 4]))
    assert withheld(register.admit("by_sex", by("sex", ["girl", "boy"], [87, 87]))) == [False, False]


def test_tables_that_agree_on_one_year_are_about_the_same_pupils_in_the_next():
    # 2019: 40 + 30 = 35 + 35; 2020: 55 = 50 + one that is withheld, so 5
    years = ["2019", "2019", "2020", "2020"]
    one = pd.DataFrame({"year": years, "education": ["low", "high"] * 2, "n": [40, 30, 50, 5]})
    other = pd.DataFrame({"year": years, "sex": ["girl", "boy"] * 2, "n": [35, 35, 25, 30]})
    register = Register(OPEN)
    register.admit("by_education", suppress(one, ["n"], OPEN))
    assert withheld(register.admit("by_sex", suppress(other, ["n"], OPEN))) == [False, False, True, False]


def test_a_total_that_would_give_a_cell_away_is_withheld_itself():
    # 40 + 30 and one that is withheld, so 4
    register = Register(OPEN)
    register.admit("parts", by("education", ["low", "middle", "high"], [40, 30, 4]))
    with pytest.raises(WithheldError, match="would give a small number away"):
        register.admit("total", by("education", ["all"], [74]))


def test_the_second_of_two_numbers_that_differ_by_a_few_is_withheld():
    # 100 - 97 = 3 are in one and not in the other
    register = Register(OPEN)
    register.admit("all_pupils", by("band", ["low", "high"], [100, 80], OPEN))
    assert withheld(register.admit("tested", by("band", ["low", "high"], [97, 80], OPEN)))[0]


def test_rounded_numbers_that_differ_by_a_few_tell_as_little_as_a_withheld_cell():
    # 100 is 98 to 102 and 95 is 93 to 97: one to nine, no more than "< 10" tells
    register = Register(DEFAULT)
    register.admit("all_pupils", by("band", ["low", "high"], [100, 80], DEFAULT))
    assert withheld(register.admit("tested", by("band", ["low", "high"], [97, 80], DEFAULT))) == [False, False]


def test_that_there_is_nobody_is_no_small_number_where_zeros_are_published():
    # 0 = 0 + 0 + one that is withheld for its few schools
    frame = pd.DataFrame({"sex": ["all", "girl", "boy"], "n_with": [0, 0, 0], "n_schools": [12, 12, 2]})
    counts = {"n_with": [], "n_schools": ["n_with"]}
    alone = Register(OPEN).admit("a", suppress(frame, counts, OPEN))
    assert alone.frame["n_with"].isna().tolist() == [False, False, True]
    # 40 = 36 + one that is withheld, so 4
    beside = Register(OPEN).admit("a", suppress(frame.assign(n_with=[40, 36, 4]), counts, OPEN))
    assert beside.frame["n_with"].isna().tolist() == [False, True, True]


def test_a_cell_that_is_run_again_replaces_its_table():
    register = Register(OPEN)
    register.admit("a", by("band", ["low"], [100], OPEN))
    register.admit("a", by("band", ["low"], [97], OPEN))
    with pytest.raises(WithheldError):
        register.admit("b", by("band", ["low"], [100], OPEN))
    assert withheld(register.admit("c", by("band", ["low"], [97], OPEN))) == [False]  # beside the table that replaced
