"""A small office: files as bytes or frames, and the mapping that reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from analysis.codes import Codes
from analysis.errors import InputError
from analysis.registers.deliver import Delivery, deliver, examine
from analysis.registers.mapping import read_intake

Content = str | bytes | pd.DataFrame
HEAD = "intake: own\nsynthetic: false\nyears: [2019]\n"


class Office:
    """A folder with files, and a mapping."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self.folder.mkdir()
        self.mapping = folder / "own.yml"
        self.cache = folder / "cache"

    def put(self, name: str, content: Content, **options: object) -> None:
        """Write a file: a text in cp1252, bytes, or a frame in the format of its extension."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pd.DataFrame):
            WRITE[path.suffix.lower()](content, path, **options)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))

    def maps(self, mapping: str) -> None:
        self.mapping.write_text(mapping if "intake:" in mapping else HEAD + mapping, "utf8")

    def deliver(self, *, cached: bool = False, seed: int = 1) -> Delivery:
        cache = self.cache if cached else None
        return deliver(read_intake(self.mapping), self.folder, codes=Codes(), seed=seed, cache=cache)

    def says(self) -> str:
        """Return the report, which never stops, and the message of the delivery, which does."""
        try:
            report = examine(read_intake(self.mapping), self.folder, codes=Codes(), seed=1)
        except InputError as refused:  # the mapping itself
            return str(refused)
        if not report.errors():
            return f"{report}\n{self.deliver().report}"
        with pytest.raises(InputError) as refused_delivery:
            self.deliver()
        return f"{report}\n{refused_delivery.value}"


def _sav(frame: pd.DataFrame, path: Path, **options: object) -> None:
    pyreadstat.write_sav(frame, str(path), **options)


WRITE: Mapping[str, Callable[..., None]] = {
    ".sav": _sav,
    ".dta": lambda frame, path, **_: frame.to_stata(path, write_index=False),
    ".xlsx": lambda frame, path, **_: frame.to_excel(path, index=False),
    ".parquet": lambda frame, path, **_: frame.to_parquet(path),
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
