"""What a mapping made of an office's files: rows, joins, what is missing, unmapped or broken; counts, never a value."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from analysis.errors import FEWEST, InputError, RegisterError

WIDTH = 25
YEAR = re.compile(r"(.+) (\d{4})")


def share(n: int, total: int) -> str:
    """Say a part of the rows in percent; a part of fewer than ten, or all but fewer than ten, as that."""
    if n in (0, total):
        return "all rows" if n else "no row"
    if n < FEWEST:
        return f"fewer than {FEWEST} rows"
    return f"all but fewer than {FEWEST} rows" if total - n < FEWEST else f"{n / total:.1%}"


@dataclass(frozen=True)
class Note:
    """One line of a report.

    Parameters
    ----------
    table : Of the contracts; or ``files``.
    about : A column, a join, a role; empty for the table.
    said : What there is to say, in counts.
    hint : What to do; empty for a note that is no error.
    """

    table: str
    about: str
    said: str
    hint: str = ""
    is_error: bool = False


@dataclass
class Report:
    """The notes on an intake, in the order in which they were made."""

    notes: list[Note] = field(default_factory=list)

    def note(self, table: str, about: str, said: str) -> None:
        """Add what is good to know."""
        self._add(Note(table, about, said))

    def refuse(self, table: str, about: str, said: str, hint: str = "") -> None:
        """Add an error."""
        self._add(Note(table, about, said, hint, is_error=True))

    def refused(self, table: str, error: InputError) -> None:
        """Add an error that was raised."""
        self.refuse(table, error.where, str(error).removeprefix(f"{error.where}: "))

    def _add(self, note: Note) -> None:
        if note not in self.notes:  # a file that several tables need is read, and noted, once
            self.notes.append(note)

    def errors(self) -> list[Note]:
        """Return the notes that are errors."""
        return [note for note in self.notes if note.is_error]

    def raise_errors(self, file: str) -> None:
        """Stop if there are errors, with all of them."""
        errors = self.errors()
        if errors:
            raise InputError.several([_error(note, file) for note in errors])

    def __str__(self) -> str:
        """Return the report as text: a block for each table, errors marked with ``!``."""
        tables = dict.fromkeys(note.table for note in self.notes)
        return "\n".join(line for table in tables for line in self._block(table))

    def _block(self, table: str) -> Iterable[str]:
        notes = [note for note in self.notes if note.table == table]
        first = next((note for note in notes if not note.about), None)
        yield f"{table:<{WIDTH + 2}}{first.said if first else ''}".rstrip()
        for note in _over_years([note for note in notes if note is not first]):
            mark, hint = "!" if note.is_error else " ", f" ({note.hint})" if note.hint else ""
            said = note.said.replace("\n", "\n" + " " * (WIDTH + 2))
            yield f"{mark} {note.about:<{WIDTH - 1}} {said}{hint}"


def _over_years(notes: Sequence[Note]) -> list[Note]:
    """Put notes together that say the same of several years."""
    years: dict[Note, list[str]] = defaultdict(list)
    for note in notes:
        match = YEAR.fullmatch(note.about)
        about, year = match.groups() if match else (note.about, "")
        years[replace(note, about=about)].append(year)
    return [_of_years(note, each) for note, each in years.items()]


def _of_years(note: Note, years: Sequence[str]) -> Note:
    if years == [""]:
        return note
    if len(years) == 1:
        return replace(note, about=f"{note.about} {years[0]}")
    said = f"{note.said} (in {len(years)} years)"
    return replace(note, about=f"{note.about} {years[0]}-{years[-1][2:]}", said=said)


def _error(note: Note, file: str) -> RegisterError:
    where = f"{file}: {note.table}" + (f".{note.about}" if note.about else "")
    return RegisterError(where, note.said, hint=note.hint or None)
