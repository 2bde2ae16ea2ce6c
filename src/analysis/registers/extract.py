"""The rows of a file that an edition needs: columns wanted, codes kept, spells of a day, keys of the table alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.errors import InputError, few, nearest
from analysis.registers import formats
from analysis.registers.columns import Written
from analysis.registers.find import find
from analysis.registers.mapping import File, Intake, Spells, in_year
from analysis.registers.plain import as_text, loose, of_each, plain
from analysis.registers.report import Report
from analysis.run import machine
from analysis.run.hashes import sha256

FORMAT = 2  # of what the cache holds
ROWS = 500_000  # of the cache, at a time: of a file of a country few rows are wanted
PLACES: dict[Written, tuple[tuple[int, int], ...]] = {
    "yyyymmdd": ((0, 4), (4, 6), (6, 8)),
    "yyyy-mm-dd": ((0, 4), (5, 7), (8, 10)),
    "dd-mm-yyyy": ((6, 10), (3, 5), (0, 2)),
    "dd/mm/yyyy": ((6, 10), (3, 5), (0, 2)),
}
SHAPE: dict[Written, str] = {
    "yyyymmdd": r"^\d{8}$",
    "yyyy-mm-dd": r"^\d{4}-\d{2}-\d{2}$",
    "dd-mm-yyyy": r"^\d{2}-\d{2}-\d{4}$",
    "dd/mm/yyyy": r"^\d{2}/\d{2}/\d{4}$",
}


@dataclass
class OfficeFiles:
    """The files of an office, read as far as an edition needs.

    Parameters
    ----------
    intake, folder : The mapping, and the folder that its paths are below.
    cache : Folder for what was read, as Parquet; none without.
    keys : Columns of each role that are keys, besides those that the mapping calls so.
    """

    intake: Intake
    folder: Path
    report: Report
    cache: Path | None = None
    keys: Mapping[str, Collection[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.cache:
            self.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._digests: dict[Path, str] = {}
        self.read: dict[tuple[str, int], tuple[list[Path], int, int]] = {}
        self._found: dict[tuple[str, int], list[Path]] = {}
        self._headers: dict[Path, list[str]] = {}

    def file(self, role: str) -> File:
        """Return the file of a role, with all of its keys."""
        file = self.intake.files[role]
        return file.model_copy(update={"keys": tuple(sorted({*file.keys, *self.keys.get(role, ())}))})

    def is_missing(self, role: str, year: int) -> bool:
        """Tell whether the mapping says that there is no such file of a year."""
        return year in self.intake.files[role].missing_years

    def paths(self, role: str, year: int) -> list[Path]:
        """Return the files of a role and year; see `find`."""
        if (role, year) not in self._found:
            self._found[role, year] = find(self.folder, role, self.intake.files[role], year)
        return self._found[role, year]

    def has_rows(self, role: str, year: int) -> bool:
        """Return whether a role and year, which was read, has any row."""
        return self.read.get((role, year), ([], 0, 0))[1] > 0

    def header(self, role: str, year: int) -> list[str]:
        """Return the columns that the files of a role have; of another year where there is none of this one."""
        if self.is_missing(role, year):
            year = next((other for other in self.intake.years if not self.is_missing(role, other)), year)
        headers = [self._header(path, role) for path in self.paths(role, year)]
        return [name for name in headers[0] if all(_named(name, other) for other in headers[1:])]

    def _header(self, path: Path, role: str) -> list[str]:
        if path not in self._headers:
            self._headers[path] = formats.header(path, role, self.file(role))
        return self._headers[path]

    def digest(self, path: Path) -> str:
        """Return the digest of a file, which is read whole: a run notes what its notebooks read."""
        if path not in self._digests:
            self._digests[path] = sha256(path)
        return self._digests[path]

    def rows(
        self, role: str, year: int, names: Collection[str], among: tuple[str, pa.Array] | None = None
    ) -> pd.DataFrame:
        """Return the rows of a role and year.

        Parameters
        ----------
        names : The columns; case does not matter where it leaves no doubt.
        among : A column and texts: rows with another text in it are left out, but for those much like one of them.
        """
        names = list(dict.fromkeys(names))
        if self.is_missing(role, year):
            self.report.note("files", f"{role} {year}", "not there, as the mapping says: its columns are missing")
            return pd.DataFrame({name: pd.Series(dtype="str") for name in names})
        request = _Request(role, year, names, *((among[0], loose(among[1])) if among else (None, None)))
        counts: dict[str, int] = {}
        chunks = [chunk for path in self.paths(role, year) for chunk in self._chunks(path, request, counts)]
        self._count(request, counts)
        frame: pd.DataFrame = pa.concat_tables(_alike(chunks), promote_options="permissive").to_pandas(
            ignore_metadata=True
        )
        return frame

    def _chunks(self, path: Path, request: _Request, counts: dict[str, int]) -> Iterator[pa.Table]:
        file, year = self.file(request.role), request.year
        kept = {in_year(name, year): codes for name, codes in file.keep.items()}
        spells = (file.on_day.begins, file.on_day.ends) if file.on_day else ()
        every = list(dict.fromkeys([*request.names, *kept, *spells, *([request.by] if request.by else [])]))
        for rows in self._plain(path, request.role, every):
            add(counts, "rows", len(rows))
            for name, codes in kept.items():
                inside = pc.is_in(as_text(rows[name]), pa.array(codes, pa.string()))
                add(counts, f"keep {name}", len(rows) - (pc.sum(inside).as_py() or 0))
                rows = rows.filter(inside)
            if file.on_day:
                rows = _on_day(rows, file.on_day, request, counts)
            add(counts, "kept", len(rows))
            if request.by:
                rows = rows.filter(pc.is_in(loose(as_text(rows[request.by])), request.among))
            yield rows.select(request.names)

    def _plain(self, path: Path, role: str, names: list[str]) -> Iterator[pa.Table]:
        """Give these columns of a file in the one form; read once from the file itself, then from the cache."""
        if not self.cache:
            yield from self._read(path, role, names)
            return
        key = [FORMAT, self.digest(path), self.file(role).model_dump_json(), names]
        kept = self.cache / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()}.parquet"
        if not kept.exists():
            partial, chunks = kept.with_suffix(".partial"), list(self._read(path, role, names))
            pq.write_table(pa.concat_tables(chunks, promote_options="permissive"), partial, ROWS, compression="lz4")
            machine.replace(partial, kept)
        with pq.ParquetFile(kept) as parquet:
            yield parquet.schema_arrow.empty_table()  # a file without rows has no batch
            yield from (pa.Table.from_batches([batch]) for batch in parquet.iter_batches(ROWS))

    def _read(self, path: Path, role: str, names: list[str]) -> Iterator[pa.Table]:
        file = self.file(role)
        actual = {name: self._actual(path, role, name) for name in names}
        keys = {name for name in names if any(name.casefold() == known.casefold() for known in file.keys)}
        for chunk in formats.chunks(path, role, file, list(dict.fromkeys(actual.values()))):
            named = pa.table({name: chunk[found] for name, found in actual.items()})
            yield plain(named, role, file, keys)

    def _actual(self, path: Path, role: str, name: str) -> str:
        header = self._header(path, role)
        found = _named(name, header)
        if found is None:
            raise no_column(f"files.{role}", name, header)
        if header.count(found) > 1:
            problem = f"has {header.count(found)} columns {name!r}, and nothing says which of them counts"
            raise InputError(f"files.{role}", problem, hint="give each column of the file a name of its own")
        return found

    def _count(self, request: _Request, counts: Mapping[str, int]) -> None:
        role, year = request.role, request.year
        paths = self.paths(role, year)
        columns = max(len(request.names), self.read.get((role, year), ([], 0, 0))[2])
        self.read[role, year] = (paths, counts.get("rows", 0), columns)
        for what, n in counts.items():
            if what not in ("rows", "kept") and n:
                self.report.note("files", f"{role} {year}", f"{what}: {few(n, counts['rows'])} rows left out")
        if counts.get("rows", 0) and not counts["kept"]:
            hint = "are the codes, or the days, written as the file has them?"
            self.report.refuse("files", f"{role} {year}", "no row is left after keep and on_day", hint)


def _alike(chunks: list[pa.Table]) -> list[pa.Table]:
    """Make a column text in all files where one of them holds text and another numbers, or nothing."""
    for at, name in enumerate(chunks[0].column_names):
        if len({pa.types.is_string(chunk[name].type) for chunk in chunks}) > 1:
            chunks = [chunk.set_column(at, name, as_text(chunk[name])) for chunk in chunks]
    return chunks


@dataclass(frozen=True)
class _Request:
    """What is asked of a file: columns, and the texts that one of them must have."""

    role: str
    year: int
    names: list[str]
    by: str | None
    among: pa.Array | None


def _named(name: str, header: Collection[str]) -> str | None:
    """Return how a file writes the name of a column, if it has it."""
    if name in header:
        return name
    alike = [other for other in header if other.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else None


def no_column(where: str, name: str, header: Collection[str]) -> InputError:
    """Return the error that a file has no such column."""
    near = nearest(name, header)
    hint = f"the nearest column is {near!r}" if near else "is this the right file?"
    return InputError(where, f"the column {name!r} is missing", hint=hint)


def add(counts: dict[str, int], what: str, n: int) -> None:
    """Add to a count."""
    counts[what] = counts.get(what, 0) + n


def sortable(dates: Any, written: Written) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return dates as texts yyyymmdd, which sort as dates do; missing where a text is no date of this form."""
    return of_each(dates, lambda each: _sortable(each, written))


