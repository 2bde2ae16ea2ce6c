from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.compare.frames import Difference, by_row, difference, row_keys

Estimates = Callable[..., pd.DataFrame]


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).map(lambda value: "" if pd.isna(value) else str(value))


def differs(before: pd.DataFrame, after: pd.DataFrame, tolerance: float = 1e-9) -> Difference:
    return difference(as_text(before), as_text(after), tolerance)


def changes(found: Difference) -> list[tuple[str, str, str]]:
    return list(found.cells[["row", "column", "change"]].itertuples(index=False, name=None))


def test_what_is_the_same_does_not_differ(estimates: Estimates) -> None:
    assert not differs(estimates(), estimates()).any


def test_rows_in_another_order_are_the_same_rows(estimates: Estimates) -> None:
    assert not differs(estimates(), estimates().iloc[[2, 0, 1]]).any


def test_a_value_that_changed_is_told_with_its_difference(estimates: Estimates) -> None:
    found = differs(estimates(), estimates(estimate=[-0.5, 0.12, 0.3]))
    assert changes(found) == [("logit · all · weging", "estimate", "value")]
    assert found.cells["difference"].tolist() == pytest.approx([0.12 - 0.1])
    assert found.cells["relative"].tolist() == pytest.approx([(0.12 - 0.1) / 0.1])


@pytest.mark.parametrize(
    ("before", "after", "tolerance", "same"),
    [
        (0.3, 0.3 * (1 + 1e-10), 1e-9, True),
        (0.3, 0.3 * (1 + 1e-8), 1e-9, False),
        (0.3, 0.3 * (1 + 1e-8), 1e-6, True),
        (1e-11, -1e-11, 1e-9, True),  # both are zero, next to a standard error of 0.1: 2e-11 < 1e-9 x 0.1
        (1e-9, -1e-9, 1e-9, False),
        (400.0, 400.5, 0.0, False),
    ],
)
def test_rounding_noise_is_no_change(
    estimates: Estimates, before: float, after: float, tolerance: float, same: bool
) -> None:
    one, other = (estimates(estimate=[-0.5, 0.1, value]) for value in (before, after))
    assert differs(one, other, tolerance).any is not same


def test_a_sign_intervals_that_lie_apart_and_another_n_are_told(estimates: Estimates) -> None:
    after = estimates(estimate=[0.1, 0.4, 0.3], ci_low=[-0.5, 0.3, 0.1], ci_high=[0.7, 0.5, 0.5], n_obs=[400, 400, 390])
    found = differs(estimates(), after).estimates.set_index("row")[["sign", "apart", "n_changed"]]
    assert found.loc["logit · all · distance"].tolist() == [
        True,
        False,
        False,
    ]  # -0.5 to 0.1; (-0.6, -0.4) in (-0.5, 0.7)
    assert found.loc["logit · all · weging"].tolist() == [False, True, False]  # 0.18 < 0.3
    assert found.loc["logit · all · rk"].tolist() == [False, False, True]


def test_intervals_that_touch_overlap(estimates: Estimates) -> None:
    after = estimates(estimate=[-0.5, 0.2, 0.3], ci_low=[-0.6, 0.18, 0.1], ci_high=[-0.4, 0.22, 0.5])
    assert not differs(estimates(), after).estimates["apart"].any()


def test_what_is_withheld_is_told_apart_from_what_is_missing() -> None:
    before = pd.DataFrame({"band": ["low", "mid", "high"], "share": [0.1, 0.2, None], "suppressed": ["", "", "share"]})
    after = pd.DataFrame({"band": ["low", "mid", "high"], "share": [None, None, 0.3], "suppressed": ["share", "", ""]})
    assert changes(differs(before, after)) == [
        ("low", "share", "withheld"),
        ("mid", "share", "emptied"),
        ("high", "share", "shown"),
    ]


def test_rows_and_columns_of_one_side_are_told() -> None:
    before = pd.DataFrame({"band": ["low", "mid"], "share": [0.1, 0.2], "schools": [4, 5]})
    after = pd.DataFrame({"band": ["mid", "high"], "share": [0.2, 0.3], "pupils": [40, 50]})
    found = differs(before, after)
    assert (found.rows_before, found.rows_after) == (("low",), ("high",))
    assert (found.columns_before, found.columns_after) == (("schools",), ("pupils",))
    assert found.cells.empty


def test_counts_and_words_have_their_own_kind_of_change() -> None:
    before = pd.DataFrame({"step": ["a"], "reason": ["no home"], "pupils_out": [10]})
    after = pd.DataFrame({"step": ["a"], "reason": ["no house"], "pupils_out": [15]})
    assert changes(differs(before, after)) == [("a", "reason", "text"), ("a", "pupils_out", "n")]


@pytest.mark.parametrize(
    ("before", "after", "keys"),
    [
        ({"id": ["a", "b"], "source": ["x", "y"]}, {"id": ["a", "b"], "source": ["x", "z"]}, ("id",)),
        ({"pc4": [1011, 1012], "share": [0.1, 0.2]}, {"pc4": [1011, 1012], "share": [0.3, 0.4]}, ("pc4",)),
        (
            {"outcome": ["l", "l", "r"], "quantile": [0.1, 0.5, 0.1], "fitted": [1.0, 2.0, 5.0]},
            {"outcome": ["l", "l", "r"], "quantile": [0.1, 0.5, 0.1], "fitted": [3.0, 4.0, 6.0]},
            ("outcome", "quantile"),
        ),
        ({"share": [0.1, 0.2]}, {"share": [0.3, 0.4]}, ()),
    ],
)
def test_rows_are_named_by_as_few_columns_as_do(
    before: dict[str, list[object]], after: dict[str, list[object]], keys: tuple[str, ...]
) -> None:
    assert row_keys(as_text(pd.DataFrame(before)), as_text(pd.DataFrame(after))) == keys


