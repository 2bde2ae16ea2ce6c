"""The tables of the contracts from an office's files, and a report of what became of these."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.codes import Codes
from analysis.data.columns import contract, names_of, with_office_keys
from analysis.data.contracts import OUTLINES
from analysis.data.microdata import microdata
from analysis.data.sources import CONTRACTS
from analysis.errors import InputError, RegisterError, StaatError, few, placed
from analysis.registers.columns import Number
from analysis.registers.compare import compare
from analysis.registers.doubts import doubts
from analysis.registers.extract import OfficeFiles
from analysis.registers.kept import kept_of
from analysis.registers.mapping import NUMBERED, PUPIL, PUPIL_YEAR, Intake
from analysis.registers.marks import check_marks
from analysis.registers.report import Report, share
from analysis.registers.secret import keyed_hash, numbers_of, secret_of
from analysis.registers.table import Maker, refuse_several_scales
from analysis.registers.violations import violations


@dataclass(frozen=True)
class Delivery:
    """What an office's files deliver.

    Parameters
    ----------
    tables : By name, each with the columns that the mapping gives, checked against the contract.
    report : What became of the files.
    inputs : A record of each file: role, year, hmac (keyed hash), rows, columns (as many as were read).
    """

    tables: Mapping[str, pd.DataFrame]
    report: Report
    inputs: list[dict[str, Any]]


def deliver(
    intake: Intake,
    folder: Path,
    *,
    codes: Codes,
    seed: int,
    cache: Path | None = None,
) -> Delivery:
    """Read an office's files as its mapping says.

    Parameters
    ----------
    intake, folder : The mapping, and the folder that its paths are below.
    codes : What codes the edition knows.
    seed : Of the edition; with the secret of the office it decides how persons are numbered.
    cache : Folder where what was read is kept, so that only changed files are read again.

    Raises
    ------
    InputError
        A file or column is missing, a code is not mapped, a join has several rows, a contract is broken: all of that
        in one message, in counts.
    """
    with _silent(intake):
        delivery = _delivery(intake, folder, codes, seed, cache)
    delivery.report.raise_errors(f"intake/{intake.intake}.yml")
    return delivery


def examine(
    intake: Intake,
    folder: Path,
    *,
    codes: Codes,
    seed: int,
    cache: Path | None = None,
) -> Report:
    """Return the report of `deliver`, with its errors instead of stopping at them."""
    with _silent(intake):
        return _delivery(intake, folder, codes, seed, cache, with_tables=False).report


@contextmanager
def _silent(intake: Intake) -> Iterator[None]:
    """Keep what a library says in an error or warning of its own to where that happened: it may hold a value."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (StaatError, MemoryError):
        raise
    except Exception as error:  # a fault of ours, or of a library
        where, hint = f"intake/{intake.intake}.yml", "this is a fault: please report it"
        raise RegisterError(where, f"stopped with {placed(error)}", hint=hint) from None


def _delivery(
    intake: Intake,
    folder: Path,
    codes: Codes,
    seed: int,
    cache: Path | None,
    *,
    with_tables: bool = True,
) -> Delivery:
    if not folder.is_dir():
        raise InputError("data.folder", "there is no such folder", hint="set data.folder, or STAAT_DATA")
    files = OfficeFiles(intake, folder, Report(), cache, intake.keys_of_files())
    secret = secret_of(seed, folder)
    kept = kept_of(files, codes, secret)
    if kept and kept.is_there:
        return Delivery(kept.tables() if with_tables else {}, kept.report(), kept.inputs())
    delivery = _made(files, codes, secret)
    if kept and not delivery.report.errors():
        kept.keep(delivery.tables, delivery.report, delivery.inputs)
    return delivery


def _made(files: OfficeFiles, codes: Codes, secret: bytes) -> Delivery:
    intake, report = files.intake, files.report
    tables = dict(_tables([*intake.columns()], files))
    _number(tables, intake, secret)
    for name in list(tables):  # one by one, so that not all are held twice
        tables[name] = _checked(name, tables.pop(name), intake, codes, report)
    compare(tables, intake.years, codes.backgrounds("nonwestern"), report)
    return Delivery(tables, report, _inputs(files, secret))


