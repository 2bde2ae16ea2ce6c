"""What the profiles ask beside a smallest count: schools and boards, contributors, shares, zeros, totals in rows."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure import CROSS, DOMINATED, NOTHING_DECLARED, PROFILES, SUPPRESSED, Linked, profile, suppress
from analysis.disclosure.passed import Passed
from analysis.errors import DisclosureError, InputError
from analysis.language import speaking

DEFAULT, ACRO = PROFILES["default"], PROFILES["acro"]


def by_group(**columns):
    return pd.DataFrame({"group": list("abcdefgh")[: len(next(iter(columns.values())))], **columns})


def withheld(frame, column):
    return frame[SUPPRESSED].str.split(";").map(lambda names: column in names).tolist()


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("default", {0: 0, 7: None, 8: None, 9: None, 10: 10, 13: 15}),
        ("open-data", {0: 0, 7: None, 8: None, 9: None, 10: 10, 13: 13}),
        ("acro", {0: None, 7: None, 8: None, 9: None, 10: 10, 13: 15}),
        ("opensafely", {0: None, 7: None, 8: 10, 9: 10, 10: 10, 13: 15}),
    ],
)
def test_each_profile_at_its_boundary(name, published):
    gated = suppress(by_group(n=list(published)), ["n"], profile(name)).frame
    assert [None if pd.isna(n) else n for n in gated["n"]] == list(published.values())


def test_that_nobody_left_is_told_in_every_profile():
    frame = by_group(pupils_in=[100], pupils_out=[0], pupils_kept=[100])
    assert suppress(frame, list(frame.columns[1:]), ACRO).frame["pupils_out"].tolist() == [0]


def test_the_rules_are_told_in_the_language_of_the_edition():
    assert "1 to 9 persons" in DEFAULT.rule
    assert "0 to 9 persons" in ACRO.rule
    with speaking("nl"):
        assert "1 tot en met 9 personen" in DEFAULT.rule


def test_persons_of_two_schools_or_two_boards_are_withheld_with_what_rests_on_them():
    frame = by_group(n=[100, 100, 100], n_schools=[2, 9, 9], n_boards=[9, 2, 9], mean=[1.0, 2.0, 3.0])
    gated = suppress(frame, {"n": ["mean"], "n_schools": (), "n_boards": ()}, DEFAULT)
    assert withheld(gated.frame, "n") == withheld(gated.frame, "mean") == [True, True, False]
    assert gated.frame["n_boards"].tolist()[2] == 9


def test_persons_rest_on_the_schools_of_the_same_name():
    frame = by_group(pupils_now=[100, 100], schools_now=[2, 9], pupils_nearest=[100, 100], schools_nearest=[9, 9])
    gated = suppress(frame, list(frame.columns[1:]), DEFAULT).frame
    assert withheld(gated, "pupils_now") == [True, False]
    assert withheld(gated, "pupils_nearest") == [False, False]


def test_a_cell_of_which_two_schools_hold_more_than_nine_tenths_is_withheld():
    # 60 + 30 = 90 of 100 is not more than nine tenths, 61 + 30 = 91 is
    frame = by_group(n=[100, 100], n_largest=[60, 61], n_second=[30, 30], mean=[1.0, 2.0])
    gated = suppress(frame, {"n": ["mean"]}, DEFAULT)
    assert gated.suppressed["n"].tolist() == ["", DOMINATED]
    assert withheld(gated.frame, "mean") == [False, True]
    assert not {"n_largest", "n_second"} & set(gated.frame.columns)


def test_acro_asks_besides_that_the_others_are_a_tenth_of_the_largest():
    # top two: 160 of 200 and 175 of 190; others 40 >= 8 and 15 < 17
    frame = by_group(n=[200, 190], first=[80, 170], next=[80, 1])
    assert suppress(frame, ["n"], DEFAULT, contributors={"n": ("first", "next")}).suppressed["n"].tolist() == ["", ""]
    gated = suppress(
        by_group(n=[200, 186], first=[80, 170], next=[80, 0]), ["n"], ACRO, contributors={"n": ("first", "next")}
    )
    assert gated.suppressed["n"].tolist() == ["", DOMINATED]


def test_contributors_that_are_not_there_are_an_error():
    with pytest.raises(InputError, match="no column 'first'"):
        suppress(by_group(n=[100]), ["n"], DEFAULT, contributors={"n": ("first", "second")})


def test_a_share_is_told_as_the_rounded_counts_give_it():
    # 33 of 101 is told as 35 of 100
    frame = by_group(n=[101], n_low=[33], share=[33 / 101])
    counts = {"n": ["share"], "n_low": ["share"]}
    assert suppress(frame, counts, DEFAULT, ratios={"share": ("n_low", "n")}).frame["share"].tolist() == [35 / 100]
    assert suppress(frame, counts, DEFAULT).frame["share"].tolist() == [35 / 100]  # nobody needs to say so
    assert suppress(frame, counts, PROFILES["open-data"]).frame["share"].tolist() == [0.326732673267]  # 33 / 101


def test_shares_of_a_sum_are_told_as_rounded_too():
    # of 33 + 46 + 72 = 151, published as 150: 35 / 150 = 0.233, 45 / 150 = 0.3 and 70 / 150 = 0.467 in steps of 0.01
    frame = by_group(n=[33, 46, 72], share=[33 / 151, 46 / 151, 72 / 151])
    assert suppress(frame, {"n": ["share"]}, DEFAULT).frame["share"].tolist() == [0.23, 0.3, 0.47]


def test_a_mean_stays_as_it_is():
    frame = by_group(n=[101, 52], mean=[3.25, 4.5])
    assert suppress(frame, {"n": ["mean"]}, DEFAULT).frame["mean"].tolist() == [3.25, 4.5]


def test_what_a_share_leaves_must_not_be_small_either():
    # 100 - 96 = 4 are not low
    frame = by_group(n=[100, 100], n_low=[96, 50], share=[0.96, 0.5])
    gated = suppress(frame, {"n": ["share"], "n_low": ["share"]}, DEFAULT, ratios={"share": ("n_low", "n")})
    assert gated.frame[SUPPRESSED].tolist() == ["n_low;share", ""]
    assert gated.frame["n"].tolist() == [100, 100]


def test_a_share_that_is_another_than_declared_is_refused():
    with pytest.raises(DisclosureError, match="'share', row 2"):
        suppress(
            by_group(n=[100, 100], n_low=[50, 50], share=[0.5, 0.6]),
            {"n": ["share"], "n_low": ["share"]},
            DEFAULT,
            ratios={"share": ("n_low", "n")},
        )


def test_the_rest_of_a_total_that_no_row_tells_is_a_cell_too():
    # 100 - 56 - 40 = 4
    frame, declared = by_group(n=[100, 56, 40]).assign(group=["all", "a", "b"]), Linked(totals={"group": "all"})
    assert withheld(suppress(frame, ["n"], DEFAULT, totals=[], linked=declared).frame, "n") == [False, False, True]
    whole = frame.assign(n=[96, 56, 40])
    assert not any(withheld(suppress(whole, ["n"], DEFAULT, totals=[], linked=declared).frame, "n"))


def test_two_small_cells_whose_sum_is_published_take_a_third_along():
    # 12 - 11 = 1: with 50 told, two cells of at least one make two
    assert withheld(suppress(by_group(n=[1, 1, 50]), ["n"], DEFAULT, totals=[]).frame, "n") == [True, True, True]


def crossed(n):
    cells = [(row, column, int(value)) for row, line in enumerate(n) for column, value in enumerate(line)]
    return pd.DataFrame(cells, columns=["row", "column", "n"]).astype({"row": str, "column": str})


def test_rows_and_columns_protect_each_other():
    # 4 takes the smallest of its row and of its column along, and these the cell where they cross
    gated = suppress(crossed([[4, 20, 90], [30, 80, 95], [99, 98, 97]]), ["n"], DEFAULT, totals=[["row"], ["column"]])
    assert withheld(gated.frame, "n") == [True, True, False, True, True, False, False, False, False]


SIZES = st.integers(2, 4)


@st.composite
def crosses(draw):
    rows, columns = draw(SIZES), draw(SIZES)
    sizes = st.one_of(st.integers(0, 12), st.integers(0, 200))
    return [[draw(sizes) for _ in range(columns)] for _ in range(rows)]


@settings(max_examples=50, deadline=None)
@given(crosses(), st.sampled_from(["default", "open-data"]))
def test_no_row_or_column_or_combination_of_them_gives_a_small_cell_away(n, name):
    frame, rules = crossed(n), profile(name)
    gated = suppress(frame, ["n"], rules, totals=[["row"], ["column"]])
    hidden = pd.Series(withheld(gated.frame, "n"))
    if hidden.all():
        return  # nothing is published, and so no total of it
    told = frame["n"].where(~hidden)
    low, high = told.fillna((frame["n"] > 0).astype(int)), told.fillna(10_000)
    lines = [frame[key] == value for key in ("row", "column") for value in frame[key].unique()]
    lines = [line for line in lines if frame["n"][line].sum() >= 10]  # smaller totals are not published
    sums = [frame["n"][line].sum() for line in lines]
    limits = [LinearConstraint([line.astype(float) for line in lines], sums, sums)] if lines else []
    for cell in frame.index[frame["n"].between(1, 9)]:
        goal = (frame.index == cell).astype(float)
        ends = [sign * milp(sign * goal, constraints=limits, bounds=Bounds(low, high)).fun for sign in (1, -1)]
        assert hidden[cell]
        assert ends[1] - ends[0] >= rules.protection - 1e-6


def assert_travels(gated):
    passed = Passed()
    passed.add(gated)
    again = passed.again(gated.frame, NOTHING_DECLARED)
    pd.testing.assert_frame_equal(again.frame, gated.frame)
    assert ((again.suppressed == "") == (gated.suppressed == "")).all(axis=None)
    assert dict(again.resting) == dict(gated.resting)


@settings(max_examples=40, deadline=None)
@given(crosses(), st.sampled_from(sorted(PROFILES)), st.sampled_from([None, [], ["row"]]))
def test_what_passed_travels_unchanged_and_every_number_is_large_or_zero(n, name, totals):
    rules = profile(name)
    try:
        once = suppress(crossed(n), ["n"], rules, totals=totals)
    except DisclosureError:
        return
    numbers = once.frame["n"].dropna()
    assert ((numbers >= rules.min_count) | ((numbers == 0) & (rules.zeros == "published"))).all()
    assert (numbers % rules.round_to == 0).all()
    assert_travels(once)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6),
    st.sampled_from(sorted(PROFILES)),
)
def test_a_share_never_tells_a_small_part_or_rest(parts, name):
    rules = profile(name)
    low = pd.Series([one for one, _ in parts])
    n = pd.Series([one + other for one, other in parts])
    frame = pd.DataFrame({"n": n, "n_low": low, "share": low / n.where(n > 0)})
    counts = {"n": ["share", "n_low"], "n_low": ["share"]}
    once = suppress(frame, counts, rules)
    shown = once.frame["share"].notna() & (rules.round_to == 1)
    for few in (low, n - low):
        assert not few[shown].between(1, rules.min_count - 1).any()
    assert_travels(once)
    assert set(once.suppressed.to_numpy().ravel()) <= {"", CROSS, rules.sign("n")}
