"""The mapping of an office, ``params/intake/NAME.yml``: its files, and how the tables of the contracts follow from it.

There are no expressions in it: what the verbs of `registers.columns` cannot do, the office does in its own software
and delivers as a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from analysis.data.contracts import OUTLINES
from analysis.data.microdata import MICRODATA
from analysis.data.sources import CONTRACTS
from analysis.declare import Block, key
from analysis.errors import InputError, nearest
from analysis.plain_yaml import read_yaml
from analysis.registers.columns import (
    ABSENT,
    VERBS,
    Column,
    Key,
    Name,
    Names,
    Number,
    PointVerb,
    Texts,
    Verb,
    Written,
    Year,
)

Format = Literal["csv", "fixed", "parquet", "excel", "dta", "sav"]
EXTENSIONS: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".dta": "dta",
    ".sav": "sav",
    ".zsav": "sav",
}
PUPIL, PUPIL_YEAR = "by_pupil", "by_pupil_year"
NUMBERED = ("pupil", "teacher")
TABLES = (*MICRODATA, PUPIL_YEAR, *CONTRACTS, str(OUTLINES.name))
YEAR = re.compile(r"\{year([+-]\d)?\}")


class Spells(Block):
    """Of a file with a row per spell (such as of an address): the spells that hold on one day are kept."""

    day: str = key("the day, such as {year}-10-01", pattern=r"^(\{year([+-]\d)?\}|\d{4})-\d{2}-\d{2}$")
    begins: Name = key("column with the first day of the spell")
    ends: Name = key("column with the last day of the spell, which belongs to it; empty while it lasts")
    written: Written = "yyyymmdd"
    open_codes: Texts = key("texts in `ends` for a spell that lasts, besides an empty one", default=())


class File(Block):
    """A file, or one of every year."""

    path: str = key("below the folder of the edition; {year}, {year+1}; * for any text; case does not matter")
    format: Format | None = key("by default what the extension says", default=None)
    separator: str = key("between the fields of a csv file", default=";", min_length=1, max_length=1)
    decimal: Literal[",", "."] = key("decimal sign of texts", default=",")
    thousands: Literal[".", ",", " ", "'"] | None = key("sign between thousands of texts", default=None)
    encoding: str = key("of a csv or fixed-width file", default="cp1252")
    sheet: str | None = key("of a workbook with several", default=None)
    layout: dict[str, tuple[int, int]] = Field(
        {}, description="columns of a fixed-width file: first and last position, counted in characters from 1"
    )
    keys: Names = key("columns with keys of persons or schools: text always", default=())
    widths: dict[str, int] = Field(
        {}, description="digits of keys that an SPSS or Stata file holds as numbers, without their zeros in front"
    )
    keep: dict[str, Texts] = Field({}, description="columns with the codes of the rows to keep; others are counted")
    on_day: Spells | None = key("cut spells on a day", default=None)
    several: bool = key("take all files that match, below each other, instead of refusing them", default=False)
    missing_years: tuple[int, ...] = key("years of the mapping without this file: its columns are missing", default=())

    @model_validator(mode="after")
    def _is_readable(self) -> File:
        parts = PurePosixPath(self.path).parts
        if "\\" in self.path or ".." in parts or not parts or PurePosixPath(self.path).is_absolute():
            raise ValueError("path: a path below the folder of the edition, with / between its parts")
        if "{" in YEAR.sub("", self.path):
            raise ValueError("path: only {year}, {year+1}, {year-1} and so on may stand in braces")
        if self.format is None and self._extension not in EXTENSIONS:
            raise ValueError(f"format: give it; the extensions known are {', '.join(EXTENSIONS)}")
        if self.thousands == self.decimal:
            raise ValueError("thousands: another sign than decimal, or 12,5 would be 125")
        if (self.kind == "fixed") != bool(self.layout):
            raise ValueError("layout: a fixed-width file (format: fixed) has one, and no other file has")
        return self

    @property
    def _extension(self) -> str:
        return PurePosixPath(self.path).suffix.lower()

    @property
    def kind(self) -> Format:
        """The format, given or by the extension."""
        return self.format or EXTENSIONS[self._extension]

    @property
    def yearly(self) -> bool:
        """Whether there is a file of each year."""
        return bool(YEAR.search(self.path))


class Join(Block):
    """A file with at most one row for each row of the table."""

    model_config = ConfigDict(validate_by_name=False)

    file: str = key("its role")
    by: Names | dict[str, str] = key("columns that are equal; or those of the table, each with that of the file")
    prefix: Name | None = Field(None, alias="as", description="name to put before its columns, with a point")
    adds_rows: bool = key("rows of the file that no row of the table has are added", default=False)

    @property
    def pairs(self) -> dict[str, str]:
        """The columns of the table, each with that of the file."""
        return dict(self.by) if isinstance(self.by, dict) else {name: name for name in self.by}

    @model_validator(mode="after")
    def _can_join(self) -> Join:
        if not self.by:
            raise ValueError("by: at least one column")
        if self.adds_rows and isinstance(self.by, dict):
            raise ValueError("adds_rows: the columns in `by` must be named alike in both")
        return self


class TableMap(Block):
    """How one table of the contracts follows from files."""

    base: str = Field(alias="from", description="role of the file with its rows")
    joins: tuple[Join, ...] = key("files with more columns, joined in this order", default=())
    columns: dict[str, Column] = Field(description="the columns of the contract", min_length=1)

    @property
    def verbs(self) -> dict[str, Verb]:
        """The columns that the office has."""
        return {name: verb for name, verb in self.columns.items() if isinstance(verb, Verb)}

    @property
    def keys(self) -> list[str]:
        """Its columns of files that are keys, as it names them."""
        of_verbs = [name for verb in self.verbs.values() if isinstance(verb, Key | Number) for name in verb.parts]
        return [*of_verbs, *(left for join in self.joins for left in join.pairs)]

    @property
    def of_persons(self) -> list[str]:
        """Its columns of files that are keys of persons."""
        return [name for verb in self.verbs.values() if isinstance(verb, Number) for name in verb.parts]

    @property
    def roles(self) -> tuple[str, ...]:
        """The files that it is made of."""
        return (self.base, *(join.file for join in self.joins))


class Intake(Block):
    """The mapping of an office."""

    intake: str = key("its name, that of the file")
    synthetic: bool = key("true for files that `staat world` wrote, false for real ones")
    years: tuple[int, ...] = key("calendar years of 1 October to read, in order", min_length=1)
    files: dict[str, File] = Field(
        description="the files by role: a word of yours, which the manifest shows", min_length=1
    )
    tables: dict[str, TableMap] = Field(description="the tables of the contracts", min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> Intake:
        if list(self.years) != sorted(set(self.years)) or not all(1990 <= year <= 2100 for year in self.years):
            raise ValueError("years: calendar years, each once, in order")
        faults = [fault for name, table in self.tables.items() for fault in self._faults(name, table)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self, name: str, table: TableMap) -> Iterator[str]:
        if name not in TABLES:
            yield f"tables.{name}: there is no such table{_meant(name, TABLES)}"
        for role in (role for role in table.roles if role not in self.files):
            yield f"tables.{name}: there is no file {role!r}{_meant(role, self.files)}"
        prefixes = [join.prefix for join in table.joins if join.prefix]
        if len(set(prefixes)) < len(prefixes):
            yield f"tables.{name}: two joins have the same `as`"
        if self.rereads(name) and any(self.files[role].yearly for role in table.roles[1:] if role in self.files):
            yield f"tables.{name}: its file {table.base!r} is not one of a year, so no file joined to it can be"
        for column, verb in table.verbs.items():
            yield from (f"tables.{name}.columns.{column}: {fault}" for fault in self._column_faults(name, column, verb))

    def _column_faults(self, name: str, column: str, verb: Verb) -> Iterator[str]:
        if isinstance(verb, Number) != (column in NUMBERED) and not (self.synthetic and column in NUMBERED):
            yield f"`number` is for {' and '.join(NUMBERED)}, and no other verb is: a key never stands in a table"
        persons = {part.casefold() for table in self.tables.values() for part in table.of_persons}
        if not isinstance(verb, Number) and persons & {source.casefold() for source in verb.sources}:
            yield "that column of a file is the key of a person, which stands in no table"
        if isinstance(verb, PointVerb) and column not in ("lat", "lon"):
            yield "`point` is for lat and lon"
        if isinstance(verb, Year) and self.rereads(name):
            yield "the file is not one of a year, so the year must come from a column"

    def rereads(self, name: str) -> bool:
        """Tell whether a table of several years comes from files that are not of one year each."""
        base = self.files.get(self.tables[name].base)
        return len(self.years) > 1 and self.of_years(name) and base is not None and not base.yearly

    def of_years(self, name: str) -> bool:
        """Tell whether the rows of a table are of several years; those of other tables are of the last one."""
        return name == PUPIL_YEAR or "year" in _contract_columns(name)

    @property
    def adds_pupil_year(self) -> bool:
        """Whether by_pupil, mapped for files of several years, gives the table by_pupil_year as well."""
        table = self.tables.get(PUPIL)
        return bool(table and self.files[table.base].yearly) and len(self.years) > 1 and PUPIL_YEAR not in self.tables

    @property
    def keys(self) -> frozenset[str]:
        """The names of all columns with keys of persons and schools, in any year."""
        return frozenset(name for names in self.keys_of_files().values() for name in names)

    def keys_of_files(self) -> dict[str, set[str]]:
        """Return the columns of each file that are keys: those that it says, and those of verbs and joins."""
        found = {role: set(file.keys) for role, file in self.files.items()}
        for table in self.tables.values():
            prefixes = {f"{join.prefix}.": join.file for join in table.joins if join.prefix}
            unnamed = [table.base, *(join.file for join in table.joins if not join.prefix)]
            for join in table.joins:
                found[join.file] |= set(join.pairs.values())
            for name in table.keys:
                prefix = next((prefix for prefix in prefixes if name.startswith(prefix)), "")
                for role in [prefixes[prefix]] if prefix else unnamed:
                    found[role].add(name.removeprefix(prefix))
        return {role: {in_year(name, year) for name in names for year in self.years} for role, names in found.items()}

    def columns(self) -> Mapping[str, frozenset[str]]:
        """Return the columns of each table that this mapping delivers, known without reading."""
        found = {name: frozenset(table.verbs) for name, table in self.tables.items()}
        return found | ({PUPIL_YEAR: found[PUPIL] | {"year"}} if self.adds_pupil_year else {})


def read_intake(path: Path) -> Intake:
    """Read the mapping of an office.

    Raises
    ------
    InputError : The file cannot be read, or a key is unknown, missing or wrong: all of them in one message.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError(str(path), "must be a YAML mapping of keys to values")
    try:
        intake = Intake.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        raise InputError.several([_explain(dict(fault), path) for fault in error.errors()]) from None
    if intake.intake != path.stem:
        raise InputError(f"{path}: intake", "a mapping bears its file's name", given=intake.intake, allowed=path.stem)
    return intake


