"""The order follows from needs and produces."""

from __future__ import annotations

import pytest

from analysis.errors import InputError, StaatError
from analysis.run.chain import Step, plan

DATA = Step("01_data", produces=("pupils",))
MODEL = Step("03_model", needs=("pupils",), produces=("estimates",))
SUMMARY = Step("07_summary", wants=("estimates",))


def stems(chain: list[Step], chosen: set[str]) -> list[str]:
    return [step.stem for step in plan(chain, chosen)]


def test_a_table_is_made_before_it_is_read() -> None:
    assert stems([SUMMARY, MODEL, DATA], {"data", "model", "summary"}) == ["data", "model", "summary"]


def test_a_wanted_table_may_be_absent() -> None:
    assert stems([SUMMARY, MODEL, DATA], {"data", "summary"}) == ["data", "summary"]


def test_a_needed_table_may_not() -> None:
    with pytest.raises(InputError, match="add a block data"):
        plan([DATA, MODEL], {"model"})


def test_a_circle_is_named() -> None:
    one, two = Step("01_one", needs=("b",), produces=("a",)), Step("02_two", needs=("a",), produces=("b",))
    with pytest.raises(StaatError, match=r"one.*two|two.*one"):
        plan([one, two], {"one", "two"})


def test_two_producers_of_one_table_are_refused() -> None:
    with pytest.raises(StaatError, match="two producers of 'pupils'"):
        plan([DATA, Step("02_again", produces=("pupils",))], {"data"})


def test_a_need_without_producer_is_refused() -> None:
    with pytest.raises(StaatError, match="model: needs: the chain has no producer of 'pupils'"):
        plan([MODEL], {"model"})
