"""Reading the formats of registers: columns wanted only, in chunks, labels never applied, no text taken for missing."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from analysis.errors import InputError, few
from analysis.registers.mapping import File

CHUNK = 2_000_000  # rows: reading a part of an SPSS file reads past all that goes before it
BLOCK = 1 << 24  # bytes
UTF8 = ("utf-8", "utf8", "utf-8-sig")
LATIN1 = ("latin-1", "latin1", "iso-8859-1")
CONTROL = frozenset(range(0x80, 0xA0))
# What no column is called, and a row of persons or schools nearly always holds: a number, a day, a key.
VALUE = re.compile(
    r"^(?!(?:19|20)\d\d$)[-+]?\d+([.,]\d+)?$|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}|\d{7}|^\d{2}[A-Z]{2}(\d{2})?$"
)


@contextmanager
def reading(role: str, file: File) -> Iterator[None]:
    """Turn what a reader says into a message without a value: theirs may hold a row."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except ModuleNotFoundError as error:
        hint = 'install it: pip install "staat[sav]"' if error.name == "pyreadstat" else None
        raise InputError(f"files.{role}", f"needs the package {error.name}", hint=hint) from None
    except Exception as error:  # each library has its own kinds
        problem = f"cannot be read as {file.kind}: {type(error).__name__}"
        raise InputError(f"files.{role}", problem, hint="is the file whole, and of this format?") from None


def header(path: Path, role: str, file: File) -> list[str]:
    """Return the names of the columns of a file."""
    with reading(role, file):
        names = HEADERS[file.kind](path, role, file)
    values = [name for name in names if VALUE.search(name)]
    if values:
        problem = (
            f"{len(values)} of {len(names)} names of columns look like a key, a number or a day, and are not shown"
        )
        raise InputError(f"files.{role}", problem, hint="is the first row of the file one with names of columns?")
    return names


def chunks(path: Path, role: str, file: File, columns: Sequence[str], rows: int = CHUNK) -> Iterator[pa.Table]:
    """Give the rows of a file with these columns, as the file has them, in chunks of about so many rows."""
    with reading(role, file):
        yield from READ[file.kind](path, role, file, list(columns), rows)


def _csv_header(path: Path, role: str, file: File) -> list[str]:
    _check_encoding(path, role, file.encoding)
    encoding = "utf-8-sig" if file.encoding.lower() in UTF8 else file.encoding
    with path.open(encoding=encoding, newline="") as lines:
        names = next(csv.reader(lines, delimiter=file.separator), [])
    others = [sign for sign in ";,\t|" if sign != file.separator and sign in names[0]] if len(names) == 1 else []
    if others:
        hint = f"is the separator {others[0]!r}?"
        raise InputError(f"files.{role}", f"has one column with the separator {file.separator!r}", hint=hint)
    return names


def _check_encoding(path: Path, role: str, encoding: str) -> None:
    """Refuse bytes of another encoding: in those of one byte nearly every byte is a character."""
    where = f"files.{role}"
    utf8, declared = (codecs.getincrementaldecoder(name)() for name in ("utf-8", encoding))
    is_utf8 = is_declared = is_ascii = True
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(BLOCK), b""):
            if b"\0" in block:
                raise InputError(where, "wrong encoding", given="UTF-16", allowed=encoding, hint="save it as UTF-8")
            if encoding.lower() in LATIN1 and CONTROL & set(block):
                hint = "encoding: cp1252"
                raise InputError(where, "holds characters that latin-1 has for control only", hint=hint)
            is_ascii = is_ascii and block.isascii()
            is_utf8 = is_utf8 and _decodes(utf8, block)
            is_declared = is_declared and _decodes(declared, block)
    if not is_declared:
        raise InputError(
            where, f"wrong encoding: a byte that {encoding} does not have", hint="encoding: cp1252 or utf-8"
        )
    if is_utf8 and not is_ascii and encoding.lower() not in UTF8:
        raise InputError(where, "wrong encoding", given="UTF-8", allowed=encoding, hint="encoding: utf-8")


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _read_csv(path: Path, role: str, file: File, columns: list[str], rows: int) -> Iterator[pa.Table]:  # noqa: ARG001
    uneven = 0

    def count(_: Any) -> str:  # noqa: ANN401 - a row, which nobody may see
        nonlocal uneven
        uneven += 1
        return "skip"

    batches = pacsv.open_csv(
        path,
        pacsv.ReadOptions(block_size=BLOCK, encoding=file.encoding, use_threads=False),
        pacsv.ParseOptions(delimiter=file.separator, newlines_in_values=True, invalid_row_handler=count),
        pacsv.ConvertOptions(
            include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        ),
    )
    yield from (pa.Table.from_batches([batch]) for batch in batches)
    if uneven:
        problem = f"{few(uneven)} rows do not have the fields of the header"
        raise InputError(f"files.{role}", problem, hint="is a separator within a text not in quotes?")


