"""What the keys of a chapter's declarations may hold, so that a wrong value is reported before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from analysis.disclosure import Linked
from analysis.errors import InputError

FILE_NAME = re.compile(r"[a-z][a-z0-9_]*")
Shape = tuple[Callable[[Any], bool], str]


def is_file_name(given: object) -> bool:
    """Return whether something can be the name of a file and of a place on a page."""
    return isinstance(given, str) and bool(FILE_NAME.fullmatch(given))


def _is_name(given: object) -> bool:
    return isinstance(given, str) and bool(given)


def _are_names(given: object) -> bool:
    return isinstance(given, list) and all(map(_is_name, given))


def _are_pairs(given: object) -> bool:
    return _by_name(given, lambda value: _are_names(value) and len(value) == len(("part", "whole")))


def _by_name(given: object, holds: Callable[[Any], bool]) -> bool:
    return isinstance(given, Mapping) and all(_is_name(name) and holds(value) for name, value in given.items())


def _are_linked(given: object) -> bool:
    shapes: Mapping[str, Callable[[Any], bool]] = {
        "totals": lambda value: _by_name(value, _is_name),
        "same": lambda value: _by_name(value, _is_name),
        "whole": _are_pairs,
        "labels": _are_names,
    }
    known = {field.name for field in fields(Linked)}
    return isinstance(given, Mapping) and all(key in known and shapes[key](value) for key, value in given.items())


NAMES: Shape = (_are_names, "a list of names")
NAME: Shape = (_is_name, "a name")
FILED: Shape = (is_file_name, "a name of lower-case letters, digits and underscores")
SWITCH: Shape = (lambda given: isinstance(given, bool), "true or false")
MAPPING: Shape = (lambda given: isinstance(given, Mapping), "a mapping")
SHAPES: Mapping[str, Shape] = {
    "frame": NAME,
    "counts": (
        lambda given: _are_names(given) or _by_name(given, _are_names),
        "a list of names, or per name a list of what rests on it",
    ),
    "free": NAMES,
    "totals": (
        lambda given: isinstance(given, list) and all(_is_name(each) or _are_names(each) for each in given),
        "a list of names, or of such lists",
    ),
    "ratios": (_are_pairs, "per name the part and the whole"),
    "contributors": (_are_pairs, "per name the largest and the second"),
    "linked": (_are_linked, f"a mapping with, of {', '.join(field.name for field in fields(Linked))}, what they hold"),
    "columns": NAMES,
    "digits": (lambda given: _by_name(given, _are_digits), "per name a number of decimals"),
    "labels": MAPPING,
    "options": MAPPING,
    "points": SWITCH,
    "figure": FILED,
    "table": FILED,
    "family": NAME,
    "nth": NAME,
    "test": (
        lambda given: bool(given) and _by_name(given, lambda value: isinstance(value, str | int | list)),
        "columns with their values",
    ),
}


def _are_digits(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 0


def faults_of_shape(given: Mapping[str, Any], where: str) -> Iterator[InputError]:
    """Give the keys of which the value is of another kind than it must be."""
    for key, value in given.items():
        if key in SHAPES and not SHAPES[key][0](value):
            yield InputError(f"{where}.{key}", f"must be {SHAPES[key][1]}")
