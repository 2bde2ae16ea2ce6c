"""One table of a contract in one year: its files joined, and its columns made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import InputError, few, nearest
from analysis.registers.columns import Decimal, Verb
from analysis.registers.extract import OfficeFiles
from analysis.registers.mapping import Join, TableMap, in_year
from analysis.registers.plain import arrow_of, loose
from analysis.registers.report import Report, share
from analysis.registers.verbs import Work, made, texts_of


@dataclass(frozen=True)
class Piece:
    """A file of a table: its columns bear the prefix; those that it is joined by are not its own."""

    role: str
    prefix: str
    header: list[str]
    joined_by: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Tell whether it has a column of this name, as the mapping calls it."""
        bare = name.removeprefix(self.prefix)
        if not name.startswith(self.prefix) or bare.casefold() in self.joined_by:
            return False
        return bare in self.header or [other.casefold() for other in self.header].count(bare.casefold()) == 1


class Maker:
    """Makes a table of one year from the files of an office."""

    def __init__(self, name: str, table: TableMap, files: OfficeFiles, year: int, of_year: str = "") -> None:
        self.name, self.table, self.files, self.year, self.of_year = name, table, files, year, of_year
        self.barren: set[str] = set()  # joins by which no row found one
        self.scales: set[tuple[str, str, str]] = set()  # of scores: column, subject, scale
        self.report: Report = files.report
        self.pieces = [Piece(table.base, "", files.header(table.base, year)), *map(self._piece, table.joins)]

    def _piece(self, join: Join) -> Piece:
        prefix = f"{join.prefix}." if join.prefix else ""
        joined_by = frozenset(map(str.casefold, join.pairs.values())) if not prefix else frozenset[str]()
        return Piece(join.file, prefix, self.files.header(join.file, self.year), joined_by)

    def make(self) -> pd.DataFrame:
        """Return the columns of the contract that the mapping gives; keys of persons are not numbered yet.

        What is wrong is in the report; a column that cannot be made is not in the frame.
        """
        verbs = dict(self._readable())
        frame = self._joined(verbs)
        signs = {
            name: (file.decimal, file.thousands)
            for piece in self.pieces
            for file in (self.files.intake.files[piece.role],)
            for name in frame.columns
            if piece.has(name)
        }
        works = {column: Work(frame, column, self.year, signs) for column in verbs}
        columns = {column: self._column(works[column], verb) for column, verb in verbs.items()}
        self._refuse_days_of_another_year(works, columns)
        self._note_scales(verbs, columns, frame)
        return pd.DataFrame(columns, index=frame.index)

    def _refuse_days_of_another_year(self, works: Mapping[str, Work], columns: Mapping[str, pd.Series[Any]]) -> None:
        """Refuse days of a school year that are in another one than the row says."""
        of_rows = columns.get("year")
        for column, work in works.items():
            if of_rows is not None and work.school_years is not None:
                days = work.school_years
                same = (days == of_rows.astype("str")) | (days.str.slice(0, 4) == of_rows.astype("str"))
                other = int((~same & days.notna() & of_rows.notna()).sum())
                if other:
                    said = f"the day is in another school year than `year` says, in {few(other, len(days))} rows"
                    hint = "`year` is the school year, or the calendar year in which it begins"
                    self.report.refuse(self.name, column + self.of_year, said, hint)

    def _note_scales(
        self, verbs: Mapping[str, Verb], columns: Mapping[str, pd.Series[Any]], frame: pd.DataFrame
    ) -> None:
        """Keep which scales the scores of each subject are on."""
        subject = columns.get("subject", pd.Series("", index=frame.index)).astype("str")
        for column, verb in verbs.items():
            if isinstance(verb, Decimal) and verb.scale:
                scales = texts_of(frame[in_year(verb.scale, self.year)]).where(columns[column].notna())
                known = pd.DataFrame({"subject": subject, "scale": scales}).dropna().drop_duplicates()
                self.scales |= {(column, *pair) for pair in known.itertuples(index=False, name=None)}

    def _column(self, work: Work, verb: Verb) -> pd.Series[Any]:
        series, column = made(verb, work), work.column
        for said in work.notes:
            self.report.note(self.name, column + self.of_year, said)
        for said, hint in work.faults:
            self.report.refuse(self.name, column + self.of_year, said, hint)
        return series

    def _readable(self) -> Iterator[tuple[str, Verb]]:
        for column, verb in self.table.verbs.items():
            faults = [fault for name in verb.sources if (fault := self._fault(in_year(name, self.year), self.pieces))]
            for problem, hint in faults:
                self.report.refuse(self.name, column + self.of_year, problem, hint)
            if not faults:
                yield column, verb

    def _fault(self, name: str, pieces: list[Piece]) -> tuple[str, str] | None:
        having = [piece for piece in pieces if piece.has(name)]
        if len(having) == 1:
            return None
        if having:
            roles = " and ".join(piece.role for piece in having)
            return f"{roles} both have a column {name!r}", "join one of them `as` a name, and put that before it"
        every = [piece.prefix + other for piece in pieces for other in piece.header]
        near = nearest(name, every)
        hint = f"the nearest column is {near!r}" if near else f"files: {', '.join(piece.role for piece in pieces)}"
        return f"no file of this table has the column {name!r}", hint

    def _joined(self, verbs: Mapping[str, Verb]) -> pd.DataFrame:
        named = [in_year(name, self.year) for verb in verbs.values() for name in verb.sources]
        for at, join in enumerate(self.table.joins):
            for left in join.pairs:
                fault = self._fault(left, self.pieces[: at + 1])
                if fault:
                    raise InputError(f"joins.{at}.by", fault[0], hint=fault[1])
                named.append(left)
        base, *others = self.pieces
        frame = self.files.rows(base.role, self.year, [name for name in named if base.has(name)])
        for piece, join in zip(others, self.table.joins, strict=True):
            frame = self._with(frame, piece, join, [name for name in named if piece.has(name)])
        return frame

    def _with(self, frame: pd.DataFrame, piece: Piece, join: Join, names: list[str]) -> pd.DataFrame:
        left, right = list(join.pairs), list(join.pairs.values())
        bare = list(dict.fromkeys(name.removeprefix(piece.prefix) for name in names))
        keys = frame[left].apply(texts_of).set_axis(right, axis=1)
        among = None if join.adds_rows else _most_telling(keys)
        other = self.files.rows(piece.role, self.year, [*right, *bare], among)
        found = other[right].apply(texts_of)
        if join.adds_rows:
            keys, frame = _with_rows_added(keys, frame, found[found.notna().all(axis=1)])
        rows = self._rows_of(_one_text(keys), _one_text(found), join, piece)
        self._refuse_other_writing(keys[rows < 0], found, join)
        reached = other[bare].add_prefix(piece.prefix).reindex(rows).set_axis(frame.index)
        return pd.concat([frame, reached], axis=1)

    def _rows_of(self, keys: pa.Array, found: pa.Array, join: Join, piece: Piece) -> np.ndarray[Any, Any]:
        """Return the row in which each key is found first, -1 without one: an empty key is nobody's."""
        about = self._about(join)
        rows = pc.index_in(keys, value_set=found, skip_nulls=True)
        if pc.count_distinct(found).as_py() < len(found) - found.null_count:
            first = pc.index_in(found, value_set=found, skip_nulls=True)
            again = found.filter(pc.not_equal(first, pa.array(np.arange(len(found), dtype=np.int32))))
            several = pc.sum(pc.is_in(keys, value_set=again, skip_nulls=True)).as_py()
            if several:
                said = f"{few(several)} rows have several rows in {piece.role}"
                self.report.refuse(self.name, about, said, "one row a key: `keep`, `on_day`, or another key in `by`")
        without = rows.null_count
        if without == len(rows) > keys.null_count and self.files.has_rows(piece.role, self.year):
            self.barren.add(about.removesuffix(self.of_year))
        said = f"{share(without, len(rows))} without a row" if without else "a row for each"
        self.report.note(self.name, about, said)
        return np.asarray(rows.fill_null(-1))

    def _about(self, join: Join) -> str:
        return f"join {join.file}" + (f" ({join.prefix})" if join.prefix else "") + self.of_year

    def _refuse_other_writing(self, lone: pd.DataFrame, found: pd.DataFrame, join: Join) -> None:
        """Refuse keys without a row that have one but for capitals, blanks or zeros in front."""
        there = _one_text(found, loose)
        alike = pc.sum(pc.is_in(_one_text(lone, loose), value_set=there, skip_nulls=True)).as_py()
        if alike:
            said = f"{few(alike)} rows without a row would have one but for capitals, blanks or zeros in front"
            self.report.refuse(self.name, self._about(join), said, "write the keys alike in both files")


