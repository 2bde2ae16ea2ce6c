"""A function that is remembered is computed again when anything that its result follows from has changed."""

from __future__ import annotations

import importlib
import json
import logging
import random
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.language import Text, text
from analysis.language.texts import NumberText
from analysis.run.assess import Assessor
from analysis.run.remembered import Memory
from analysis.run.room import make_room

MODULE = '''
"""One more module."""
import secrets

from analysis.run.remembered import remembered

FACTOR = 2


@remembered
def double(number):
    """Return twice the number, and a word that nobody else draws."""
    return {"double": FACTOR * number, "drawn": secrets.token_hex()}


def unused(number):
    return number
'''
WRITE = (
    'workspace = open_workspace("one", "small")\n'
    'tables.save(workspace, "numbers", pd.DataFrame([double(number)]).rename(columns={"double": "number"}))'
)


@pytest.fixture
def drawn(small: Any) -> Callable[..., str]:
    """Run the small project after an edit, and return the word that its function drew."""
    module = small.root / "src" / "analysis" / "small.py"
    module.write_text(MODULE, "utf8")

    def run(cell: str = "", old: str = "", new: str = "", **options: Any) -> str:
        module.write_text(module.read_text("utf8").replace(old, new), "utf8")
        small.notebook("01_one", cell + WRITE)
        assert "01_one" in small.run(**options)
        return str(pd.read_parquet(small.folder / "internal" / "numbers.parquet")["drawn"].item())

    return run


def test_another_cell_makes_a_notebook_run_and_not_its_function(drawn: Callable[..., str]) -> None:
    assert drawn() == drawn("colour = 'blue'\n")


@pytest.mark.parametrize(
    "edit",
    [
        {"old": "FACTOR = 2", "new": "FACTOR = 3"},
        {"old": "FACTOR * number", "new": "number * FACTOR"},
        {"cell": "number += 1\n"},
        {"force": True},
    ],
    ids=["a constant that it uses", "its code", "its argument", "all is to be made anew"],
)
def test_what_its_result_follows_from_makes_it_again(drawn: Callable[..., str], edit: dict[str, Any]) -> None:
    assert drawn() != drawn(**{"cell": "colour = 'blue'\n", **edit})


@pytest.mark.parametrize(
    "cell",
    ["def draw(): pass\n", "import warnings\nwarnings.simplefilter('ignore')\n", "pd.options.display.precision = 3\n"],
    ids=["defines a function", "changes a setting", "sets an attribute"],
)
def test_a_notebook_that_may_change_what_functions_give_remembers_nothing(drawn: Callable[..., str], cell: str) -> None:
    assert drawn(cell) != drawn(cell + "colour = 'blue'\n")


def test_what_is_changed_back_is_taken_again(drawn: Callable[..., str]) -> None:
    first = drawn()
    assert drawn("number += 1\n") != first
    assert drawn("colour = 'blue'\n") == first


def test_nothing_is_remembered_of_registers_of_persons(drawn: Callable[..., str], small: Any) -> None:
    from analysis.run.order import Options
    from analysis.run.runner import run

    drawn()
    kept = sorted((small.outputs / ".cache" / "remembered").iterdir())
    assert len(kept) == 1
    small.notebook("01_one", "number += 5\n" + WRITE)
    run([replace(small.order, confidential=True)], small.chain, small.project, Options(), small.events.append)
    assert sorted((small.outputs / ".cache" / "remembered").iterdir()) == kept


def test_another_language_or_package_is_another_result(drawn: Callable[..., str], small: Any) -> None:
    first = drawn()
    (small.root / "requirements.lock").write_text("nothing==2\n", "utf8")
    assert drawn() != first


def test_words_of_the_edition_and_of_the_vocabulary_count_as_code(drawn: Callable[..., str], small: Any) -> None:
    """A figure draws them, and no argument names them."""

    def code(**context: Any) -> list[str]:
        order = replace(small.order, context={**small.order.context, **context})
        assessor = Assessor(order, small.chain, small.project)
        of_code = assessor.remembered(assessor.steps[0])
        return [of_code["known"]["analysis.small.double"]["code"], of_code["step"]["code"]]

    drawn()
    usual = code()
    vocabulary = small.root / "src" / "analysis" / "locale" / "vocabulary.yml"
    others = [code(language="nl"), code(codes={"education": {"low": "laag"}})]
    vocabulary.write_text(vocabulary.read_text("utf8") + "# another\n", "utf8")
    others.append(code())
    assert all(mine != theirs for other in others for mine, theirs in zip(usual, other, strict=True))


# The memory itself.

SYMBOL = "analysis.stats.made_up"


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    own = {"code": "1", "names": ["analysis.errors.InputError"]}
    return Memory(tmp_path, b"k" * 32, {SYMBOL: own}, {"code": "2", "names": ["analysis.errors.ModelError"]})


def test_arguments_are_not_held_as_bytes(memory):
    columns = [np.full(1_000_000, number, dtype=float) for number in range(4)]
    tracemalloc.start()
    memory.take(SYMBOL, columns, int)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * columns[0].nbytes  # one column at a time


def times(memory: Memory, arguments: object, compute: Callable[[], object], calls: int = 3) -> int:
    """Return how often a function is computed in as many calls."""
    computed = []

    def counted() -> object:
        computed.append(1)
        return compute()

    for _ in range(calls):
        memory.take(SYMBOL, arguments, counted)
    return len(computed)


def test_the_same_arguments_are_computed_once(memory: Memory) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    assert times(memory, ((frame,), []), lambda: frame * 2) == 1
    assert times(memory, ((frame.copy(),), []), lambda: frame * 2) == 0
    assert times(memory, ((frame.assign(a=[1.0, 2.0000001]),), []), lambda: frame * 2) == 1


