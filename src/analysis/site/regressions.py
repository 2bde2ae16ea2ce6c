"""Regression tables as journals print them, made from the tidy tables that the edition published."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.disclosure import CROSS
from analysis.language import Words, spoken, term, text
from analysis.publish.journal import FILE, Column, Journal, read_journal
from analysis.publish.spreadsheet import read_csv
from analysis.publish.tables import number
from analysis.run.reuse import kept
from analysis.site.pages import Heading
from analysis.site.sitemap import Site, Thing
from analysis.variables import CHAPTERS

SYMBOL = "analysis.site.regressions.regressions"
NUMBERS = ("estimate", "std_error", "ci_low", "ci_high")
NO_VALUE = ("", "nan")


@dataclass(frozen=True)
class Estimated:
    """A column of a table: its heading, what is declared of it, and its rows of the published table."""

    name: str
    declared: Column
    rows: pd.DataFrame

    @property
    def digits(self) -> int:
        """Decimals of its numbers."""
        return _digits(self.rows)


def regressions(site: Site) -> dict[str, Any] | None:
    """Return what the template of the page asks for; None when the edition estimates no regression."""
    chapters = [found for step in site.steps if (found := _chapter(site, step["stem"]))]
    headings = [Heading(2, one["chapter"].title, f"regressions-{one['stem']}") for one in chapters]
    return {"estimated": chapters, "headings": headings} if chapters else None


def _chapter(site: Site, stem: str) -> dict[str, Any] | None:
    tables = []
    published = {thing.name: thing for thing in site.of(stem, "table")}
    for journal in read_journal(CHAPTERS / stem / FILE):
        thing = published.get(journal.table)
        table = _laid_out(site, journal, thing) if thing else None
        if table:
            tables.append({**table, "thing": thing, "anchor": f"regression-{stem}-{journal.name}"})
    return {"stem": stem, "chapter": published[tables[0]["thing"].name].chapter, "tables": tables} if tables else None


def _laid_out(site: Site, journal: Journal, thing: Thing) -> dict[str, Any] | None:
    """Return a table of the published one; it depends on that one's numbers, not on how it is called."""
    depends = [thing.stem, journal.name, thing.note["files"][thing.note["path"]]]
    table: dict[str, Any] | None = kept(SYMBOL, depends, lambda: journal_table(journal, _read(site, thing)))
    return table


def _read(site: Site, thing: Thing) -> pd.DataFrame:
    frame = read_csv(site.folder / thing.note["path"], keep_default_na=False, na_values={"estimate": ""}, dtype=str)
    return frame.fillna("")


def journal_table(journal: Journal, frame: pd.DataFrame) -> dict[str, Any] | None:
    """Return a table of regressions side by side; None where the edition estimated one coefficient of it at most.

    Parameters
    ----------
    journal : As declared.
    frame : The published table, a row per coefficient, all of it text.
    """
    columns = [column for declared in journal.columns for column in _columns(journal, declared, frame)]
    names = list(dict.fromkeys(name for column in columns for name in column.rows[journal.by]))
    names = [name for name in journal.rows or names if name in names]
    if sum(len(column.rows) for column in columns) < 2:
        return None
    apart = journal.by != "term"  # then a row is an outcome, with a unit and decimals of its own
    digits = {name: _digits(frame_of(columns, [name], journal.by)) for name in names}
    rows = []
    for name in names:
        cells = [
            _cell(column.rows, journal.by, name, digits[name] if apart else column.digits, apart) for column in columns
        ]
        rows.append((_label(name, journal, columns), cells))
    return {
        **{part: _say(journal.words.get(part, {})) for part in ("title", "outcome")},
        "notes": _notes(journal, columns),
        "columns": [column.name for column in columns],
        "rows": rows,
        "foot": list(_foot(columns, apart)),
    }


def _notes(journal: Journal, columns: Sequence[Estimated]) -> str:
    """Return the notes of a table and those of the columns that it has, each once."""
    notes = [journal.words.get("notes", {}), *(column.declared.note for column in columns)]
    return " ".join(dict.fromkeys(filter(None, map(_say, notes))))