def _sortable(dates: pa.Array, written: Written) -> pa.Array:
    parts = [pc.utf8_slice_codeunits(dates, low, high) for low, high in PLACES[written]]
    joined = pc.binary_join_element_wise(*parts, "")
    return pc.if_else(pc.match_substring_regex(dates, SHAPE[written]), joined, pa.scalar(None, pa.string()))


def _on_day(rows: pa.Table, spells: Spells, request: _Request, counts: dict[str, int]) -> pa.Table:
    day = in_year(spells.day, request.year).replace("-", "")
    ends_text = as_text(rows[spells.ends])
    is_open = pc.or_(pc.is_null(ends_text), pc.is_in(ends_text, pa.array(spells.open_codes, pa.string())))
    begins, ends = sortable(as_text(rows[spells.begins]), spells.written), sortable(ends_text, spells.written)
    wrong = pc.sum(pc.or_(pc.is_null(begins), pc.and_(pc.invert(is_open), pc.is_null(ends)))).as_py() or 0
    if wrong:
        problem = f"{few(wrong)} spells have no first or last day written {spells.written}"
        raise InputError(f"files.{request.role}.on_day", problem, hint="another `written`, or a text for open_codes?")
    lasts = pc.or_kleene(is_open, pc.greater_equal(ends, day))  # an open spell has no last day to compare
    holds = pc.and_(pc.less_equal(begins, day), lasts)
    add(counts, f"on_day {in_year(spells.day, request.year)}", len(rows) - (pc.sum(holds).as_py() or 0))
    return rows.filter(holds)
