"""Group disclosure: what nearly all of a group have in common, or hardly any, is withheld and cannot be computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure import CROSS, PROFILES, Gated, suppress
from analysis.disclosure.linkage.register import Register
from analysis.disclosure.passed import Passed

CBS, DEFAULT = PROFILES["cbs"], PROFILES["default"]
LEVELS = ["praktijk", "vmbo", "havo", "vwo"]


def hidden(gated: Gated, column: str) -> list[bool]:
    return gated.frame[column].isna().tolist()


def shares(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"group": list("abcdef")[: len(values)], "n": 200, "share": list(values)})


@pytest.mark.parametrize(
    ("share", "withheld"), [(0.95, True), (0.905, True), (0.9, False), (0.5, False), (0.1, False), (0.095, True)]
)
def test_a_share_near_nobody_or_everybody_is_withheld(share: float, withheld: bool) -> None:
    # of 200: 190, 181, 180, 100, 20 and 19
    gated = suppress(shares(share, 0.5, 0.4), {"n": ["share"]}, CBS)
    assert hidden(gated, "share") == [withheld, False, False]
    assert gated.suppressed["share"].tolist()[0] == (CROSS if withheld else "")
    assert not any(hidden(gated, "n"))
    assert not any(hidden(suppress(shares(share, 0.5, 0.4), {"n": ["share"]}, DEFAULT), "share"))


def test_the_error_and_the_limits_of_such_a_share_go_with_it() -> None:
    frame = shares(0.95, 0.5).assign(std_error=[0.0154, 0.0354], ci_low=[0.92, 0.43], ci_high=[0.98, 0.57])
    gated = suppress(frame, {"n": ["share", "std_error", "ci_low", "ci_high"]}, CBS)
    assert [hidden(gated, name) for name in ("share", "std_error", "ci_low", "ci_high")] == [[True, False]] * 4


def test_such_a_share_does_not_follow_from_that_of_all() -> None:
    # 190 of 200 = 460 of 900 less 150 of 300 less 120 of 400
    frame = pd.DataFrame({"group": ["a", "b", "c", "all"], "n": [200, 300, 400, 900]})
    frame["share"] = [190 / 200, 150 / 300, 120 / 400, 460 / 900]
    gated = suppress(frame, {"n": ["share"]}, CBS)
    assert hidden(gated, "share")[0]
    assert sum(hidden(gated, "share")) >= 2


def test_the_share_of_the_others_is_withheld_too() -> None:
    frame = shares(0.85, 0.5).assign(other=[0.15, 0.5])
    frame.loc[0, ["share", "other"]] = [0.95, 0.05]
    assert hidden(suppress(frame, {"n": ["share", "other"]}, CBS), "other")[0]


def test_a_category_of_more_than_nine_tenths_is_withheld_with_one_more_beside_its_total() -> None:
    # 950 of 1,000; beside 20 and 30 it would be known to be at least 950
    frame = pd.DataFrame({"level": ["vmbo", "havo", "vwo", "all"], "n": [950, 20, 30, 1000]})
    assert hidden(suppress(frame, ["n"], CBS), "n") == [True, True, False, False]
    assert not any(hidden(suppress(frame.assign(n=[850, 75, 75, 1000]), ["n"], CBS), "n"))


def test_categories_may_be_columns() -> None:
    frame = pd.DataFrame({"group": ["a", "b", "c"], "n": [200, 300, 260], "girls": [190, 150, 130]})
    frame["boys"] = frame["n"] - frame["girls"]
    gated = suppress(frame, ["n", "girls", "boys"], CBS)
    assert (hidden(gated, "girls")[0], hidden(gated, "boys")[0]) == (True, True)


def test_one_of_many_categories_may_be_a_small_part() -> None:
    # 50 of 600 is no more than that eleven others are elsewhere
    frame = pd.DataFrame({"part": list("abcdefghijkl"), "n": 50, "pupils_all": 600, "share": 50 / 600})
    assert not any(hidden(suppress(frame, {"n": ["share"], "pupils_all": ["share"]}, CBS), "share"))


def test_years_are_no_categories_and_steps_of_a_selection_no_property() -> None:
    years = pd.DataFrame({"year": [2018, 2019], "n": [1000, 50]})
    assert not any(hidden(suppress(years, ["n"], CBS), "n"))
    steps = pd.DataFrame({"step": ["a", "b"], "n_in": [1000, 950], "n_out": [50, 20], "n_kept": [950, 930]})
    assert not any(suppress(steps, ["n_in", "n_out", "n_kept"], CBS).frame["suppressed"])


def test_the_same_model_in_all_rows_is_no_category_of_its_total() -> None:
    terms = pd.DataFrame({"term": ["one", "other", "total"], "n_obs": 400, "estimate": [0.11, 0.23, 0.34]})
    assert not any(hidden(suppress(terms, {"n_obs": ["estimate"]}, CBS), "estimate"))


def test_another_table_does_not_give_such_a_category_away() -> None:
    """A table that says all but the one number, and the total, may not say all of it."""
    first = suppress(pd.DataFrame({"level": LEVELS, "n": [9500, 250, 300, 350]}), ["n"], CBS)
    assert hidden(first, "n") == [True, False, False, False]
    again = Passed()
    again.add(first)
    travelled = again.again(first.frame, first.linked)
    assert travelled is not None
    assert travelled.guarded["n"][0] == first.guarded["n"][0] == 1041  # a tenth of 10,400, and one
    register = Register(CBS)
    register.admit("a/first", travelled)
    second = pd.DataFrame({"level": [*LEVELS, "all"], "n": pd.array([None, 250, 300, 350, 10400], dtype="Int64")})
    second["suppressed"] = ["n", "", "", "", ""]
    shown = register.admit("a/second", suppress(second, ["n"], DEFAULT))
    assert sum(hidden(shown, "n")) >= 2  # 10,400 less 900 is 9,500


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(10, 400), min_size=3, max_size=5), st.integers(0, 4), st.floats(0.92, 0.99))
def test_nobody_can_subtract_a_withheld_share_from_the_total(sizes: list[int], which: int, near: float) -> None:
    """What is withheld of the parts is never one number alone where that of all is known."""
    which %= len(sizes)
    sizes = [10 * size for size in sizes]
    parts = [round(0.5 * size) for size in sizes]
    parts[which] = round(near * sizes[which])
    frame = pd.DataFrame({"group": [*map(str, range(len(sizes))), "all"], "n": [*sizes, sum(sizes)]})
    frame["share"] = np.array([*parts, sum(parts)]) / frame["n"]
    gated = suppress(frame, {"n": ["share"]}, CBS)
    assert hidden(gated, "share")[which]
    assert sum(hidden(gated, "share")) >= 2


def test_rows_of_estimates_count_the_same_persons_and_are_no_categories() -> None:
    rows = [("kink", "a", 120), ("kink", "b", 130), ("dose", "a", 4090), ("dose", "b", 4090)]
    frame = pd.DataFrame(rows, columns=["model", "outcome", "n_obs"]).assign(estimate=[0.11, 0.23, 0.31, 0.47])
    gated = suppress(frame.assign(std_error=0.0123), {"n_obs": ["estimate", "std_error"]}, CBS)
    assert not any(hidden(gated, "n_obs"))
    categories = frame.rename(columns={"model": "level"})
    assert hidden(suppress(categories, {"n_obs": ["estimate"]}, CBS), "n_obs")[2:] == [True, True]


def test_a_sum_says_nothing_of_rows_in_which_it_is_not() -> None:
    # n_least is n_left in one row; in the other there are no sides, and it is all of n
    frame = pd.DataFrame({"term": ["kink", "dose"], "n": [120, 400], "n_left": [50, None], "n_right": [70, None]})
    frame["n_least"] = [50, 400]
    counts = ["n", "n_left", "n_right", "n_least"]
    assert not any(hidden(suppress(frame, counts, CBS), "n_least"))


def test_most_are_in_none_of_several_categories() -> None:
    """Of 600 persons in 3 classes 30 have the first advice; that 570 do not have it says nothing of each of them."""
    frame = pd.DataFrame(
        [(2018, "low", 30), (2018, "middle", 250), (2018, "high", 320), (2019, "low", 15), (2019, "high", 570)],
        columns=["year", "term", "n_with"],
    )
    frame["n_obs"] = 600
    frame["n_without"] = frame["n_obs"] - frame["n_with"]
    frame["share"] = frame["n_with"] / frame["n_obs"]
    counts = {"n_obs": ["share"], "n_with": ["share"], "n_without": ["share"]}
    gated = suppress(frame, counts, CBS)
    # of 2019 the categories are not all there: 15 and 570 of 600 say it
    assert hidden(gated, "n_with") == [False, False, False, True, True]
    assert hidden(gated, "share") == [False, False, False, True, True]


def test_school_years_are_no_categories() -> None:
    frame = pd.DataFrame({"school_year": ["2018/19", "2019/20"], "n": [1000, 50]})
    assert not any(hidden(suppress(frame, ["n"], CBS), "n"))


def test_a_column_without_anybody_takes_one_number_along_in_each_row_and_not_the_table() -> None:
    # 24 + 50 + 405 = 479, of whom none for the reason "special": one of these numbers is withheld with the zero
    frame = pd.DataFrame({"year": [2018, 2019, 2020], "special": 0, "consent": [24, 31, 28], "test": [50, 44, 61]})
    frame["both"] = [405, 399, 420]
    frame["n"] = frame[["special", "consent", "test", "both"]].sum(axis=1)
    frame["share_both"] = frame["both"] / frame["n"]
    counts = {"n": ["share_both"], "special": [], "consent": [], "test": [], "both": ["share_both"]}
    gated = suppress(frame, counts, PROFILES["acro"])
    assert all(hidden(gated, "special"))
    assert [sum(gated.frame.loc[row, ["consent", "test", "both", "n"]].isna()) for row in range(3)] == [1, 1, 1]
    assert not any(hidden(gated, "share_both"))
