"""What a step's result depends on, part by part, and in which part two runs differ.

A key has these parts: ``parameters`` that the step uses, ``cells`` (its code without comments), ``code`` (the functions
of the package that it reaches), ``resources`` (files of the package that are not code), ``tables`` (content of the
internal tables that it reads), ``files`` (content of what else it read), ``environment`` (lock, Python, what is
installed, what runs kernels, threads) and ``declared`` (what the chain says of it).
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis.run.chain import Step
from analysis.run.code import Reach, cell_digest
from analysis.run.hashes import Hashes
from analysis.run.machine import changed_ns
from analysis.run.records import Key

FOLDER_SUFFIX = "/"
GONE = "gone"
LATE = "written during the run"
_NAMED = 3  # names in one line
_LONGEST = 80  # characters of a value


def key_of(
    step: Step,
    *,
    parameters: Mapping[str, Any],
    cells: Mapping[int, str],
    reach: Reach,
    tables: Mapping[str, str],
    environment: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """Return the key of a step, but for the files that only its run can show.

    Parameters
    ----------
    parameters : Those that it uses, by the name under which a user knows them (``school_choice.age``).
    cells : Its code cells by number, but the parameters cell, whose defaults never hold in a run.
    tables : The digest of each internal table that it reads.
    environment : What holds for all steps: lock, threads.
    """
    return {
        "parameters": dict(parameters),
        "cells": {str(number): cell_digest(cell) for number, cell in cells.items()},
        "code": dict(reach.functions),
        "resources": dict(reach.resources),
        "tables": dict(tables),
        "environment": {"python": platform.python_version(), **environment},
        "declared": {"produces": sorted((*step.produces, *step.may_produce)), "reads": sorted(step.reads)},
    }


def differences(old: Key, new: Key, notebook: str) -> list[str]:
    """Return in which respects two keys differ, one sentence each, what a user did himself first."""
    return [text for part, say in _PARTS.items() for text in _part(part, say, old, new, notebook)]


def observed(notes: Path, places: Mapping[str, Path], hashes: Hashes, begun: int) -> dict[str, str]:
    """Return what a step read besides its tables: the digest of each file and listed folder, by label.

    Parameters
    ----------
    notes : What the guard wrote down: one JSON object a line with ``kind`` and ``path``.
    places
        The folders and files that the step declares to read, by label. Labels are in the key, not paths: data that
        move to another folder are the same data.
    begun : When the step began (ns): what was written later is not what it read, so that its result cannot be kept.
    """
    digests: dict[str, str] = {}
    for line in notes.read_text("utf8").splitlines() if notes.exists() else []:
        note = json.loads(line)
        label = _label(Path(note["path"]), places)
        if label and note["kind"] in {"file", "folder"}:
            path, is_folder = Path(note["path"]), note["kind"] == "folder"
            # The time at which a file last changed in any way: unlike its time of writing it cannot be put back or on.
            late = path.exists() and changed_ns(path.stat()) > begun
            digests[label + (FOLDER_SUFFIX if is_folder else "")] = LATE if late else _digest(path, is_folder, hashes)
    return dict(sorted(digests.items()))


def observed_now(files: Iterable[str], places: Mapping[str, Path], hashes: Hashes) -> dict[str, str]:
    """Return the present digests of what a step read the last time; `GONE` for what is no longer there."""
    return {label: _digest(_path(label, places), label.endswith(FOLDER_SUFFIX), hashes) for label in files}


def without_names(files: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of what was read by the place alone: a file of persons may be named after one."""
    places: dict[str, list[str]] = {}
    for label, digest in sorted(files.items()):
        places.setdefault(label.partition("/")[0], []).append(digest)
    return {place: " ".join(digests) for place, digests in places.items()}


def _digest(path: Path | None, is_folder: bool, hashes: Hashes) -> str:
    with suppress(OSError):
        if path is not None:
            return hashes.of_names(path) if is_folder else hashes.of(path)
    return GONE


def _label(path: Path, places: Mapping[str, Path]) -> str | None:
    for label, declared in places.items():
        real = declared.resolve()
        if path == real or real in path.parents:
            below = path.relative_to(real).as_posix()
            return label if below == "." else f"{label}/{below}"
    return None


def _path(label: str, places: Mapping[str, Path]) -> Path | None:
    name = label.removesuffix(FOLDER_SUFFIX)
    for label_of_place, declared in places.items():
        if name == label_of_place or name.startswith(f"{label_of_place}/"):
            return declared / name.removeprefix(label_of_place).lstrip("/")
    return None


Say = Callable[[str, str, Any, Any], str]


def _part(part: str, say: Say, old: Key, new: Key, notebook: str) -> Iterator[str]:
    before, now = old.get(part, {}), new.get(part, {})
    for name in [*now, *(name for name in before if name not in now)]:
        if before.get(name) != now.get(name):
            yield say(name, notebook, before.get(name), now.get(name))


def _parameter(name: str, _: str, old: object, new: object) -> str:
    """Say which value changed; of one that holds others the innermost that did, so that it is one short line."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        if len(changed) == 1:
            return _parameter(f"{name}.{changed[0]}", _, old.get(changed[0]), new.get(changed[0]))
        shown = ", ".join(map(str, changed[:_NAMED])) + (", ..." if len(changed) > _NAMED else "")
        return f"parameter {name}: {shown} changed"
    return f"parameter {name}: {_shown(old)} -> {_shown(new)}"


def _shown(value: object) -> str:
    text = "(none)" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def _cell(name: str, notebook: str, old: object, new: object) -> str:
    return f"code cell {name} of {notebook} {_verb(old, new)}"


def _file(name: str, _: str, old: object, new: object) -> str:
    if name.endswith(FOLDER_SUFFIX):
        return f"files came or went in {name}"
    return f"input {name} {'is gone' if new == GONE else _verb(old, new)}"


def _thing(kind: str) -> Say:
    return lambda name, _, old, new: f"{kind}{name} {_verb(old, new)}"


def _environment(name: str, _: str, old: object, new: object) -> str:
    return _ENVIRONMENT.get(name, f"{name}: {_shown(old)} -> {_shown(new)}")


_ENVIRONMENT = {
    "lock": "requirements.lock changed",
    "packages": "the installed packages changed",
    "kernel": "the code that runs kernels changed",
}


def _declared(name: str, notebook: str, old: object, new: object) -> str:
    return f"what the chain says that {notebook} {name} {_verb(old, new)}"


def _verb(old: object, new: object) -> str:
    return "is new" if old is None else "is no longer used" if new is None else "changed"


_PARTS: dict[str, Say] = {
    "parameters": _parameter,
    "files": _file,
    "cells": _cell,
    "code": _thing(""),
    "resources": _thing("file "),
    "tables": _thing("table "),
    "environment": _environment,
    "declared": _declared,
}
