"""Numbers of persons among the values of a text: a sentence must not say exactly what the table beside it rounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from numbers import Real

from analysis.disclosure.profiles import Profile
from analysis.disclosure.rules.sentences import may_be_reported, refuse_exact
from analysis.errors import DisclosureError
from analysis.language import Fewer, NumberText, Text

NO_PERSONS: frozenset[str] = frozenset(
    (
        *("schools", "municipalities", "regions", "groups", "groep", "level", "points", "euro", "km", "age", "year"),
        *("years", "base", "tests", "findings", "figures", "tables", "rows", "distances"),
    )
)
"""Names of fields whose whole numbers count no persons; what ends in one after an underscore does not either."""
WHOLE = re.compile(r",?d?|,?\.0f")
"""The formats that write a whole number."""


def refuse_values(words: Text, where: str, profile: Profile, exact: Collection[int]) -> None:
    """Refuse a text with a number of persons that is too small or not rounded.

    What a whole number counts follows from the name of its field: `NO_PERSONS` count something else, all others
    persons. Words that are no text are words of the data, and looked at as `refuse_exact` does.

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
    """
    for name, value in _leaves(words):
        if isinstance(value, str):
            refuse_exact(value, where, profile, exact)
        elif not _counts_no_persons(name) and not may_be_reported(value, profile):
            problem = f"{where}: {{{name}}} is a number of persons that is too small or not rounded"
            raise DisclosureError(f"{problem}\n  do      take it from chapter.rounded(n), or from a gated frame")


def _leaves(words: Text) -> Iterator[tuple[str, int | str]]:
    """Give the name of each field with its whole number or its words, of the texts within it too."""
    for name, form, value in words.fields():
        if isinstance(value, Text) and value.declared:
            yield from _leaves(value)
        elif isinstance(value, NumberText):
            if not value.digits:
                yield name, int(value.value)
        elif isinstance(value, str):
            yield name, str(value)
        elif isinstance(value, Real) and not isinstance(value, Fewer) and _is_whole(value, form):
            yield name, round(float(value))


def _is_whole(value: Real, form: str) -> bool:
    return bool(WHOLE.fullmatch(form)) and (form.endswith("f") or float(value).is_integer())


def _counts_no_persons(name: str) -> bool:
    return any(name == other or name.endswith(f"_{other}") for other in NO_PERSONS)
