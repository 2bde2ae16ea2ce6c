import pandas as pd
import pytest

from analysis.disclosure import CROSS, NOTHING_DECLARED, PROFILES, SUPPRESSED, Profile, profile, suppress
from analysis.disclosure.passed import Passed
from analysis.errors import DisclosureError, InputError

DEFAULT = PROFILES["default"]


def by_group(**columns):
    return pd.DataFrame({"group": list("abcdefgh")[: len(next(iter(columns.values())))], **columns})


def test_below_ten_is_withheld_and_ten_is_not():
    gated = suppress(by_group(n=[9, 10, 11]), ["n"], DEFAULT)
    assert gated.frame["n"].isna().tolist() == [True, False, False]
    assert gated.suppressed["n"].tolist() == ["< 10", "", ""]
    assert gated.cells == 1


def test_zero_persons_may_be_published_and_one_may_not():
    gated = suppress(by_group(n=[0, 1]), ["n"], DEFAULT)
    assert gated.frame["n"].isna().tolist() == [False, True]
    assert gated.frame["n"][0] == 0


def test_rounding_comes_after_the_test():
    # 8 and 9 would round to 10, and 12 to 10: the test sees 8, 9 and 12.
    gated = suppress(by_group(n=[8, 9, 12, 13, 17, 18]), ["n"], DEFAULT)
    assert gated.frame["n"].isna().tolist() == [True, True, False, False, False, False]
    assert gated.frame["n"].dropna().tolist() == [10, 15, 15, 20]


def test_open_data_is_tested_but_not_rounded():
    assert suppress(by_group(n=[9, 12]), ["n"], profile("open-data")).frame["n"].dropna().tolist() == [12]


def test_what_rests_on_a_small_count_goes_with_it_and_the_rest_stays():
    frame = by_group(n=[5, 50], mean=[0.1, 0.2], total=[3, 4], published=[0.5, 0.6])
    gated = suppress(frame, {"n": ["mean", "total"]}, DEFAULT)
    assert gated.frame.loc[0, ["n", "mean", "total"]].isna().all()
    assert gated.frame.loc[0, "published"] == 0.5
    assert gated.frame.loc[1, "mean"] == 0.2
    assert gated.frame["suppressed"].tolist() == ["n;mean;total", ""]


def test_as_a_plain_list_every_other_number_rests_on_every_count():
    frame = by_group(n=[50, 50], n_low=[3, 20], share=[0.06, 0.4])
    gated = suppress(frame, ["n", "n_low"], DEFAULT)
    assert gated.frame["suppressed"].tolist() == ["n_low;share", ""]


def test_a_count_that_rests_on_a_count_takes_its_own_dependants_along():
    frame = by_group(n=[5, 50], n_low=[0, 20], share=[0.0, 0.4])
    gated = suppress(frame, {"n_low": ["share"], "n": ["n_low"]}, DEFAULT)
    assert set(gated.frame["suppressed"][0].split(";")) == {"n", "n_low", "share"}


def test_schools_have_their_own_threshold_and_are_not_rounded():
    gated = suppress(by_group(n_schools=[1, 2, 3, 7]), ["n_schools"], DEFAULT)
    assert gated.suppressed["n_schools"].tolist() == ["< 3", "< 3", "", ""]
    assert gated.frame["n_schools"].dropna().tolist() == [3, 7]


def test_only_a_column_that_counts_schools_has_the_threshold_of_schools():
    frame = by_group(n_schools_open=[3], n_pupils_in_schools=[3], schooled=[3.0])
    gated = suppress(frame, {"n_schools_open": (), "n_pupils_in_schools": ()}, DEFAULT)
    assert gated.frame["suppressed"].tolist() == ["n_pupils_in_schools"]


def test_a_model_without_residual_degrees_of_freedom_is_withheld():
    gated = suppress(by_group(df_resid=[0, 9, 10], r2=[1.0, 0.9, 0.8]), {"df_resid": ["r2"]}, DEFAULT)
    assert gated.frame["r2"].isna().tolist() == [True, True, False]


def test_the_next_smallest_cell_goes_when_a_total_would_give_one_away():
    frame = by_group(year=[2018, 2018, 2018, 2019, 2019], n=[4, 30, 20, 40, 50], mean=[1.0, 2.0, 3.0, 4.0, 5.0])
    gated = suppress(frame, {"n": ["mean"]}, DEFAULT, totals=["year"])
    assert gated.frame["n"].isna().tolist() == [True, False, True, False, False]
    assert gated.frame["mean"].isna().tolist() == [True, False, True, False, False]


