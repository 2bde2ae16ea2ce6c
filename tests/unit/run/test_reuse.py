"""What is kept is taken for the very same things alone, and never after one of them has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.run.assess import Assessor
from analysis.run.reuse import Keeper, keeping, kept, passed


def taken(folder: Path, code: str, depends: object, value: object, **options: bool) -> tuple[Any, list[str]]:
    """Return what a new command gets that would make `value`, and what it had to make; all of it is saved."""
    keeper = Keeper(folder, lambda _: code, **options)
    with keeping(keeper):
        got = kept("analysis.small.double", depends, lambda: value)
    keeper.save()
    return got, keeper.made


MADE = ["analysis.small.double"]


def test_the_same_things_are_made_once(tmp_path: Path) -> None:
    assert taken(tmp_path / "kept", "1", {"table": "ab"}, "old") == ("old", MADE)
    assert taken(tmp_path / "kept", "1", {"table": "ab"}, "new") == ("old", [])


@pytest.mark.parametrize(("code", "depends"), [("2", {"table": "ab"}), ("1", {"table": "ac"}), ("1", {"table": None})])
def test_other_code_or_another_table_is_never_answered(tmp_path: Path, code: str, depends: object) -> None:
    taken(tmp_path / "kept", "1", {"table": "ab"}, "old")
    assert taken(tmp_path / "kept", code, depends, "new") == ("new", MADE)


def test_who_forces_a_run_gets_nothing_that_was_kept(tmp_path: Path) -> None:
    taken(tmp_path / "kept", "1", 1, "old")
    assert taken(tmp_path / "kept", "1", 1, "new", read=False) == ("new", MADE)
    assert taken(tmp_path / "kept", "1", 1, "newer") == ("new", [])


def test_what_was_changed_in_its_file_or_put_under_another_name_counts_for_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    taken(folder, "1", "a", "old")
    (first,) = folder.iterdir()
    taken(folder, "1", "b", "other")
    (second,) = set(folder.iterdir()) - {first}
    first.write_bytes(second.read_bytes())
    second.write_text(second.read_text("utf8").replace("other", "wrong"), "utf8")
    assert taken(folder, "1", "a", "new") == ("new", MADE)
    assert taken(folder, "1", "b", "new") == ("new", MADE)


def test_a_check_that_fails_is_made_again(tmp_path: Path) -> None:
    tries = []

    def fails() -> None:
        tries.append(1)
        raise ValueError("refused")

    for _ in range(2):
        keeper = Keeper(tmp_path, lambda _: "1")
        with keeping(keeper), pytest.raises(ValueError, match="refused"):
            passed("analysis.small.double", [], fails)
        keeper.save()
    assert len(tries) == 2


def test_nothing_is_written_before_the_pages_are_accepted(tmp_path: Path) -> None:
    with keeping(Keeper(tmp_path / "kept", lambda _: "1")):
        kept("analysis.small.double", [], lambda: 1)
    assert not (tmp_path / "kept").exists()


def test_what_is_made_is_what_json_would_give(tmp_path: Path) -> None:
    assert kept("analysis.small.double", [], lambda: (1, {"a": (2,)})) == [1, {"a": [2]}]
    assert taken(tmp_path / "kept", "1", [], (1, 2))[0] == [1, 2]


def _changed_code(small: Any) -> None:
    small.code("FACTOR = 2", "FACTOR = 3")


def _changed_lock(small: Any) -> None:
    (small.root / "requirements.lock").write_text("nothing==2\n", "utf8")


def _fact(name: str, value: str) -> Callable[[Any], None]:
    return lambda small: small.facts.update({name: value})


CHANGES = {
    "a rule": _changed_code,
    "the lock": _changed_lock,
    "the language": _fact("language", "nl"),
    "the profile": _fact("disclosure", "cbs-output"),
    "a code of the data": _fact("codes", "other"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_rule_language_or_profile_is_never_answered(small: Any, change: Callable[[Any], None]) -> None:
    def answer(value: str) -> object:
        keeper = Assessor(small.order, small.chain, small.project).keeper()
        with keeping(keeper):
            got = kept("analysis.small.double", ["the same table"], lambda: value)
        keeper.save()
        return got

    assert answer("old") == "old"
    assert answer("new") == "old"
    change(small)
    assert answer("new") == "new"


def test_what_is_kept_bears_a_seal(tmp_path: Path) -> None:
    taken(tmp_path, "1", [], "old")
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text("utf8")).keys() == {"seal", "value"}