def in_year(text: str, year: int) -> str:
    """Fill in the year in a path, the name of a column or a day."""
    return YEAR.sub(lambda found: str(year + int(found[1] or 0)), text)


def _contract_columns(name: str) -> frozenset[str]:
    schema = MICRODATA.get(name)
    return frozenset(schema.columns) if schema is not None else frozenset()


def _meant(name: str, known: Any) -> str:  # noqa: ANN401 - anything with names
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def _explain(error: Mapping[str, Any], path: Path) -> InputError:
    loc = [str(part) for part in error["loc"]]
    is_of_column = len(loc) > 4 and loc[0] == "tables" and loc[2] == "columns"
    shown = [*loc[:4], *loc[5:]] if is_of_column else loc  # without the verb, which pydantic names as well
    where, kind = f"{path}: {'.'.join(shown)}" if loc else str(path), error["type"]
    message = str(error["msg"]).removeprefix("Value error, ")
    if kind == "string_type" and isinstance(error["input"], int | float):
        given = error["input"]
        return InputError(where, "codes and names are texts", given=given, hint=f'put codes in quotes: "{given}"')
    if kind.startswith("union_tag"):
        hint = "a verb and its column, such as {whole: COLUMN}"
        return InputError(where, "there is no such verb", allowed=", ".join((*VERBS, ABSENT)), hint=hint)
    if kind == "extra_forbidden":
        names = _names_beside(loc)
        return InputError(where, f"there is no such key{_meant(loc[-1], names)}", allowed=", ".join(names))
    if kind == "missing":
        return InputError(where, "this key is missing")
    if kind == "value_error":
        return InputError(where, message)
    allowed = message.removeprefix("Input should be ").replace("a valid array", "a list, such as [ONE, OTHER]")
    return InputError(where, "this value is not allowed", allowed=allowed)


def _names_beside(loc: Sequence[str]) -> list[str]:
    """Return the keys that may stand where an unknown one does."""
    model: type[Block] = Intake
    if loc[0] == "files" and len(loc) > 2:
        model = Spells if "on_day" in loc[2:-1] else File
    elif loc[0] == "tables" and len(loc) > 2:
        model = Join if loc[2] == "joins" else VERBS[loc[4]] if loc[2] == "columns" else TableMap
    return [field.alias or name for name, field in model.model_fields.items()]
