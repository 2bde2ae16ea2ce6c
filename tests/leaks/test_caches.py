"""What a command remembers may come from elsewhere: a memory or record that was not written here costs time alone."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.edition.orders import order_of
from analysis.errors import InputError
from analysis.run import records, seal, staging
from analysis.run.code import Code
from analysis.run.hashes import Hashes, sha256
from analysis.run.kernel import warm
from analysis.run.records import Record
from analysis.run.whole import write_whole

ROOT = Path(__file__).parents[2]
RECORD = Record("one", {}, {"tables/one/x.csv": "0" * 64}, {}, 1.0, None, "warm", "2026-01-01", {})


def settled(path: Path, text: str) -> Path:
    path.write_text(text, "utf8")
    os.utime(path, ns=(time.time_ns() - 10**10,) * 2)
    return path


def without_seal(told: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in told.items() if name != "seal"})


def other_seal(told: dict[str, Any]) -> str:
    return json.dumps({**told, "seal": "0" * 64})


def changed_inside(told: dict[str, Any]) -> str:
    return json.dumps(told).replace("1", "2")


class Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("touch staat-canary",))


TAMPERS: dict[str, Callable[[dict[str, Any]], str | bytes]] = {
    "no seal": without_seal,
    "another seal": other_seal,
    "changed inside": changed_inside,
    "a pickle": lambda _: pickle.dumps(Runs()),
    "deep": lambda _: "[" * 100_000,
    "empty": lambda _: "",
    "a list": lambda _: "[]",
    "numbers": lambda _: '{"seal": 1, "format": 1}',
}


def tamper(path: Path, how: str) -> None:
    made = TAMPERS[how](json.loads(path.read_text("utf8")))
    path.write_bytes(made.encode() if isinstance(made, str) else made)


@pytest.mark.parametrize("how", TAMPERS)
def test_digests_that_were_not_written_here_are_computed_anew(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path, memory = settled(tmp_path / "a", "text"), tmp_path / "hashes.json"
    first = Hashes(memory)
    first.of(path)
    first.save()
    told = json.loads(memory.read_text("utf8"))
    for state in told["files"].values():
        state[-1] = "1" * 64
    memory.write_text(json.dumps(told), "utf8")
    tamper(memory, how)
    assert Hashes(memory).of(path) == sha256(path)
    assert not (tmp_path / "staat-canary").exists()


@pytest.mark.parametrize("how", TAMPERS)
def test_a_record_that_was_not_written_here_is_none(tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    records.write(tmp_path, RECORD)
    assert records.read(tmp_path, "one") == RECORD
    tamper(tmp_path / "internal" / "steps" / "one.json", how)
    assert records.read(tmp_path, "one") is None
    assert records.is_of_others(tmp_path, "one")
    assert not (tmp_path / "staat-canary").exists()


def test_a_record_of_another_step_is_none(tmp_path: Path) -> None:
    records.write(tmp_path, RECORD)
    steps = tmp_path / "internal" / "steps"
    (steps / "two.json").write_bytes((steps / "one.json").read_bytes())
    assert records.read(tmp_path, "two") is None


def test_a_record_sealed_with_another_key_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(seal, "_key", lambda: b"another key")
        records.write(tmp_path, RECORD)
        assert records.read(tmp_path, "one") == RECORD
    assert records.read(tmp_path, "one") is None


def test_a_failure_that_a_stranger_wrote_is_not_shown(tmp_path: Path) -> None:
    records.write_failure(tmp_path, "one", "it failed")
    assert records.read_failure(tmp_path, "one") == "it failed"
    place = tmp_path / "internal" / "steps" / "one.failed.json"
    place.write_text(json.dumps({"error": "\x1b]0;owned\x07"}), "utf8")
    assert records.read_failure(tmp_path, "one") is None


@pytest.mark.parametrize("how", TAMPERS)
def test_an_order_that_was_not_checked_here_is_checked(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    params = ROOT / "params" / "ci.yml"
    first = order_of(params, (), ROOT, tmp_path / ".cache")
    memory = next((tmp_path / ".cache").glob("order-*.json"))
    told = json.loads(memory.read_text("utf8"))
    told["order"]["command"], told["order"]["blocks"]["school_choice"] = "rm -r", {"formula": "__import__('os')"}
    memory.write_text(json.dumps(told), "utf8")
    tamper(memory, how)
    assert order_of(params, (), ROOT, tmp_path / ".cache") == first
    assert not (tmp_path / "staat-canary").exists()


@pytest.mark.parametrize("how", TAMPERS)
@pytest.mark.parametrize(("memory", "as_it_was", "forged"), [("code", '["A"]', "[]"), ("walks", "[0,1]", "[1]")])
def test_what_modules_hold_is_read_from_them_again(
    tmp_path: Path, memory: str, as_it_was: str, forged: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "small"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf8")
    (package / "one.py").write_text("A = 1\n\ndef f():\n    return A\n", "utf8")
    first = Code(package, tmp_path / "code.json")
    expected = first.of_symbol("small.one.f")
    first.save()
    told = (tmp_path / f"{memory}.json").read_text("utf8")
    assert as_it_was in told
    (tmp_path / f"{memory}.json").write_text(told.replace(as_it_was, forged), "utf8")
    tamper(tmp_path / f"{memory}.json", how)
    if memory == "code":
        (tmp_path / "walks.json").unlink()
    assert Code(package, tmp_path / "code.json").of_symbol("small.one.f") == expected
    assert not (tmp_path / "staat-canary").exists()


def test_nothing_is_written_through_a_link_in_received_outputs(tmp_path: Path) -> None:
    mine = settled(tmp_path / "mine", "my own file")
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    (outputs / ".hashes.json.partial").symlink_to(mine)
    write_whole(outputs / "hashes.json", "{}")
    assert mine.read_text("utf8") == "my own file"
    (outputs / ".ci.lock").symlink_to(mine)
    with pytest.raises(InputError, match="cannot be written to"), staging.locked(outputs, "ci"):
        pass
    assert mine.read_text("utf8") == "my own file"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("small", ROOT / "tests" / "unit" / "run" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr("analysis.site.build", module.render)
    yield module.Small(tmp_path / "project").remember_code()
    warm.close()


def test_a_table_that_a_stranger_changed_with_its_record_is_made_again(small: Any) -> None:
    """Every digest fits: that of the table in the record, and in the memory. Only who wrote them does not."""
    small.run()
    total = small.folder / "tables" / "two" / "total.csv"
    record = small.folder / "internal" / "steps" / "two.json"
    old = sha256(total)
    total.write_text("total\n1000000\n", "utf8")
    record.write_text(record.read_text("utf8").replace(old, sha256(total)), "utf8")
    assert small.standings()["two"] == (
        "stale",
        "the record of its last run was not written here, or was changed since",
    )
    assert small.run() == []  # what was kept of it bears our seal
    assert total.read_text("utf8") == "total\n14\n"


def test_a_kept_result_that_a_stranger_changed_is_not_taken(small: Any) -> None:
    small.run()
    (kept,) = (small.outputs / ".cache" / "results").glob("two-*")
    for folder in (small.folder, kept):
        total, record = folder / "tables" / "two" / "total.csv", folder / "internal" / "steps" / "two.json"
        old = sha256(total)
        total.write_text("total\n1000000\n", "utf8")
        record.write_text(record.read_text("utf8").replace(old, sha256(total)), "utf8")
    assert small.run() == ["02_two"]
    assert (small.folder / "tables" / "two" / "total.csv").read_text("utf8") == "total\n14\n"
