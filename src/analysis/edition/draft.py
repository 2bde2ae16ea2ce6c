"""A new edition begins as a copy of another one: its params file, comments kept, with marks at what must be decided.

The copy runs as it is. A mark is a comment line ``# DECIDE: ...`` above the key that it is about; who has decided
removes it. A run names the marks that are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from analysis.edition.marks import MARK
from analysis.edition.model import SOURCES, Edition
from analysis.edition.params import read_edition
from analysis.errors import InputError
from analysis.plain_yaml import compose_yaml

OF_REGISTERS = ("data", "country")
BEGUN = "# Begun as a copy of"
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
SCHOOL_YEAR = re.compile(r"\b(\d{4})/(\d{2})\b")
YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
QUESTIONS = {
    "title": "what are the pages called?",
    "region": "the same municipality?",
    "publisher": "whose pages are they?",
    "school_years": "which school years is it about?",
    "language": "the same language?",
    "seed": "keep it, so that only data move the numbers, or draw anew?",
    "disclosure": "the same rules? Other rules withhold other cells than last time.",
}
DATA_QUESTIONS = {
    "source": "the same kind of data? `duo` needs files in a folder, with cards in params/sources",
    "folder": "where are the new files? (or --set, or STAAT_DATA)",
    "schoolweging_year": "is there a newer schoolweging?",
    "pupils": "as many a year?",
    "first_year": "from which year?",
    "last_year": "up to which year?",
}
NAMES_YEARS = "names school years: still the right ones?"


def begin(name: str, like: Path, folder: Path, intake: str = "") -> Path:
    """Write the params file of a new edition in a folder, as a copy of the file `like`, and return its path.

    Of an intake, it stands on own registers, with the mapping of that name.

    Raises
    ------
    InputError
        When the name cannot be one, when such an edition exists, or when the other one is not right itself.
    """
    if not NAME.fullmatch(name):
        hint = "such as amsterdam-2021"
        raise InputError(name, "cannot be an edition's name", allowed="lower-case letters, digits, hyphens", hint=hint)
    path = folder / f"{name}.yml"
    if path.exists():
        raise InputError(str(path), "there is such an edition already", hint="choose another name, or remove that file")
    read_edition(like)
    old = like.read_text("utf8")
    text = copied(on_registers(old, like.stem, intake) if intake else old, name, like.stem)
    try:
        with path.open("x", encoding="utf8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}") from None
    return path


def on_registers(text: str, old: str, intake: str) -> str:
    """Return the YAML of the edition `old` on own registers: its block of data says nothing else."""
    root = compose_yaml(text, old)
    assert isinstance(root, yaml.MappingNode)
    block = next((pair for pair in root.value if pair[0].value in OF_REGISTERS), None)
    if block is None:
        raise InputError(old, "has no block that own registers come in: data or country", hint="copy another edition")
    key, value = block
    lines = text.splitlines()
    own = [f"{key.value}:", "  source: own", f"  intake: {intake}", "  folder: data"]
    lines[key.start_mark.line : _last_line(value) + 1] = own
    return "\n".join(lines) + "\n"


def _last_line(node: yaml.Node) -> int:
    """Return the line on which a node ends, without the empty lines and comments behind it."""
    children = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else []
    return max([node.start_mark.line, *map(_last_line, children)]) if children else _ends(node)


def _ends(node: yaml.Node) -> int:
    return node.end_mark.line if node.end_mark.column else max(node.start_mark.line, node.end_mark.line - 1)


def copied(text: str, name: str, old: str) -> str:
    """Return the YAML of the edition `old` as that of the edition `name`, with marks."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith((MARK, BEGUN))]
    root = compose_yaml("\n".join(lines), old)
    assert isinstance(root, yaml.MappingNode)
    marks = sorted(_marks(root, _years_between(old, name)), reverse=True)
    for key, value in root.value:
        if key.value == "edition":
            start = value.start_mark
            line = lines[start.line]
            lines[start.line] = line[: start.column] + name + line[value.end_mark.column :]
    for number, questions in marks:
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines[number:number] = [f"{indent}{MARK} {question}" for question in questions]
    return "\n".join(_headed(lines, old)) + "\n"


def _marks(root: yaml.MappingNode, years: int) -> Iterator[tuple[int, list[str]]]:
    """Give the lines that get a mark, with what it asks; values that name school years get one wherever they are."""
    for key, value in root.value:
        if isinstance(value, yaml.MappingNode) and key.value in Edition.model_fields:
            yield from _marks_within(key.value, value, years)
        elif key.value in QUESTIONS:
            yield key.start_mark.line, [QUESTIONS[key.value] + _suggestion(value, years)]


def _marks_within(block: str, node: yaml.MappingNode, years: int) -> Iterator[tuple[int, list[str]]]:
    for key, value in node.value:
        questions = [DATA_QUESTIONS[key.value]] if block in SOURCES and key.value in DATA_QUESTIONS else []
        if SCHOOL_YEAR.search(_written(value)):
            questions.append(f"{NAMES_YEARS}{_suggestion(value, years)}")
        if questions:
            yield key.start_mark.line, questions


def _suggestion(value: yaml.Node, years: int) -> str:
    """Return the value moved by as many years as are between the names of the editions."""
    if not years or not isinstance(value, yaml.ScalarNode | yaml.SequenceNode):
        return ""
    old = _written(value)
    new = SCHOOL_YEAR.sub(lambda year: _later(year, years), old)
    if new == old and isinstance(value, yaml.ScalarNode) and value.style is None and value.tag.endswith(":str"):
        new = YEAR.sub(lambda year: str(int(year[1]) + years), old)
    return f" {'One year' if years == 1 else f'{years} years'} on: {new}" if new != old else ""


def _later(school_year: re.Match[str], years: int) -> str:
    first = int(school_year[1]) + years
    return f"{first}/{(first + 1) % 100:02d}"


def _written(node: yaml.Node) -> str:
    text = node.start_mark.buffer or ""
    return str(text[node.start_mark.pointer : node.end_mark.pointer]).strip("\0 \n").replace("\n", " ")


def _years_between(old: str, new: str) -> int:
    """Return how many years are between two editions, by the years in their names; 0 where there are none."""
    before, after = YEAR.findall(old), YEAR.findall(new)
    return int(after[-1]) - int(before[-1]) if before and after else 0


def _headed(lines: list[str], old: str) -> Iterator[str]:
    """Set above the first key what this file is; the comment there is about the other edition."""
    first = next((number for number, line in enumerate(lines) if line and not line.startswith("#")), len(lines))
    first = next((number for number, line in enumerate(lines) if line.startswith(MARK)), first) if first == 0 else first
    about = [line for line in lines[:first] if not line.startswith((MARK, "# yaml-language-server"))]
    for line in lines[:first]:
        if about and line == about[0]:
            yield f"{MARK} the comment above `edition` is that of {old}: what is this edition?"
        yield line
    yield f"{BEGUN} {old}. It runs as it is; what is marked DECIDE is for you to look at."
    yield from lines[first:]