def test_what_is_taken_is_what_was_computed(memory: Memory) -> None:
    frame = pd.DataFrame(
        {"a": pd.Categorical(["x", "y"], ["y", "x"], ordered=True)}, index=pd.Index([3, 5], name="key")
    )
    frame.attrs["unit"] = "km"
    first = memory.take(SYMBOL, 1, lambda: frame)
    again = memory.take(SYMBOL, 1, lambda: pytest.fail("it was computed again"))
    pd.testing.assert_frame_equal(first, again)
    assert again.attrs == {"unit": "km"}
    assert first is not again  # who writes in the one does not write in the other


def test_what_bears_no_seal_of_ours_is_not_even_opened(memory: Memory) -> None:
    assert times(memory, 1, lambda: 2) == 1
    (file,) = memory.folder.iterdir()
    sealed = file.read_bytes()
    for other in (sealed[:-1] + b"x", b"", sealed[32:], b"\0" * 32 + sealed[32:]):
        file.write_bytes(other)
        assert times(memory, 1, lambda: 2, calls=1) == 1
    other_key = replace(memory, key=b"o" * 32)
    assert times(other_key, 1, lambda: 2, calls=1) == 1


def test_a_result_under_another_name_is_not_taken(memory: Memory) -> None:
    assert memory.take(SYMBOL, 1, lambda: "of one") == "of one"
    (one,) = memory.folder.iterdir()
    assert memory.take(SYMBOL, 2, lambda: "of two") == "of two"
    (two,) = set(memory.folder.iterdir()) - {one}
    two.write_bytes(one.read_bytes())
    assert memory.take(SYMBOL, 2, lambda: "of two") == "of two"


def test_what_warns_or_draws_from_the_shared_generators_is_computed_each_time(memory: Memory) -> None:
    with pytest.warns(UserWarning, match="few") as said:
        assert times(memory, 1, lambda: warnings.warn("few", stacklevel=1)) == 3
    assert len(said) == 3
    assert times(memory, 2, random.random) == 3


def test_what_prints_or_logs_is_computed_each_time(memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    """A run stops at what a step writes to stderr: the second one must too."""
    record = logging.makeLogRecord({"levelno": logging.WARNING, "msg": "few"})
    assert logging.lastResort  # the handler of messages for which there is none
    for number, say in enumerate((lambda: sys.stdout.write("few"), partial(logging.lastResort.handle, record))):
        assert times(memory, number, say) == 3
    assert "".join(capsys.readouterr()).count("few") == 6


def test_code_of_a_cell_or_beside_the_package_is_in_no_key(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside.py").write_text("def draw(): return 1\n", "utf8")
    monkeypatch.syspath_prepend(tmp_path)
    of_cell = FunctionType(compile("1", "cell", "eval"), {"__name__": "__main__"}, "draw")
    of_cell.__module__ = of_cell.__qualname__ = "__main__"
    monkeypatch.setattr(sys.modules["__main__"], "__main__", of_cell, raising=False)
    kept = cache(pickled_names)
    monkeypatch.setattr(sys.modules[__name__], "pickled_names", kept)
    for given in (of_cell, importlib.import_module("beside").draw, kept, partial(kept, 1)):
        assert times(memory, given, lambda: 2) == 3
    assert times(memory, (pd.DataFrame, len, partial(json.dumps, indent=1)), lambda: 2) == 1


def pickled_names() -> None:
    """Of this module, which no environment brings: wrapped in a cache it is no function any more."""


def test_what_cannot_be_written_down_or_names_code_that_does_not_count_is_computed_each_time(memory: Memory) -> None:
    from analysis.errors import DisclosureError, InputError, ModelError

    assert times(memory, lambda: 1, lambda: 2) == 3
    assert times(memory, DisclosureError, lambda: 2) == 3
    assert times(memory, InputError, lambda: 2) == 1
    assert times(memory, ModelError, lambda: 2) == 1
    other_code_of_the_step = replace(memory, step={**memory.step, "code": "3"})
    assert times(other_code_of_the_step, InputError, lambda: 2) == 0
    assert times(other_code_of_the_step, ModelError, lambda: 2) == 1
    assert times(memory, 5, lambda: (each for each in "generator")) == 3


class UnreadableError(Exception):
    """Written as its one argument, and made of two."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


def test_what_is_written_and_cannot_be_read_again_is_computed_each_time(memory: Memory) -> None:
    assert times(memory, 1, lambda: [UnreadableError("a model", "too few")]) == 3
    assert isinstance(memory.take(SYMBOL, 1, lambda: UnreadableError("a", "b")), UnreadableError)


def test_texts_and_numbers_come_back_with_what_they_were_filled_with(memory: Memory) -> None:
    words = text("Not shown: {n}.", n=NumberText(-0.25, 2))
    for _ in range(2):
        again = memory.take(SYMBOL, 1, lambda: words)
        assert (again, type(again), again.template) == (words, Text, words.template)
        assert [value.value for _, _, value in again.fields()] == [-0.25]


def test_an_error_is_not_kept(memory: Memory) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            memory.take(SYMBOL, 1, lambda: 1 / 0)
    assert [*memory.folder.iterdir()] == []


def test_a_memory_that_is_full_or_gone_costs_time_and_nothing_else(memory: Memory, tmp_path: Path) -> None:
    assert times(memory, 1, lambda: "x" * 1000) == 1
    make_room(memory.folder, 10)
    assert times(memory, 1, lambda: "x" * 1000) == 1
    assert times(replace(memory, folder=tmp_path / "gone"), 1, lambda: 2) == 3
