"""What the files of a folder are like, for who writes a mapping: never a value that occurs fewer than ten times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import FEWEST, InputError, few, nearest
from analysis.registers import formats
from analysis.registers.mapping import EXTENSIONS, File
from analysis.registers.plain import as_text, plain
from analysis.registers.report import share

SAMPLE = 200_000
MOST_CODES = 500
NEARLY = 0.95
SEPARATORS = ";,\t|"
DAY = re.compile(
    r"(?:19|20)\d{2}-?(?:0[0-9]|1[0-2])-?(?:[0-2][0-9]|3[01])|(?:[0-2][0-9]|3[01])[-/](?:0[0-9]|1[0-2])[-/](?:19|20)\d{2}"
)
KEY_NAME = re.compile(
    r"rinpersoon|bsn|burgerservice|_crypt|anumm|eckid|geboorte_?datum|(?:^|_|voor|achter|roep)naam|e-?mail|"
    r"(?:leerling|pupil|student|kind|persoon|personeel|docent|leraar|teacher)s?_?(?:nummer|number|nr|id|key)?$",
    re.IGNORECASE,
)
# A key of a person, a day, a school (BRIN): they may occur ten times and more where one person has several rows.
KEY = re.compile(rf".*\d{{7}}.*|.{{65,}}|\d{{2}}[A-Z]{{2}}(?:-?\d{{2}})?|{DAY.pattern}")
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class ColumnProfile:
    """What a column is like.

    Parameters
    ----------
    name, kind : Its name, and how the file holds it: text or number.
    width : Of its shortest and longest text, such as 9 or 1-12.
    missing : Share of rows without a value, in words.
    distinct : Number of different values; ``few`` below ten.
    like : What it looks like: key, date, code, number or text.
    """

    name: str
    kind: str
    width: str
    missing: str
    distinct: str
    like: str


@dataclass(frozen=True)
class FileProfile:
    """What a file is like.

    Parameters
    ----------
    path : Below the folder.
    file : How it is read: format, encoding, separator.
    rows : Their number, in words.
    columns : Its columns.
    problem : Why it could not be read; empty if it could.
    """

    path: str
    file: File
    rows: str
    columns: tuple[ColumnProfile, ...]
    problem: str = ""


def profile(folder: Path) -> list[FileProfile]:
    """Return what the files in a folder and below are like, from their first rows (`SAMPLE`).

    Raises
    ------
    InputError : There is no such folder, or it holds no file of a format that is read.
    """
    return [_profile(path, folder) for path in data_files(folder)]


def data_files(folder: Path) -> list[Path]:
    """Return the files in a folder and below that may be registers, in the order of their names."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in EXTENSIONS and path.is_file())
    if not found:
        raise InputError(str(folder), "no file of a format that is read", allowed=", ".join(EXTENSIONS))
    return found


def file_of(path: Path, folder: Path) -> File:
    """Return how a file may be read: its encoding and separator as they seem to be."""
    relative = path.relative_to(folder).as_posix()
    if EXTENSIONS[path.suffix.lower()] != "csv":
        return File(path=relative)
    with path.open("rb") as stream:
        start = stream.read(1 << 20)
    encoding = "utf-8" if _is_utf8(start) else "cp1252"
    head = start.partition(b"\n")[0].decode(encoding, "replace")
    separator = max(SEPARATORS, key=head.count)
    return File(path=relative, encoding=encoding, separator=separator, decimal="." if separator == "," else ",")


def _is_utf8(start: bytes) -> bool:
    whole = start.rpartition(b"\n")[0] or start  # a character may be cut in two at the end
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not whole.isascii() or start.startswith(b"\xef\xbb\xbf")


def _profile(path: Path, folder: Path) -> FileProfile:
    file = File(path=path.relative_to(folder).as_posix())
    try:
        with formats.reading(path.name, file):
            file = file_of(path, folder)
        header = formats.header(path, path.name, file)
        batches = formats.chunks(path, path.name, file, header, SAMPLE)
        sample = pa.concat_tables(islice(batches, 1), promote_options="permissive").slice(0, SAMPLE)
        rows = sum(len(chunk) for chunk in formats.chunks(path, path.name, file, header[:1]))
        columns = tuple(_column(name, plain(sample.select([name]), path.name, file, ())) for name in header)
    except InputError as error:
        return FileProfile(file.path, file, "", (), error.problem)
    return FileProfile(file.path, file, few(rows), columns)


