"""Why a chapter's numbers may have changed: data, parameters or code, by what two manifests say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from analysis.compare.editions import PublishedEdition
from analysis.run.records import Key

Kind = Literal["data", "parameters", "code"]
KINDS: tuple[Kind, ...] = ("data", "parameters", "code")
PARTS: dict[str, Kind] = {
    "files": "data",
    "parameters": "parameters",
    "cells": "code",
    "code": "code",
    "resources": "code",
    "environment": "code",
    "declared": "code",
}
# These differ between any two editions and move no number; they are reported when nothing else differs.
NAMES = ("edition", "language")


@dataclass(frozen=True)
class Cause:
    """One thing in which two editions differ and on which a chapter depends."""

    kind: Kind  # ``data``, ``parameters`` or ``code``; the locked libraries count as code
    # What differs: the part of a step's key (see `analysis.run.keys`) and the name within it.
    part: str
    name: str
    # Of which chapter that is the key; another one than the chapter itself when it works through what that makes.
    notebook: str
    # The values or digests; None for what one of them does not have.
    before: Any = field(default=None, compare=False)
    after: Any = field(default=None, compare=False)


class Causes:
    """What differs between two editions, chapter by chapter.

    A manifest without the keys of its steps gives coarser answers: its parameters, inputs, commit and lock.
    """

    def __init__(self, before: PublishedEdition, after: PublishedEdition) -> None:
        self.before, self.after = before, after

    def of(self, stem: str) -> tuple[Cause, ...]:
        """Return the causes of a chapter, its own first, then those of the chapters whose tables it reads."""
        if stem not in self.before.steps or stem not in self.after.steps:
            return ()
        causes: dict[tuple[str, str, str], Cause] = {}
        for cause in self._all(stem, frozenset()):
            causes.setdefault((cause.part, cause.name, cause.notebook if cause.part == "cells" else ""), cause)
        moving = [cause for cause in causes.values() if not (cause.part == "parameters" and cause.name in NAMES)]
        return tuple(moving or causes.values())

    def kinds(self, stem: str) -> tuple[Kind, ...]:
        """Return the kinds among the causes of a chapter."""
        kinds = {cause.kind for cause in self.of(stem)}
        return tuple(kind for kind in KINDS if kind in kinds)

    @cached_property
    def _keys(self) -> tuple[dict[str, Key], dict[str, Key]]:
        detailed = all("key" in step for side in (self.before, self.after) for step in side.steps.values())
        return _keys_of(self.before, detailed), _keys_of(self.after, detailed)

    def _all(self, stem: str, seen: frozenset[str]) -> Iterator[Cause]:
        old, new = (keys[stem] for keys in self._keys)
        notebook = str(self.after.steps[stem]["notebook"])
        for part, kind in PARTS.items():
            before, after = old.get(part, {}), new.get(part, {})
            for name in {**after, **before}:
                if before.get(name) != after.get(name):
                    yield Cause(kind, part, name, notebook, before.get(name), after.get(name))
        for maker in self._makers(old.get("tables", {}), new.get("tables", {})):
            if maker not in seen and maker != stem:
                yield from self._all(maker, seen | {stem})

    def _makers(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        """Give the chapters, in both editions, that made the tables that differ."""
        names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        for stem in self.after.steps:
            if stem in self.before.steps and any(name in keys[stem]["makes"] for name in names for keys in self._keys):
                yield stem


def _keys_of(edition: PublishedEdition, detailed: bool) -> dict[str, Key]:
    return {
        stem: {**(step["key"] if detailed else _coarse_key(step, edition)), "makes": _makes(step)}
        for stem, step in edition.steps.items()
    }


def _coarse_key(step: Mapping[str, Any], edition: PublishedEdition) -> Key:
    """Return what a manifest without keys has: every input of the chapter, its block, the commit, the lock."""
    manifest, block = edition.manifest, f"{step['stem']}."
    parameters = dict(_leaves(manifest.get("parameters", {})))
    blocks = {name for name, value in manifest.get("parameters", {}).items() if isinstance(value, Mapping)}
    mine = {
        name: value
        for name, value in parameters.items()
        if name.startswith(block) or (name.partition(".")[0] not in blocks and name != "title")
    }
    return {
        "parameters": mine,
        "files": {entry["path"]: entry.get("sha256") for entry in step.get("inputs", ())},
        "code": {"the commit": (manifest.get("git") or {}).get("commit")},
        "environment": {"lock": manifest.get("lock_sha256"), "python": manifest.get("python")},
        "tables": dict.fromkeys(step.get("needs", ()), edition.name),
    }


def _makes(step: Mapping[str, Any]) -> dict[str, bool]:
    declared = step.get("key", {}).get("declared", {}).get("produces", ())
    return dict.fromkeys((*step.get("produces", ()), *declared), True)


def _leaves(block: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in block.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