def test_beside_a_complementary_cell_no_sign_tells_which_was_small():
    gated = suppress(by_group(n=[4, 30, 20]), ["n"], DEFAULT, totals=[])
    assert gated.suppressed["n"].tolist() == [CROSS, "", CROSS]


def test_two_withheld_cells_protect_each_other():
    gated = suppress(by_group(n=[4, 5, 20]), ["n"], DEFAULT, totals=[])
    assert gated.frame["n"].isna().tolist() == [True, True, False]


def test_beside_the_only_nonzero_cell_of_a_total_a_zero_is_withheld():
    gated = suppress(by_group(n=[4, 0, 0]), ["n"], DEFAULT, totals=[])
    assert gated.frame["n"].isna().tolist() == [True, True, False]


def test_that_nobody_in_a_whole_group_does_it_is_told_beside_a_cell_of_too_few_schools():
    # 9 schools of 12 is too few to be told, but that 0 = 0 + 0 + 0 do it is told by the others' zeros already
    frame = by_group(n=[33, 41, 60], n_with=[0, 0, 0], n_schools=[2, 7, 9])
    gated = suppress(frame, {"n": ["n_with"], "n_with": [], "n_schools": ["n"]}, DEFAULT, totals=[])
    assert gated.frame["n"].isna().tolist() == [True, True, False]
    assert gated.frame["n_with"].isna().tolist() == [True, True, False]


def passed(**columns):
    known, gated = Passed(), suppress(by_group(**columns), {"n": ["mean"]}, DEFAULT, totals=[])
    known.add(gated)
    return known, gated.frame


def test_rows_of_a_gated_frame_travel():
    known, frame = passed(n=[4, 33, 21, 60], mean=[1.0, 2.0, 3.0, 4.0])
    some = known.again(frame.iloc[[0, 3]].reset_index(drop=True).assign(name=["a", "b"]), NOTHING_DECLARED)
    assert some.frame["n"].tolist()[1] == 60
    assert some.suppressed.loc[0, ["n", "mean"]].tolist() == [CROSS, CROSS]
    assert some.resting == {"n": ("mean",)}


def test_no_row_of_a_frame_counts_what_the_frame_counts():
    known, frame = passed(n=[40, 33, 21, 60], mean=[1.0, 2.0, 3.0, 4.0])
    none = known.again(frame.iloc[:0], NOTHING_DECLARED)
    assert none.resting == {"n": ("mean",)}
    assert SUPPRESSED in none.frame


def test_a_column_that_is_left_out_is_named_nowhere():
    known, frame = passed(n=[4, 33, 21, 60], mean=[1.0, 2.0, 3.0, 4.0])
    assert known.again(frame.drop(columns="mean"), NOTHING_DECLARED).frame[SUPPRESSED].tolist()[0] == "n"


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.assign(mean=frame["mean"] + 1),
        lambda frame: frame.assign(mean=frame["mean"].iloc[::-1].to_numpy()),
        lambda frame: frame.assign(new=[7, 8, 9, 10]),
        lambda frame: frame.assign(few=[True, False, False, True]),
        lambda frame: frame.assign(few=pd.array([True, None, False, True], dtype="boolean")),
        lambda frame: frame.drop(columns=SUPPRESSED),
        lambda frame: frame.rename(columns={"mean": "median"}),
    ],
    ids=[
        "changed",
        "exchanged",
        "new",
        "new yes-no",
        "new yes-no or nothing",
        "without its signs",
        "under another name",
    ],
)
def test_a_number_that_did_not_leave_the_gate_does_not_travel(change):
    known, frame = passed(n=[40, 33, 21, 60], mean=[1.0, 2.0, 3.0, 4.0])
    assert known.again(frame, NOTHING_DECLARED) is not None
    assert known.again(change(frame), NOTHING_DECLARED) is None


def test_a_value_put_back_in_a_withheld_cell_does_not_get_out():
    gated = suppress(by_group(n=[4, 33]), ["n"], DEFAULT).frame
    gated["n"] = [12, 33]
    assert suppress(gated, ["n"], DEFAULT).frame["n"].isna().tolist() == [True, False]


