"""The beginning of a mapping, from names of columns that are known; its author decides on every line with `# ?`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import InputError
from analysis.plain_yaml import read_yaml
from analysis.registers.deliver import schema_of
from analysis.registers.mapping import TABLES, File
from analysis.registers.marks import MARK
from analysis.registers.profile import FileProfile, profile

NAMES = Path(__file__).with_name("names.yml")
LIKE_CONTRACT = 0.8
OF_ADVICE = tuple(table for table in TABLES if "advice_first" in schema_of(table).columns)
SAYS_ADVICE = {"advice_first", "cet"}
DOUBT = "  # ?"
LEAST = {
    "pupil": "{number: KEY}",
    "groep": "{whole: COLUMN}",
    "age": '{age_on: "{year}-10-01", born: COLUMN, written: dd-mm-yyyy}',
    "location": "{key: COLUMN}",
}
VERSION = re.compile(r"V\d+(?=\.[^.]+$)", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
KEY_IN_NAME = re.compile(r"\d{5}|^\d{2}[a-z]{2}(\d{2})?$")
PERSON_KEYS = ("pupil", "teacher")
TEXT = "{{text: {0}}}"
VERB_OF = {
    "int64": "{{whole: {0}}}",
    "float64": "{{decimal: {0}}}",
    "bool": '{{flag: {0}, yes_codes: ["true", "True", "1"], no_codes: ["false", "False", "0"]}}',
}


class Known(NamedTuple):
    """What a column of a file is in a table."""

    role: str
    column: str
    written: str
    sure: bool


@dataclass(frozen=True)
class Seen:
    """A file that was found: its role in the mapping, and the files of other years or versions with it."""

    role: str
    path: str
    profile: FileProfile
    years: tuple[int, ...]

    @property
    def names(self) -> dict[str, str]:
        """The names of its columns, by their form without case and underscores."""
        return {_form(column.name): column.name for column in self.profile.columns}


def suggest(folder: Path) -> str:
    """Return the text of a mapping for the files in a folder, with `# ?` behind every line that must be looked at.

    Raises
    ------
    InputError : There is no file that can be read.
    """
    seen = list(_seen([found for found in profile(folder) if not found.problem]))
    if not seen:
        raise InputError(str(folder), "no file in it can be read", hint="staat intake profile says why")
    years = sorted({year for file in seen for year in file.years})
    lines = [
        "# A beginning, from the names of columns: look at every line with `# ?`, and add what is missing.",
        f"intake: {_role(folder.resolve().name)}{DOUBT}",
        f"synthetic: {'true' if (folder / MARK).exists() else 'false'}",
        f"years: [{', '.join(map(str, years)) or '2019'}]{'' if years else DOUBT}",
        "files:",
        *(f"  {file.role}: {_file_text(file.profile.file, file.path)}" for file in seen),
        "tables:",
    ]
    tables = [line for table in TABLES for line in _table(table, seen)]
    return "\n".join([*lines, *(tables or _skeleton(seen[0].role))]) + "\n"


def _skeleton(role: str) -> Iterator[str]:
    """Give the least that a table of pupils has, where no name is known."""
    yield "  # no name of a column says what it is: fill in those of your files, and add what you have besides"
    yield "  by_pupil:"
    yield f"    from: {role}{DOUBT}"
    yield "    columns:"
    for column, verb in LEAST.items():
        yield f"      {column}: {verb}{DOUBT}"


def _seen(profiles: list[FileProfile]) -> Iterator[Seen]:
    together: dict[str, list[FileProfile]] = {}
    roles: set[str] = set()
    for found in profiles:
        together.setdefault(VERSION.sub("V*", YEAR.sub("{year}", found.path, count=1)).casefold(), []).append(found)
    for files in together.values():
        years = {int(year[0]) for file in files if (year := YEAR.search(file.path))}
        path = VERSION.sub("V*", files[-1].path)
        if len(years) > 1:
            path = YEAR.sub("{year}", path, count=1)
        role = _role(Path(path.replace("{year}", "")).stem.removesuffix("V*"))
        if role in roles:
            role = f"{role}_{path.rpartition('.')[2].lower()}"
        role = next(name for number in count(1) if (name := f"{role}_{number}" if number > 1 else role) not in roles)
        roles.add(role)
        yield Seen(role, path, files[-1], tuple(sorted(years)) if len(years) > 1 else ())


def _role(name: str) -> str:
    """Return a name for who reads the manifest: without the keys of persons and schools that a file is named after."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    return "_".join(word for word in words if word and not KEY_IN_NAME.search(word)) or "file"


