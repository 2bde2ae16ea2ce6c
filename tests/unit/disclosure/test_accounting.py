import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.chapter import Chapter
from analysis.disclosure.accounting import UNITS, fold_small_steps, withhold_small_total
from analysis.run.workspace import Workspace

SMALLEST = {"pupils": 10, "pupils4": 10, "schools": 3}


def account(*losses):
    """An account of 10,000 of each unit; a step loses (pupils, pupils4, schools), and as many rows as pupils."""
    left, steps = dict.fromkeys(UNITS, 10_000), []
    for number, (pupils, pupils4, schools) in enumerate(losses):
        step = {"step": f"step {number}", "reason": f"reason {number}"}
        for unit, out in zip(UNITS, (pupils, pupils, pupils4, schools), strict=True):
            step |= {f"{unit}_in": left[unit], f"{unit}_out": out, f"{unit}_kept": left[unit] - out}
            left[unit] -= out
        steps.append(step)
    return pd.DataFrame(steps)


def test_a_loss_too_small_to_tell_joins_the_next():
    folded = fold_small_steps(account((50, 20, 0), (4, 0, 0), (30, 10, 0)), SMALLEST)
    assert folded["step"].tolist() == ["step 0", "step 1; step 2"]
    assert folded["reason"].tolist() == ["reason 0", "reason 1; reason 2"]
    assert folded[["pupils_in", "pupils_out", "pupils_kept"]].iloc[1].tolist() == [9950, 34, 9916]


def test_the_last_joins_the_one_before():
    folded = fold_small_steps(account((50, 20, 0), (30, 10, 0), (4, 0, 0)), SMALLEST)
    assert folded["step"].tolist() == ["step 0", "step 1; step 2"]
    assert folded["pupils_out"].tolist() == [50, 34]


def test_two_small_losses_can_be_large_enough_together():
    folded = fold_small_steps(account((6, 0, 0), (6, 0, 0), (40, 10, 0)), SMALLEST)
    assert folded["pupils_out"].tolist() == [12, 40]


def test_the_pupils_of_one_school_are_not_told_alone():
    folded = fold_small_steps(account((50, 20, 0), (300, 40, 1), (30, 10, 2), (60, 15, 0)), SMALLEST)
    assert folded["step"].tolist() == ["step 0", "step 1; step 2", "step 3"]
    assert folded["schools_out"].tolist() == [0, 3, 0]


def test_few_pupils_of_four_are_too_few_among_many_pupils():
    folded = fold_small_steps(account((50, 3, 0), (30, 10, 0)), SMALLEST)
    assert folded["pupils4_out"].tolist() == [13]


def test_nothing_is_folded_that_need_not_be():
    steps = account((0, 0, 0), (10, 10, 3), (0, 0, 0))
    pd.testing.assert_frame_equal(fold_small_steps(steps, SMALLEST), steps)
    pd.testing.assert_frame_equal(withhold_small_total(steps, SMALLEST), steps)


LOSSES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 6)), min_size=1, max_size=8)


@given(LOSSES)
def test_every_row_adds_up_and_nothing_small_is_told(losses):
    steps = account(*losses)
    folded = fold_small_steps(steps, SMALLEST)
    for unit in UNITS:
        assert (folded[f"{unit}_in"] - folded[f"{unit}_out"] == folded[f"{unit}_kept"]).all()
        assert folded[f"{unit}_out"].sum() == steps[f"{unit}_out"].sum()
        assert folded[f"{unit}_in"].iloc[1:].tolist() == folded[f"{unit}_kept"].iloc[:-1].tolist()
        assert folded[f"{unit}_kept"].iloc[-1] == steps[f"{unit}_kept"].iloc[-1]
    assert "; ".join(folded["step"]) == "; ".join(steps["step"])
    told = withhold_small_total(folded, SMALLEST)
    for unit, least in SMALLEST.items():
        out = told[f"{unit}_out"].dropna()
        assert ((out == 0) | (out >= least)).all()
        assert len(told) == 1 or len(out) == len(told)
        assert told[f"{unit}_in"].isna().equals(told[f"{unit}_out"].isna())


@pytest.mark.parametrize("disclosure", ["default", "open-data"])
def test_a_single_small_loss_cannot_be_found_from_what_is_published(tmp_path, disclosure):
    facts = {"edition": "ci", "synthetic": True, "disclosure": disclosure}
    chapter = Chapter(Workspace("data", tmp_path, tmp_path, facts, needs=frozenset(), produces=frozenset()))
    chapter.account("accounting", account((3, 1, 0), (1, 0, 0)), caption="Who leaves")
    row = pd.read_csv(tmp_path / "tables/data/accounting.csv").iloc[0]
    told = row.drop(["step", "reason", "suppressed"]).dropna()
    assert set(told.index) == {f"{unit}_kept" for unit in UNITS}