def _fixed_header(path: Path, role: str, file: File) -> list[str]:
    _check_encoding(path, role, file.encoding)
    return list(file.layout)


def _read_fixed(path: Path, role: str, file: File, columns: list[str], rows: int) -> Iterator[pa.Table]:
    widths: set[int] = set()
    with path.open(encoding=file.encoding) as stream:
        while lines := list(itertools.islice(stream, min(rows, CHUNK // 4))):
            texts = pc.utf8_rtrim(pa.array(lines, pa.string()), "\n")
            widths |= set(pc.unique(pc.utf8_length(texts)).to_pylist()) - {0}
            texts = texts.filter(pc.greater(pc.utf8_length(texts), 0))
            places = {name: file.layout[name] for name in columns}
            yield pa.table(
                {name: pc.utf8_slice_codeunits(texts, low - 1, high) for name, (low, high) in places.items()}
            )
    if file.encoding.lower() in UTF8 and len(widths) > 1:
        problem = "its rows differ in width"
        hint = "positions are counted in characters: if the layout counts bytes of UTF-8, have it written in cp1252"
        raise InputError(f"files.{role}", problem, hint=hint)


def _parquet_header(path: Path, role: str, file: File) -> list[str]:  # noqa: ARG001 - as the others
    return list(pq.read_schema(path).names)


def _read_parquet(path: Path, role: str, file: File, columns: list[str], rows: int) -> Iterator[pa.Table]:  # noqa: ARG001
    for batch in pq.ParquetFile(path).iter_batches(rows, columns=columns):
        yield pa.Table.from_batches([batch])


def _sheet(path: Path, role: str, file: File, rows: int | None, header: int | None = 0) -> pd.DataFrame:
    with pd.ExcelFile(path, engine="calamine") as book:
        if file.sheet is None and len(book.sheet_names) > 1:
            # A sheet may be named after a class, a teacher or a school.
            problem = f"has {len(book.sheet_names)} sheets"
            raise InputError(f"files.{role}", problem, hint="sheet: the one to read, by its name in the workbook")
        if file.sheet is not None and file.sheet not in book.sheet_names:
            raise InputError(f"files.{role}", "has no such sheet", given=file.sheet, hint="its name in the workbook")
        sheet = file.sheet or 0
        as_they_are: dict[str, Any] = {"dtype": object, "na_filter": False, "keep_default_na": False}
        return pd.read_excel(book, sheet_name=sheet, header=header, nrows=rows, **as_they_are)


def _excel_header(path: Path, role: str, file: File) -> list[str]:
    names = [str(name) for name in _sheet(path, role, file, 0).columns]
    written = [str(name) for row in _sheet(path, role, file, 1, header=None).to_numpy() for name in row]
    # Of two columns of one name pandas calls the second NAME.1, so that nobody would see that there are two.
    return [*names, *(name for at, name in enumerate(written) if name in written[:at] and name in names)]


def _read_excel(path: Path, role: str, file: File, columns: list[str], rows: int) -> Iterator[pa.Table]:  # noqa: ARG001
    sheet = _sheet(path, role, file, None)
    sheet.columns = pd.Index(map(str, sheet.columns))
    yield pa.table({name: pa.array(_cells(sheet[name], role, file), pa.string()) for name in columns})


def _cells(column: pd.Series[Any], role: str, file: File) -> list[str | None]:
    if column.name in file.keys and any(isinstance(value, int | float) for value in column):
        problem = "is a key, and the workbook holds numbers in it: zeros in front and long numbers are lost"
        raise InputError(f"files.{role}: column {column.name}", problem, hint="export it again, as text or csv")
    return [_cell(value, file.decimal) for value in column]


def _cell(value: Any, decimal: str) -> str | None:  # noqa: ANN401 - what a sheet holds
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        text = str(int(value)) if float(value).is_integer() else repr(float(value)).replace(".", decimal)
        return None if value != value else text
    return value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else str(value)


def _stata_header(path: Path, role: str, file: File) -> list[str]:  # noqa: ARG001 - as the others
    with pd.read_stata(path, iterator=True) as reader:
        return list(reader.variable_labels())


def _read_stata(path: Path, role: str, file: File, columns: list[str], rows: int) -> Iterator[pa.Table]:  # noqa: ARG001
    with pd.read_stata(path, columns=columns, convert_categoricals=False, chunksize=min(rows, CHUNK // 4)) as reader:
        for chunk in reader:
            yield pa.Table.from_pandas(chunk[columns], preserve_index=False)


def _spss(path: Path, file: File, **wanted: Any) -> tuple[Any, Any]:  # noqa: ANN401 - pyreadstat has no types
    import pyreadstat  # an extra, and slow to import

    encoding = file.encoding if "encoding" in file.model_fields_set else None
    return pyreadstat.read_sav(path, output_format="dict", encoding=encoding, **wanted)


def spss_label(path: Path) -> str:
    """Return the label of an SPSS file."""
    return str(_spss(path, File(path=path.name), metadataonly=True)[1].file_label or "")


def _spss_header(path: Path, role: str, file: File) -> list[str]:  # noqa: ARG001 - as the others
    return list(_spss(path, file, metadataonly=True)[1].column_names)


def _read_spss(path: Path, role: str, file: File, columns: list[str], rows: int) -> Iterator[pa.Table]:  # noqa: ARG001
    for start in itertools.count(0, rows):
        columns_read, about = _spss(path, file, usecols=columns, row_offset=start, row_limit=rows)
        is_text = {name: about.readstat_variable_types[name] == "string" for name in columns}
        # A type that is told is not looked for in every row; numbers may be dates, which only their values tell.
        types = {name: pa.string() if is_text[name] else None for name in columns}
        arrays = {name: pa.array(columns_read.pop(name), types[name], from_pandas=True) for name in columns}
        chunk = pa.table({name: _numbers_if_empty(array) for name, array in arrays.items()})
        yield chunk
        if len(chunk) < rows:
            return


def _numbers_if_empty(array: pa.Array) -> pa.Array:
    return array.cast(pa.float64()) if pa.types.is_null(array.type) else array


HEADERS: dict[str, Callable[[Path, str, File], list[str]]] = {
    "csv": _csv_header,
    "fixed": _fixed_header,
    "parquet": _parquet_header,
    "excel": _excel_header,
    "dta": _stata_header,
    "sav": _spss_header,
}
READ: dict[str, Callable[[Path, str, File, list[str], int], Iterator[pa.Table]]] = {
    "csv": _read_csv,
    "fixed": _read_fixed,
    "parquet": _read_parquet,
    "excel": _read_excel,
    "dta": _read_stata,
    "sav": _read_spss,
}