def _file_text(file: File, path: str) -> str:
    options = [f'path: "{path}"']
    if file.kind == "csv":
        options += [f'separator: "{file.separator}"', f'decimal: "{file.decimal}"', f"encoding: {file.encoding}"]
    return "{" + ", ".join(options) + "}"


def _table(table: str, seen: list[Seen]) -> Iterator[str]:
    of_files = {file.role: _known_in(table, file) for file in seen}
    keys = [key for key in (*PERSON_KEYS, "location") if key in schema_of(table).columns]
    bases = [role for role, known in of_files.items() if keys and any(one.column == keys[0] for one in known)]
    if table in OF_ADVICE:
        bases = [role for role in bases if {one.column for one in of_files[role]} & SAYS_ADVICE]
    if not bases:
        return
    # Of the files with the key, the one that says where a person is has the rows: others hold whole populations.
    base = max(bases, key=lambda role: (any(one.column == "location" for one in of_files[role]), len(of_files[role])))
    columns = {one.column for one in of_files[base]}
    if len(columns) < 2:
        return
    yield f"  {table}:"
    yield f"    from: {base}"
    joined = {
        role: by
        for role, known in of_files.items()
        if role != base and len(known) > 1 and (by := _shared(seen, base, role))
    }
    if joined:
        yield "    joins:"
        yield from (f"      - {{file: {role}, by: [{by}]}}{DOUBT}" for role, by in joined.items())
    yield "    columns:"
    is_yearly = next(file for file in seen if file.role == base).years
    known = {"year": Known(base, "year", "{year: calendar}", sure=False)} if is_yearly else {}
    known |= {one.column: one for role in (*joined, base) for one in reversed(of_files[role])}
    for column in schema_of(table).columns:
        found = known.get(column)
        yield (
            f"      {column}: {found.written}{'' if found.sure else DOUBT}"
            if found
            else f"      {column}: absent{DOUBT}"
        )


def _shared(seen: list[Seen], base: str, role: str) -> str | None:
    """Return the key of a person that two files share."""
    one, other = (next(file for file in seen if file.role == name) for name in (base, role))
    keys = {column.name for column in one.profile.columns if column.like == "key"}
    return next((name for name in keys if _form(name) in other.names), None)


def _known_in(table: str, file: Seen) -> list[Known]:
    if file.role != table and file.role in TABLES:
        return []  # another table of the contracts, by its name
    columns = schema_of(table).columns
    same = [name for name in columns if name in file.names.values()]
    if len(same) >= LIKE_CONTRACT * len(file.names):
        return [Known(file.role, name, _as_contract(name, str(columns[name].dtype)), sure=True) for name in same]
    found = []
    for entry in _names():
        name = file.names.get(_form(str(entry["name"])))
        for place, written in entry["columns"].items():
            if name and place.partition(".")[0] == table:
                text = str(written).replace(str(entry["name"]), name)
                exact = name.casefold() == str(entry["name"]).casefold()
                found.append(
                    Known(file.role, place.partition(".")[2], text, sure=exact and bool(entry.get("sure", True)))
                )
    return found


def _as_contract(name: str, dtype: str) -> str:
    if name in PERSON_KEYS:
        return f"{{number: [{name}]}}"
    if name == "location":
        return f"{{key: [{name}]}}"
    return VERB_OF.get(dtype, TEXT).format(name)


def _names() -> list[Mapping[str, Any]]:
    return list(read_yaml(NAMES))


def _form(name: str) -> str:
    return name.casefold().replace("_", "")