def test_rows_without_a_name_of_their_own_are_met_by_their_place() -> None:
    frame = as_text(pd.DataFrame({"share": [0.1, 0.2]}))
    assert by_row(frame, ()).index.tolist() == ["row #1", "row #2"]


def test_a_key_that_is_empty_on_one_side_hides_no_sign(estimates: Estimates) -> None:
    """`group` is empty in the earlier table and filled in one row of the later: the rows are the same three rows."""
    before = estimates(group=["", "", ""])
    after = estimates(group=["", "", "girls"], estimate=[-0.5, -0.1, -0.3])
    found = differs(before, after)
    assert (found.rows_before, found.rows_after) == ((), ())
    assert set(changes(found)) == {
        ("logit ·  · weging", "estimate", "value"),
        ("logit ·  · rk", "estimate", "value"),
        ("logit ·  · rk", "group", "filled"),
    }
    assert found.estimates["sign"].tolist() == [True, True]
    back = differs(after, before)
    assert (back.rows_before, back.rows_after, back.estimates["sign"].tolist()) == ((), (), [True, True])


def test_two_keys_that_are_empty_on_one_side_hide_no_sign(estimates: Estimates) -> None:
    before = estimates(model=[""] * 3, group=[""] * 3)
    found = differs(before, estimates(estimate=[0.5, 0.1, 0.3]))
    assert (found.rows_before, found.rows_after) == ((), ())
    assert (" ·  · distance", "estimate", "value") in changes(found)
    assert found.estimates["sign"].tolist() == [True]


def test_a_key_that_is_empty_on_both_sides_is_left_out(estimates: Estimates) -> None:
    found = differs(estimates(group=[""] * 3), estimates(group=[""] * 3, estimate=[0.5, 0.1, 0.3]))
    assert found.keys == ("model", "term")
    assert changes(found) == [("logit · distance", "estimate", "value")]


def test_two_groups_are_not_one_row_because_a_third_is_empty(estimates: Estimates) -> None:
    before = estimates(term=["rk"] * 3, group=["", "boys", "girls"])
    after = estimates(term=["rk"] * 3, group=["all", "boys", "other"])
    found = differs(before, after)
    assert found.rows_before == ("logit ·  · rk", "logit · girls · rk")
    assert found.rows_after == ("logit · all · rk", "logit · other · rk")


@pytest.mark.parametrize(("one", "other"), [([2018, 2019], [2018.0, 2019.0]), ([0.5, 0.25], ["0.50", "0.250"])])
def test_a_key_of_another_type_is_the_same_key(one: list[object], other: list[object]) -> None:
    before = pd.DataFrame({"kind": ["a", "a"], "at": one, "estimate": [0.4, -0.2]})
    after = pd.DataFrame({"kind": ["a", "a"], "at": other, "estimate": [0.4, 0.2]})
    assert changes(differs(before, after.iloc[::-1])) == [(str(one[1]), "estimate", "value")]


def test_a_key_with_another_name_is_the_same_key() -> None:
    before = pd.DataFrame({"area": ["Noord", "West", "Zuid"], "estimate": [0.4, -0.2, 0.1]})
    after = pd.DataFrame({"wijk": ["West", "Zuid", "Noord"], "estimate": [0.2, 0.1, 0.4]})
    found = differs(before, after)
    assert changes(found) == [("West", "estimate", "value")]
    assert (found.columns_before, found.columns_after) == (("area",), ("wijk",))


def test_a_name_that_is_borne_twice_on_one_side_meets_its_first() -> None:
    before = pd.DataFrame({"term": ["a", "b"], "estimate": [0.4, -0.2]})
    after = pd.DataFrame({"term": ["a", "b", "b"], "estimate": [0.4, 0.2, 0.2]})
    found = differs(before, after)
    assert changes(found) == [("b #1", "estimate", "value")]
    assert (found.rows_before, found.rows_after) == ((), ("b #2",))


tables = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.floats(-10, 10), st.integers(0, 50)),
    max_size=6,
    unique_by=lambda row: row[0],
).map(lambda rows: as_text(pd.DataFrame(rows, columns=["group", "mean", "n"])))
MIRROR = {"value": "value", "n": "n", "text": "text"}


@settings(max_examples=25, deadline=None)
@given(tables, tables)
def test_the_other_way_round_the_same_differs(one: pd.DataFrame, other: pd.DataFrame) -> None:
    there, back = difference(one, other), difference(other, one)
    assert there.rows_before == back.rows_after
    assert sorted(changes(there)) == sorted((row, column, MIRROR[kind]) for row, column, kind in changes(back))
    assert not difference(one, one).any


@pytest.mark.parametrize(("was", "now"), [("inf", "1"), ("1", "-inf"), ("inf", "-inf")])
def test_an_infinite_number_is_no_noise_of_another(was, now):
    """A distance of infinity is no larger than 1e-9 of infinity."""
    tables = [pd.DataFrame({"term": ["a"], "estimate": [value]}) for value in (was, now)]
    assert difference(*tables).cells["change"].tolist() == ["text"]