def refuse_several_scales(makers: Iterable[Maker]) -> None:
    """Refuse scores of several publishers: those of a subject are on one scale, in all columns and years."""
    makers = list(makers)
    found = pd.DataFrame(set().union(*(maker.scales for maker in makers)), columns=["column", "subject", "scale"])
    several = found[found.groupby("subject")["scale"].transform("nunique") > 1]
    for column, scales in several.groupby("column"):
        most = several[several["subject"].isin(scales["subject"])].groupby("subject")["scale"].nunique().max()
        said = f"scores of one subject are on {most} scales"
        makers[0].report.refuse(makers[0].name, str(column), said, "keep one of them: `keep` of the file, or `only`")


def _most_telling(keys: pd.DataFrame) -> tuple[str, pa.Array]:
    """Return the column of a key with the most values, and these: one that says R of everybody leaves no row out."""
    values = {str(name): pc.unique(arrow_of(keys[name])).drop_null() for name in keys}
    return max(values.items(), key=lambda item: len(item[1]))


def _one_text(keys: pd.DataFrame, written: Callable[[pa.Array], pa.Array] = lambda texts: texts) -> pa.Array:
    """Return the columns of a key as one text, missing where one of them is; no text holds the sign between."""
    parts = [written(arrow_of(keys[name])) for name in keys]
    return pc.binary_join_element_wise(*parts, "\0") if len(parts) > 1 else parts[0]


def _with_rows_added(keys: pd.DataFrame, frame: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the keys that are in another file alone, as rows of which nothing else is known."""
    both = pd.concat([keys, found], ignore_index=True)
    is_new = ~both.duplicated() & (both.index >= len(keys))
    added = both[is_new]
    plain = frame.assign(**{str(name): keys[name] for name in keys})
    return pd.concat([keys, added], ignore_index=True), pd.concat([plain, added], ignore_index=True)
