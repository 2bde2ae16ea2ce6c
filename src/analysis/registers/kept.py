"""What an office's files delivered, kept as long as files, mapping, codes, secret and program are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from analysis.codes import Codes
from analysis.errors import InputError
from analysis.registers.extract import OfficeFiles
from analysis.registers.locate import locate
from analysis.registers.report import Note, Report
from analysis.registers.secret import keyed_hash
from analysis.run import machine

# By its place: naming the package would make every notebook that reaches this module depend on all code.
PACKAGE = Path(__file__).parents[1]


class Kept:
    """A delivery without errors as it is kept: a file that tells of it, and one for each table.

    Parameters
    ----------
    folder, name : Of the cache, and what its files begin with.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._told = folder / f"{name}.json"

    @property
    def is_there(self) -> bool:
        """Whether it was kept."""
        return self._told.exists()

    def keep(self, tables: Mapping[str, pd.DataFrame], report: Report, inputs: list[dict[str, Any]]) -> None:
        """Keep a delivery."""
        for name, frame in tables.items():
            frame.to_parquet(self._table(name).with_suffix(".partial"), compression="lz4")
            machine.replace(self._table(name).with_suffix(".partial"), self._table(name))
        told = {"tables": list(tables), "notes": [asdict(note) for note in report.notes], "inputs": inputs}
        partial = self._told.with_suffix(".partial")
        partial.write_text(json.dumps(told), "utf8")
        machine.replace(partial, self._told)

    def report(self) -> Report:
        """Return its report."""
        return Report([Note(**note) for note in self._read()["notes"]])

    def inputs(self) -> list[dict[str, Any]]:
        """Return the records of its files."""
        return list(self._read()["inputs"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return its tables."""
        return {name: pq.read_table(self._table(name)).to_pandas() for name in self._read()["tables"]}

    def _table(self, name: str) -> Path:
        return self._folder / f"{self._name}-{name}.parquet"

    def _read(self) -> dict[str, Any]:
        return dict(json.loads(self._told.read_text("utf8")))


def kept_of(files: OfficeFiles, codes: Codes, secret: bytes) -> Kept | None:
    """Return where a delivery is kept; nowhere without a cache, or while a file is missing or bears another mark."""
    if not files.cache:
        return None
    try:
        located = locate(files.intake, files.folder)
    except InputError:  # which the reading will tell in its report
        return None
    digests = [[role, year, [files.digest(path) for path in paths]] for (role, year), paths in sorted(located.items())]
    asked = [codes.model_dump_json(), keyed_hash(secret, "delivery")]
    told = json.dumps([_program(), files.intake.model_dump_json(), digests, *asked])
    return Kept(files.cache, hashlib.sha256(told.encode()).hexdigest())


@cache
def _program() -> str:
    """Return the digest of all code: another verb or contract gives other tables."""
    code = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()