def frame_of(columns: Sequence[Estimated], names: Sequence[str], by: str) -> pd.DataFrame:
    """Return the rows of these names in all columns."""
    return pd.concat([column.rows[column.rows[by].isin(names)] for column in columns])


def _columns(journal: Journal, declared: Column, frame: pd.DataFrame) -> Iterator[Estimated]:
    if not {*declared.take, *([declared.each] if declared.each else [])} <= {*frame.columns}:
        return
    rows = frame
    for column, value in declared.take.items():
        rows = rows[rows[column].isin([value] if isinstance(value, str) else value)]
    if journal.rows:
        rows = rows[rows[journal.by].isin(journal.rows)]
    if not declared.each:
        if _has_numbers(rows):
            yield Estimated(_say(declared.name), declared, rows)
        return
    for group, part in rows.groupby(declared.each, sort=False):
        if re.fullmatch(declared.matching, str(group)) and _has_numbers(part):
            name = [_say(declared.name), _named(str(group), journal)]
            yield Estimated(": ".join(filter(None, name)), declared, part)


def _has_numbers(rows: pd.DataFrame) -> bool:
    """Return whether anything in a column is estimated and may be shown."""
    return not rows["estimate"].isin(NO_VALUE).all()


def _say(words: Words) -> str:
    return words.get(spoken(), "")


def _named(code: str, journal: Journal) -> str:
    """Return a code of the published table as a reader reads it."""
    return _say(journal.terms[code]) if code in journal.terms else _words(code)


def _words(code: str) -> str:
    return term(code).replace("_", " ")


def _label(name: str, journal: Journal, columns: Sequence[Estimated]) -> str:
    """Return the words of a row; of one without, its code, with its unit where rows differ in theirs."""
    words = _named(name, journal)
    if name in journal.terms:
        return words
    units = {unit for column in columns for unit in column.rows["unit"]}
    own = list(dict.fromkeys(frame_of(columns, [name], journal.by)["unit"]))
    return f"{words} ({_words(own[0])})" if len(units) > 1 and len(own) == 1 else words


def _cell(rows: pd.DataFrame, by: str, name: str, digits: int, apart: bool) -> list[str] | None:
    """Write an estimate, its standard error in brackets and its interval; with its n where each row has another."""
    found = rows[rows[by] == name]
    if found.empty:
        return None
    row = found.iloc[0]
    estimate, error, low, high = (_number(row.get(column, ""), digits) for column in NUMBERS)
    if not estimate:
        return [CROSS]
    lines = [estimate, f"({error})" if error else "", f"[{low}; {high}]" if low and high else ""]
    if apart and row["n_obs"] not in NO_VALUE:
        lines.append(text("n = {n:,}", n=int(float(row["n_obs"]))))
    return list(filter(None, lines))


def _number(value: str, digits: int) -> str:
    return "" if value in NO_VALUE else number(float(value), digits)


def _digits(rows: pd.DataFrame) -> int:
    """Return the decimals that give the middle standard error two significant digits."""
    errors = pd.to_numeric(rows["std_error"], errors="coerce")
    middle = errors[errors > 0].median()
    return 3 if pd.isna(middle) else int(min(max(1 - math.floor(math.log10(middle)), 0), 5))


def _foot(columns: Sequence[Estimated], apart: bool) -> Iterator[tuple[str, list[str]]]:
    if not apart:
        yield text("Observations"), [_most(column, "n_obs") for column in columns]
        yield text("Clusters"), [_most(column, "n_clusters") for column in columns]
    declared = [column.declared for column in columns]
    yield text("Fixed effects"), [term(one.effects) if one.effects else text("none") for one in declared]
    yield text("Errors clustered by"), [term(one.clusters) if one.clusters else text("none") for one in declared]


def _most(column: Estimated, name: str) -> str:
    if name not in column.rows:
        return ""
    known = pd.to_numeric(column.rows[name], errors="coerce").dropna()
    return number(known.max(), 0) if len(known) else CROSS
