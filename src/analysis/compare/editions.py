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
    """A published table, or the data behind a published figure."""

    # The chapter and the name of the file.
    stem: str
    name: str
    caption: str  # what it is, for a reader
    kind: str  # ``table`` or ``figure``
    path: str  # below the edition's folder


@dataclass(frozen=True)
class PublishedEdition:
    """An edition as it is in its folder."""

    folder: Path
    manifest: Mapping[str, Any]  # the record of who made what from what

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.manifest["edition"])

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its pages say about it."""
        facts: Mapping[str, Any] = self.manifest.get("facts", {})
        return facts

    @property
    def steps(self) -> dict[str, Mapping[str, Any]]:
        """What the manifest has of each chapter, by stem."""
        return {step["stem"]: step for step in self.manifest["steps"]}

    @property
    def tables(self) -> dict[str, Table]:
        """Its tables and the data behind its figures, by path, in the order of the chapters."""
        return {table.path: table for step in self.manifest["steps"] for table in _tables(step)}

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file by the manifest, or None."""
        digest = self.manifest["outputs"].get(path)
        return str(digest) if digest else None

    def file(self, path: str) -> Path:
        """Return where a published file lies; InputError when it is not the one of the manifest."""
        file = own_file(self.folder, path)
        if file is None:
            raise _damaged(self.folder / path, "the manifest names it, and it is not there as a file of its own")
        if self.digest(path) != sha256(file):
            raise _damaged(file, "is not the file that the manifest names")
        return file

    def frame(self, path: str) -> pd.DataFrame:
        """Return a published table, every cell as text; InputError when the file is not the one of the manifest."""
        file = self.file(path)
        try:
            return read_csv(file, dtype=object, keep_default_na=False, na_filter=False, compression=None)
        except ValueError as error:
            raise _damaged(file, f"cannot be read as a table: {error}") from None


def find(given: str, outputs: Path) -> Path:
    """Return the folder of an edition, named by name, params file or folder; InputError if there is none."""
    name = Path(given).stem if given.endswith(".yml") else given
    folders = [outputs / name, Path(given)]
    for folder in folders:
        if (folder / MANIFEST_FILE).is_file():
            return folder
    for folder in folders:
        if folder.is_dir():
            problem = f"is not a whole edition: it has no {MANIFEST_FILE}, which a run writes last"
            raise InputError(str(folder), problem, hint=f"staat run {name.removesuffix('.unfinished')}")
    known = sorted(path.parent.name for path in outputs.glob(f"[!.]*/{MANIFEST_FILE}"))
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"staat run {name}, or name the folder of an edition"
    raise InputError(given, "there is no such published edition", allowed=", ".join(known) or None, hint=hint)


def read(folder: Path) -> PublishedEdition:
    """Return the edition in a folder; InputError when its manifest is unreadable or lacks what a comparison needs."""
    path = folder / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text("utf8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, f"cannot be read: {error}") from None
    whole = isinstance(manifest, dict) and {"edition", "steps", "outputs"} <= manifest.keys()
    if not whole or not all(isinstance(step, dict) and "stem" in step for step in manifest["steps"]):
        raise _damaged(path, "is not the manifest of a whole edition")
    try:
        wrong = next(problems(manifest), None)
    except (AttributeError, KeyError, TypeError) as error:
        raise _damaged(path, f"is not the manifest of a whole edition ({type(error).__name__})") from None
    if wrong:
        raise _damaged(path, f"{wrong[0]} {wrong[1]}: no run wrote that")
    return PublishedEdition(folder, manifest)


def _tables(step: Mapping[str, Any]) -> Iterator[Table]:
    for thing in step.get("published", ()):
        path = thing["path"] if thing["kind"] == "table" else thing.get("data")
        if path:
            name = Path(path).stem
            yield Table(step["stem"], name, str(thing.get("caption", name)), thing["kind"], path)


def _damaged(path: Path, problem: str) -> InputError:
    return InputError(str(path), problem, hint="run that edition again with --force, or name another one")