def _tables(names: Collection[str], files: OfficeFiles) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the tables; those of which something is missing are in the report instead."""
    intake = files.intake
    of_pupils = [name for name in names if intake.adds_pupil_year and name in (PUPIL, PUPIL_YEAR)]
    for name in (name for name in names if name not in of_pupils):
        base = intake.tables[name].base
        every = intake.of_years(name) and intake.files[base].yearly
        there = tuple(year for year in intake.years if not files.is_missing(base, year))
        frames = _years(name, files, there if every and there else intake.years[-1:])
        if frames:
            yield name, pd.concat(frames.values(), ignore_index=True)
    if of_pupils:
        last = intake.years[-1]
        frames = _years(PUPIL, files, intake.years if PUPIL_YEAR in of_pupils else (last,))
        if frames and PUPIL in of_pupils:
            yield PUPIL, frames[last]
        if frames and PUPIL_YEAR in of_pupils:
            yield PUPIL_YEAR, pd.concat([frame.assign(year=year) for year, frame in frames.items()], ignore_index=True)


def _years(name: str, files: OfficeFiles, years: tuple[int, ...]) -> dict[int, pd.DataFrame]:
    """Return the rows of a table by year; nothing when a year cannot be read at all."""
    try:
        makers = [_maker(name, files, year, f" {year}" if len(years) > 1 else "") for year in years]
        frames = {maker.year: maker.make() for maker in makers}
    except InputError as error:
        files.report.refused(name, error)
        return {}
    refuse_several_scales(makers)
    _refuse_one_file_of_several_years(name, files, [*frames])
    for join in sorted(set.intersection(*(maker.barren for maker in makers))):
        hint = "are the keys written alike in both files: zeros in front, capitals, the same kind of key?"
        files.report.refuse(name, join, "no row of the table has a row in that file", hint)
    many = f" of {len(years)} years" if len(years) > 1 else ""
    rows = few(sum(map(len, frames.values())))
    files.report.note(name, "", f"{rows} rows{many} from {files.intake.tables[name].base}")
    return frames


def _refuse_one_file_of_several_years(name: str, files: OfficeFiles, years: Sequence[int]) -> None:
    """Refuse the same rows for two years: one of the files is not of its year."""
    base = files.intake.tables[name].base
    digests = [[files.digest(path) for path in files.paths(base, year)] for year in years if len(years) > 1]
    if files.intake.files[base].yearly and any(digest in digests[:at] for at, digest in enumerate(digests)):
        hint = "one of them is not of the year in its name: ask for the right file"
        files.report.refuse(name, base, "the files of two years are the same", hint)


def _maker(name: str, files: OfficeFiles, year: int, of_year: str) -> Maker:
    table = files.intake.tables[name]
    for role in dict.fromkeys(table.roles):
        if not files.is_missing(role, year):
            check_marks(files.intake.synthetic, files.folder, {role: files.paths(role, year)})
    if files.is_missing(table.base, year):
        raise InputError(f"files.{table.base}", f"has the rows of {name}, so it cannot be missing in {year}")
    return Maker(name, table, files, year, of_year)


def _number(tables: dict[str, pd.DataFrame], intake: Intake, secret: bytes) -> None:
    """Put numbers in the place of the keys of persons."""
    for column in NUMBERED:
        having = [name for name in tables if column in tables[name] and _is_numbered(intake, name, column)]
        if having:
            columns = numbers_of([tables[name][column] for name in having], secret, column)
            for name, found in zip(having, columns, strict=True):
                # The order of the rows in the file would tell what the numbers do not.
                tables[name] = _in_order(name, tables[name].assign(**{column: found}))


def _is_numbered(intake: Intake, name: str, column: str) -> bool:
    table = intake.tables[PUPIL if name == PUPIL_YEAR and intake.adds_pupil_year else name]
    return isinstance(table.columns.get(column), Number)


def _in_order(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    by = [column for column in schema_of(name).unique or [] if column in frame]
    return frame.sort_values(by, ignore_index=True) if by else frame


def schema_of(name: str, codes: Codes | None = None) -> pa.DataFrameSchema:
    """Return the contract of a table that a mapping may deliver, for these codes; keys of schools may be any text."""
    contracts = microdata(codes or Codes())
    if name == PUPIL_YEAR:
        columns = {**contracts[PUPIL].columns, "year": contracts["by_attendance"].columns["year"]}
        return contract(name, ["pupil", "year"], **columns)
    if name in CONTRACTS:
        return with_office_keys(CONTRACTS[name])
    return OUTLINES if name == OUTLINES.name else contracts[name]


def _checked(name: str, frame: pd.DataFrame, intake: Intake, codes: Codes, report: Report) -> pd.DataFrame:
    schema = schema_of(name, codes)
    for column in (column for column in frame if column not in schema.columns):
        report.refuse(name, str(column), "the contract has no such column", f"it has {', '.join(schema.columns)}")
    typed = {}
    for column, rule in schema.columns.items():
        if column in frame:
            typed[column] = _typed(_numbered_levels(frame[column], rule), rule, name, column, report)
            empty = int(typed[column].isna().sum())
            if empty and name != PUPIL_YEAR:
                report.note(name, column, f"missing in {share(empty, len(frame))}")
    result = pd.DataFrame(typed, index=frame.index)
    broken = list(violations(result, schema))
    for column, said in broken:
        report.refuse(name, column, said)
    empty_too = _may_be_empty(name, intake)
    for column, said, hint in () if broken else doubts(result, intake.years[-1], may_be_empty=empty_too):
        report.refuse(name, column, said, hint)
    absent = {column: rule for column, rule in schema.columns.items() if column not in intake.columns()[name]}
    for said, is_required in (("required, and absent", True), ("absent", False)):
        columns = [column for column, rule in absent.items() if rule.required == is_required]
        if columns:
            report.note(name, said, ", ".join(columns))
    return result


def _may_be_empty(table: str, intake: Intake) -> bool:
    """Return whether the mapping says that a file of a table is missing in some year."""
    roles = intake.tables[PUPIL if table == PUPIL_YEAR and intake.adds_pupil_year else table].roles
    return any(intake.files[role].missing_years for role in roles)


def _numbered_levels(column: pd.Series[Any], rule: pa.Column) -> pd.Series[Any]:
    """Return the numbers of levels that the mapping names."""
    named = names_of(rule)
    if not named or pd.api.types.is_numeric_dtype(column):
        return column
    return column.astype("object").map(lambda text: named.get(text, text), na_action="ignore")


def _number_hint(rule: pa.Column) -> str:
    if named := names_of(rule):
        return f"`codes` gives levels by name: {', '.join(named)}"
    return "`codes` and `names` give numbers too; `{year: calendar}` is a number, `{year: school}` a text"


def _typed(column: pd.Series[Any], rule: pa.Column, table: str, name: str, report: Report) -> pd.Series[Any]:
    """Bring a column to the type of the contract; with missing values, to the type of pandas that has them."""
    dtype = str(rule.dtype)
    if (dtype == "bool") != (str(column.dtype) == "boolean"):
        report.refuse(table, name, "must be a flag" if dtype == "bool" else "is no flag", "another verb")
        return column
    if dtype in ("int64", "float64") and not pd.api.types.is_numeric_dtype(column):
        numbers = pd.to_numeric(column, errors="coerce").astype("float64")
        if numbers.isna().sum() > column.isna().sum():
            report.refuse(table, name, "must be a number, and holds other texts", _number_hint(rule))
        column = numbers
    if dtype == "int64":
        whole = column.astype("Int64") if (column.dropna() % 1 == 0).all() else column
        return whole if whole.isna().any() else whole.astype("int64")
    if dtype == "bool":
        return column if column.isna().any() else column.astype("bool")
    return column.astype("float64" if dtype == "float64" else "str")


def _inputs(files: OfficeFiles, secret: bytes) -> list[dict[str, Any]]:
    return list(_records(files, secret))


def _records(files: OfficeFiles, secret: bytes) -> Iterator[dict[str, Any]]:
    for (role, year), (paths, rows, columns) in sorted(files.read.items()):
        digest = keyed_hash(secret, " ".join(files.digest(path) for path in paths))
        yield {"role": role, "year": year, "hmac": digest, "rows": few(rows), "columns": columns}