def _column(name: str, table: pa.Table) -> ColumnProfile:
    held = table[name]
    texts = as_text(held).drop_null()
    lengths = pc.min_max(pc.utf8_length(texts))
    low, high = lengths["min"].as_py(), lengths["max"].as_py()
    distinct = pc.count_distinct(texts).as_py()
    return ColumnProfile(
        name=name,
        kind="text" if pa.types.is_string(held.type) else "number",
        width="" if low is None else str(low) if low == high else f"{low}-{high}",
        missing=share(held.null_count, len(held)) if len(held) else "no row",
        distinct="few" if distinct < FEWEST else f"{distinct:,}",
        like=_like(name, texts, distinct),
    )


def _like(name: str, texts: pa.ChunkedArray, distinct: int) -> str:
    if len(texts) == 0:
        return "empty"
    sample = texts.slice(0, 1000).to_pylist()
    is_key = distinct > NEARLY * len(texts) and len(texts) > MOST_CODES
    if sum(bool(DAY.fullmatch(text)) for text in sample) >= NEARLY * len(sample):
        return "date"
    if is_key or KEY_NAME.search(name):
        return "key"
    if distinct <= MOST_CODES and max(map(len, sample)) <= 12:
        return "code"
    return "number" if all(NUMBER.fullmatch(text) for text in sample) else "text"


def as_lines(profiles: list[FileProfile]) -> Iterator[str]:
    """Write profiles as lines of text."""
    for found in profiles:
        how = (
            f"{found.file.kind}, {found.file.encoding}, {found.file.separator!r}"
            if found.file.kind == "csv"
            else found.file.kind
        )
        yield f"{found.path}: {how}, {found.problem or f'{found.rows} rows, {len(found.columns)} columns'}"
        for column in found.columns:
            yield (
                f"  {column.name:<28} {column.kind:<7} width {column.width:<7} {column.distinct:>9} distinct  "
                f"{column.like:<7} missing: {column.missing}"
            )


def codes(folder: Path, column: str) -> Iterator[str]:
    """Write the codes of a column that occur ten times or more in a file, and how many rows have another.

    Raises
    ------
    InputError : No file has the column, or it is no column of codes: by its name, or with more than `MOST_CODES`.
    """
    if KEY_NAME.search(column):
        raise InputError(
            "--codes", f"{column} is called as a key or a name is", hint="codes are listed, persons are not"
        )
    headers = {path: formats.header(path, path.name, file_of(path, folder)) for path in data_files(folder)}
    having = [path for path, header in headers.items() if column in header]
    if not having:
        near = nearest(column, {name for header in headers.values() for name in header})
        raise InputError("--codes", "no file has this column", given=column, hint=near and f"did you mean {near!r}?")
    for path in having:
        yield from _codes(path, folder, column)


def _codes(path: Path, folder: Path, column: str) -> Iterator[str]:
    file = file_of(path, folder)
    counts: Counter[str | None] = Counter()
    for chunk in formats.chunks(path, path.name, file, [column]):
        texts = as_text(plain(chunk, path.name, file, ())[column])
        counts.update({pair["values"]: pair["counts"] for pair in pc.value_counts(texts).to_pylist()})
    missing = counts.pop(None, 0)
    if len(counts) > MOST_CODES:
        raise InputError("--codes", f"{column} has more than {MOST_CODES} codes in {file.path}", hint="is it a key?")
    yield f"{file.path}: {column}, {few(missing)} rows without a value"
    shown = {text: n for text, n in sorted(counts.items()) if n >= FEWEST and not KEY.fullmatch(str(text))}
    yield from (f'  "{text}": {n:,}' for text, n in shown.items())
    rest = counts.total() - sum(shown.values())
    if rest:
        yield f"  other codes: {few(len(counts) - len(shown))}, in {few(rest)} rows"