@pytest.mark.parametrize("column", ["location", "BRIN", "school name", "pupil_id", "PC6", "board", "Schoolnaam"])
def test_identifying_columns_are_refused(column):
    with pytest.raises(DisclosureError, match=f"'{column}', row 1"):
        suppress(pd.DataFrame({column: ["x"], "n": [100]}), ["n"], DEFAULT)


@pytest.mark.parametrize("value", ["00AB00", "1012AB", "1012 AB", " 1012 ab "])
def test_identifying_values_are_refused_without_being_told(value):
    frame = pd.DataFrame({"place": ["centre", None, value], "n": [100, 100, 100]})
    with pytest.raises(DisclosureError, match="'place', row 3") as refused:
        suppress(frame, ["n"], DEFAULT)
    assert value.strip() not in str(refused.value)


def test_identifying_values_in_a_named_index_are_refused():
    frame = pd.DataFrame({"n": [100]}, index=pd.Index(["00AB00"], name="place"))
    with pytest.raises(DisclosureError, match="'place', row 1"):
        suppress(frame, ["n"], DEFAULT)


def test_an_unnamed_index_of_words_is_not_dropped_silently():
    with pytest.raises(InputError, match="name it"):
        suppress(pd.DataFrame({"n": [100]}, index=["x"]), ["n"], DEFAULT)


def test_rows_of_postcodes_need_a_count():
    with pytest.raises(DisclosureError, match="pc4"):
        suppress(pd.DataFrame({"pc4": ["1012"], "share": [0.5]}), (), DEFAULT)
    assert len(suppress(pd.DataFrame({"pc4": ["1012"], "n": [50]}), ["n"], DEFAULT).frame) == 1


@pytest.mark.parametrize("column", ["n", "n_obs", "pupils", "leerlingen", "schools", "df_resid"])
def test_a_count_that_is_not_declared_is_refused(column):
    with pytest.raises(DisclosureError, match=column):
        suppress(by_group(**{column: [100]}), (), DEFAULT)


@pytest.mark.parametrize("bad", [[-1], [1.5], ["many"]])
def test_a_count_that_is_no_count_is_refused(bad):
    with pytest.raises(DisclosureError, match="row 1: no whole number"):
        suppress(by_group(n=bad), ["n"], DEFAULT)


def test_values_on_an_unknown_count_are_refused():
    with pytest.raises(DisclosureError, match="row 2: no count"):
        suppress(by_group(n=[20, None], mean=[0.5, 0.5]), ["n"], DEFAULT)


def test_the_frame_of_the_caller_is_not_changed():
    frame = by_group(n=[4, 33], mean=[1.0, 2.0])
    before = frame.copy()
    suppress(frame, ["n"], DEFAULT, totals=[])
    pd.testing.assert_frame_equal(frame, before)


def test_a_misspelt_column_or_profile_is_refused():
    with pytest.raises(InputError, match="no column 'm'"):
        suppress(by_group(n=[20]), ["m"], DEFAULT)
    with pytest.raises(InputError, match="did you mean 'open-data'"):
        profile("open_data")


def test_a_profile_whose_rounding_makes_cells_too_small_is_refused():
    with pytest.raises(InputError, match="multiple"):
        Profile("odd", min_count=10, round_to=3)


def test_a_small_cell_that_nothing_hides_takes_its_group_along_and_no_other():
    # In "few" 11 = 3 + 3 + 5 do or do not. With all of it withheld the 9 who do still follow: as 3 + 3 + 3, and as half
    # of the 18 that the column adds up to. In "many" nothing is small.
    few = pd.DataFrame({"group": ["all", "a", "b", "c"], "n": [11, 3, 3, 5], "did": [9, 3, 3, 3], "not": [2, 0, 0, 2]})
    many = pd.DataFrame({"group": ["all", "a", "b", "c"], "n": [110, 30, 30, 50], "did": [60, 15, 15, 30]})
    many["not"] = many["n"] - many["did"]
    both = pd.concat([few.assign(of="few"), many.assign(of="many")], ignore_index=True)
    shown = suppress(both, ["n", "did", "not"], PROFILES["default"], totals=["of"]).frame.set_index("of")
    assert shown.loc["few", ["n", "did", "not"]].isna().all(axis=None)
    assert shown.loc["many", ["n", "did", "not"]].notna().all(axis=None)
