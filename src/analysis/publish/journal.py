"""Which regressions a chapter shows side by side, declared beside it: ``regressions.yml``.

``terms`` has the words of what the published table names by code; ``tables`` has each table with its columns. A
column takes rows of the published table by the values of its other columns, or several columns, one for each value of
``each``. What an edition did not estimate is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.language import Words, remember
from analysis.plain_yaml import read_yaml
from analysis.publish.exhibits import faults_of_words
from analysis.publish.shapes import is_file_name

FILE = "regressions.yml"
PARTS = ("terms", "tables")
SAID = ("title", "outcome", "notes")
TABLE_KEYS = (*SAID, "table", "by", "rows", "columns")
COLUMN_KEYS = ("name", "take", "each", "matching", "effects", "clusters", "note")


@dataclass(frozen=True)
class Column:
    """A column, or several alike.

    Parameters
    ----------
    take : Value, or values, of the columns of the published table, by column.
    name : Its heading; of several, what stands before the value of `each`.
    each : The column of the published table that has a column here for each of its values.
    matching : Pattern of these values.
    effects, clusters : What has fixed effects, empty for nothing, and by what errors are clustered.
    note : What the notes say of it, where the edition has it.
    """

    take: Mapping[str, str | Sequence[str]]
    name: Words = field(default_factory=dict)
    each: str = ""
    matching: str = ".*"
    effects: str = ""
    clusters: str = ""
    note: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Journal:
    """A table of regressions.

    Parameters
    ----------
    name : Lower-case name.
    words : Title, dependent variable and notes.
    columns : In their order.
    table : Name of the published table that holds the estimates.
    by : The column of it that names the rows here: the term, or the outcome of which one coefficient is shown.
    rows : The rows that are shown, in their order; empty for all.
    terms : The words of rows, and of the values that columns are named after.
    """

    name: str
    words: Mapping[str, Words]
    columns: tuple[Column, ...]
    table: str = "estimates"
    by: str = "term"
    rows: tuple[str, ...] = ()
    terms: Mapping[str, Words] = field(default_factory=dict)


@cache
def read_journal(path: Path) -> tuple[Journal, ...]:
    """Read the tables of regressions of a chapter; one without a file has none.

    Raises
    ------
    InputError
        With every key that is unknown or missing, and every text that lacks a language.
    """
    if not path.exists():
        return ()
    raw = read_yaml(path)
    faults = list(_faults(raw, str(path)))
    if faults:
        raise InputError.several(faults)
    terms = raw.get("terms") or {}
    remember(terms.values())
    return tuple(_journal(name, given, terms) for name, given in raw["tables"].items())


def _journal(name: str, given: Mapping[str, Any], terms: Mapping[str, Words]) -> Journal:
    words = {part: given[part] for part in SAID if part in given}
    columns = tuple(Column(**column) for column in given["columns"])
    remember(said for said in (*words.values(), *(part for one in columns for part in (one.name, one.note))) if said)
    how = {key: given[key] for key in ("table", "by") if key in given}
    return Journal(name, words, columns, rows=tuple(given.get("rows", ())), terms=terms, **how)


def _faults(raw: Any, file: str) -> Iterator[InputError]:  # noqa: ANN401 - YAML holds anything
    if not isinstance(raw, Mapping) or not isinstance(raw.get("tables"), Mapping):
        yield InputError(file, "must be a mapping with tables", allowed=", ".join(PARTS))
        return
    yield from _unknown(raw, PARTS, file)
    for term, words in (raw.get("terms") or {}).items():
        yield from faults_of_words(words, f"{file}: terms.{term}")
    for name, given in raw["tables"].items():
        where = f"{file}: tables.{name}"
        if not is_file_name(name):
            yield InputError(where, "a name is lower-case letters, digits and underscores")
        yield from _mapped(given, where, _faults_of_table)


def _faults_of_table(given: Mapping[str, Any], where: str) -> Iterator[InputError]:
    yield from _unknown(given, TABLE_KEYS, where)
    for part in SAID:
        if part in given:
            yield from faults_of_words(given[part], f"{where}.{part}")
        elif part != "notes":
            yield InputError(f"{where}.{part}", "is missing", hint="say it in every language")
    if not isinstance(given.get("rows", []), list):
        yield InputError(f"{where}.rows", "must be a list of terms")
    columns = given.get("columns")
    if not isinstance(columns, list) or not columns:
        yield InputError(f"{where}.columns", "must be a list of at least one column", allowed=", ".join(COLUMN_KEYS))
        return
    for place, column in enumerate(columns, start=1):
        yield from _mapped(column, f"{where}.columns.{place}", _faults_of_column)


def _faults_of_column(given: Mapping[str, Any], where: str) -> Iterator[InputError]:
    yield from _unknown(given, COLUMN_KEYS, where)
    take = given.get("take")
    if not isinstance(take, Mapping) or not all(isinstance(value, str | list) for value in take.values()):
        yield InputError(f"{where}.take", "must be columns of the published table with their values")
    if "name" in given:
        yield from faults_of_words(given["name"], f"{where}.name")
    if "note" in given:
        yield from faults_of_words(given["note"], f"{where}.note")
    if "name" not in given and "each" not in given:
        yield InputError(f"{where}.name", "is missing", hint="say it in every language")


def _mapped(
    given: Any,  # noqa: ANN401 - YAML holds anything
    where: str,
    check: Callable[[Mapping[str, Any], str], Iterator[InputError]],
) -> Iterator[InputError]:
    if isinstance(given, Mapping):
        yield from check(given, where)
    else:
        yield InputError(where, "must be a mapping")


def _unknown(given: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> Iterator[InputError]:
    for key in given:
        if key not in allowed:
            yield InputError(f"{where}.{key}", "there is no such key", allowed=", ".join(allowed))
