"""A published edition as another one is compared with it: its manifest and tables, never what is internal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.compare.received import own_file, problems
from analysis.errors import InputError, nearest
from analysis.publish.spreadsheet import read_csv
from analysis.run.hashes import sha256
from analysis.run.workspace import MANIFEST_FILE


@dataclass(frozen=True)
class Table:
    """A published table, or the data behind a published figure.

    Parameters
    ----------
    stem, name
        The chapter and the name of the file.
    caption
        What it is, for a reader.
    kind
        ``table`` or ``figure``.
    path
        Below the edition's folder.
    """

    stem: str
    name: str
    caption: str
    kind: str
    path: str


@dataclass(frozen=True)
class PublishedEdition:
    """An edition as it lies in its folder.

    Parameters
    ----------
    folder
        Where it lies.
    manifest
        The record of who made what from what.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.manifest["edition"])

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its pages tell about it."""
        facts: Mapping[str, Any] = self.manifest.get("facts", {})
        return facts

    @property
    def steps(self) -> dict[str, Mapping[str, Any]]:
        """What the manifest tells of each chapter, by stem."""
        return {step["stem"]: step for step in self.manifest["steps"]}

    @property
    def tables(self) -> dict[str, Table]:
        """Its tables and the data behind its figures, by path, in the order of the chapters."""
        return {table.path: table for step in self.manifest["steps"] for table in _tables(step)}

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 that the manifest tells of a file, or None."""
        told = self.manifest["outputs"].get(path)
        return str(told) if told else None

    def frame(self, path: str) -> pd.DataFrame:
        """Return a published table, every cell as the text that stands in the file.

        Raises
        ------
        InputError
            When the file is missing or not the one that the manifest tells of.
        """
        place = own_file(self.folder, path)
        if place is None:
            raise _damaged(self.folder / path, "the manifest names it, and it is not there as a file of its own")
        if self.digest(path) != sha256(place):
            raise _damaged(place, "is not the file that the manifest tells of")
        try:
            return read_csv(place, dtype=object, keep_default_na=False, na_filter=False, compression=None)
        except ValueError as error:
            raise _damaged(place, f"cannot be read as a table: {error}") from None


def find(given: str, outputs: Path) -> Path:
    """Return the folder of an edition, named by its name, its params file or its folder.

    Raises
    ------
    InputError
        When there is none, with the editions that there are.
    """
    name = Path(given).stem if given.endswith(".yml") else given
    places = [outputs / name, Path(given)]
    for place in places:
        if (place / MANIFEST_FILE).is_file():
            return place
    for place in places:
        if place.is_dir():
            problem = f"is not a whole edition: it has no {MANIFEST_FILE}, which a run writes last"
            raise InputError(str(place), problem, hint=f"staat run {name.removesuffix('.unfinished')}")
    known = sorted(path.parent.name for path in outputs.glob(f"[!.]*/{MANIFEST_FILE}"))
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"staat run {name}, or name the folder of an edition"
    raise InputError(given, "there is no such published edition", allowed=", ".join(known) or None, hint=hint)


def read(folder: Path) -> PublishedEdition:
    """Return the edition in a folder.

    Raises
    ------
    InputError
        When its manifest cannot be read or lacks what a comparison needs.
    """
    path = folder / MANIFEST_FILE
    try:
        told = json.loads(path.read_text("utf8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, f"cannot be read: {error}") from None
    whole = isinstance(told, dict) and {"edition", "steps", "outputs"} <= told.keys()
    if not whole or not all(isinstance(step, dict) and "stem" in step for step in told["steps"]):
        raise _damaged(path, "is not the manifest of a whole edition")
    try:
        wrong = next(problems(told), None)
    except (AttributeError, KeyError, TypeError) as error:
        raise _damaged(path, f"is not the manifest of a whole edition ({type(error).__name__})") from None
    if wrong:
        raise _damaged(path, f"{wrong[0]} {wrong[1]}: no run wrote that")
    return PublishedEdition(folder, told)


def _tables(step: Mapping[str, Any]) -> Iterator[Table]:
    for thing in step.get("published", ()):
        path = thing["path"] if thing["kind"] == "table" else thing.get("data")
        if path:
            name = Path(path).stem
            yield Table(step["stem"], name, str(thing.get("caption", name)), thing["kind"], path)


def _damaged(path: Path, problem: str) -> InputError:
    return InputError(str(path), problem, hint="run that edition again with --force, or name another one")
