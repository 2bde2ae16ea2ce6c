"""Numbers of persons among the values of a text: a sentence must not say exactly what the table beside it rounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from numbers import Integral, Real
from string import Formatter

from analysis.disclosure.profiles import Profile
from analysis.disclosure.rules.sentences import PERSONS, may_be_reported, refuse_exact
from analysis.errors import DisclosureError, InputError
from analysis.language import Fewer, NumberText, Text, as_data, faults_of_fields, from_data

UNITS = frozenset(("schools", "municipalities", "regions", "groups", "findings", "figures", "tables"))
"""Names of fields that count something else than persons; what ends in one after an underscore does so too."""
MEASURES = frozenset(("groep", "level", "points", "euro", "km", "age", "year", "years", "base", "tests", "distances"))
"""The same of whole numbers that measure or name something; after ``n_`` it is what the persons have in common."""
ROUNDED, AS_IT_IS = (".0f", ",.0f"), ("", ",")
"""The formats that round to a whole number, and those that leave a number as it is."""
NUMBER = "\N{HORIZONTAL ELLIPSIS}"
"""What stands for a number where the words around it are read."""
_OF_PERSONS = re.compile(rf"(?:n|teachers?|{PERSONS})(?:_(?!per_).+)?")


def refuse_values(words: Text, where: str, profile: Profile, exact: Collection[int]) -> None:
    """Refuse a text with a number of persons that is too small or not rounded.

    What a whole number counts follows from the name of its field: `UNITS` and `MEASURES` count something else, all
    others persons. Words that are no text are words of the data, and looked at as `refuse_exact` does, by themselves
    and where they stand.

    Parameters
    ----------
    words : What is to be published.
    where : What it is, for the message.
    profile : The rules of the edition.
    exact : As `refuse_exact` has it.

    Raises
    ------
    DisclosureError
        Naming the field, never the number.
    InputError
        When a value is neither a number nor words, or the text would read differently when written again.
    """
    for name, form, value in _leaves(words, where):
        if isinstance(value, str) and not isinstance(value, NumberText):
            refuse_exact(value, where, profile, exact)
        if not _may_be_said(name, form, value, profile):
            problem = f"{where}: {{{name}}} is a number of persons that is too small or not rounded"
            raise DisclosureError(f"{problem}\n  do      take it from chapter.rounded(n), or from a gated frame")
    if from_data(as_data(words)) != words:
        raise InputError(where, "reads differently when it is written again", hint="give it plain numbers and words")
    refuse_exact(_without_numbers(words), where, profile, ())


def _leaves(words: Text, where: str) -> Iterator[tuple[str, str, str | Real]]:
    """Give the name and format of each field with its number or its words, of the texts within it too."""
    for problem in faults_of_fields(words.template):
        raise InputError(where, problem)
    for name, form, value in words.fields():
        if isinstance(value, Text) and value.declared:
            yield from _leaves(value, where)
        elif isinstance(value, str | Real) and not isinstance(value, bool):
            yield name, form, value
        else:
            raise InputError(f"{where}: {{{name}}}", "must be a number or words", given=type(value).__name__)


def _may_be_said(name: str, form: str, value: str | Real, profile: Profile) -> bool:
    if isinstance(value, Fewer):
        return value.least in (profile.min_count, profile.min_schools, profile.min_boards, profile.min_residual_df)
    n = _persons(name, form, value)
    return n is None or may_be_reported(n, profile)


def _persons(name: str, form: str, value: str | Real) -> int | None:
    """Return how many persons a value counts; None where it counts none."""
    if _counts_no_persons(name) or form.endswith("%"):
        return None
    if isinstance(value, NumberText):
        number, rounded, as_it_is = value.value, not value.digits, False
    elif isinstance(value, str):
        return None
    else:
        number, rounded, as_it_is = float(value), isinstance(value, Integral) or form in ROUNDED, form in AS_IT_IS
    named = bool(_OF_PERSONS.fullmatch(name))
    return round(number) if rounded or (number.is_integer() and (as_it_is or named)) else None


def _counts_no_persons(name: str) -> bool:
    first, _, rest = name.rpartition("_")
    if first == "n":
        return rest in UNITS
    return rest in UNITS | MEASURES and not _OF_PERSONS.fullmatch(first)


def _without_numbers(words: Text) -> str:
    """Return a text as it reads without the numbers in its fields, for what its words say of persons."""
    values = {name: value for name, _, value in words.fields()}
    parts = Formatter().parse(words.template)
    return "".join(f"{literal}{_read(values[name]) if name else ''}" for literal, name, *_ in parts)


def _read(value: str | Real) -> str:
    if isinstance(value, Text) and value.declared:
        return _without_numbers(value)
    return str(value) if isinstance(value, str) and not isinstance(value, NumberText) else NUMBER
