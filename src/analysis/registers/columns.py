"""The verbs of a mapping: each says how one column of a contract follows from columns of files.

A value that is empty, or one of ``missing_codes``, is missing; blanks around a value do not count. A column is named as
the file has it, of a file joined ``as mother`` with ``mother.`` before it, and ``{year}`` in it is the year being read.
Where several may be named, the first that has a value counts.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from analysis.declare import Block, key

Name = Annotated[str, Field(min_length=1)]
Names = tuple[Name, ...]
Texts = tuple[str, ...]
Written = Literal["yyyymmdd", "yyyy-mm-dd", "dd-mm-yyyy", "dd/mm/yyyy"]
MISSING = "missing"
ABSENT = "absent"


class Verb(Block):
    """What all verbs have in common."""

    missing_codes: Texts = key("texts that stand for a missing value", default=())
    only: dict[str, Texts] = Field(
        {}, description="columns with the codes for which the value counts; it is missing in other rows"
    )

    @property
    def sources(self) -> Names:
        """The columns of files that this column follows from."""
        named = getattr(self, verb_of(self) or "", ())
        return (*((named,) if isinstance(named, str) else named), *self.only)


class TextVerb(Verb):
    """The text as it is."""

    text: Name | Names
    first: int | None = key(
        "keep so many characters from the beginning, such as four of a postcode", default=None, ge=1
    )


class Whole(Verb):
    """A whole number."""

    whole: Name | Names


class Decimal(Verb):
    """A number, with the decimal sign of the file."""

    decimal: Name | Names
    scale: Name | None = key("column with the scale of a test score: one scale a subject", default=None)

    @property
    def sources(self) -> Names:
        """The columns of files that this column follows from."""
        return (*super().sources, *([self.scale] if self.scale else []))


class Number(Verb):
    """The number of a person: the same for one key in every table, in an order that says nothing of the key."""

    number: Names = key("the key: its columns", min_length=1)

    @property
    def parts(self) -> Names:
        """The columns of the key."""
        return self.number


class Key(Verb):
    """The key of a school or board, as text: its columns after each other."""

    key: Names = key("its columns", min_length=1)
    between: str = Field("", description="text between the columns; without, all but the last must have one width")

    @property
    def parts(self) -> Names:
        """The columns of the key."""
        return self.key


class Coded(Verb):
    """What verbs have in common that turn codes of a file into codes of the contract."""

    codes: dict[str, Texts] = Field(description="codes of the file for each code of the contract", min_length=1)
    others: str | None = key(
        "the code for codes that are not listed, or `missing`; without, they are errors", default=None
    )
    missing: str | None = key("the code for a missing value; without, it stays missing", default=None)

    @model_validator(mode="after")
    def _listed_once(self) -> Coded:
        every = [*(code for codes in self.codes.values() for code in codes), *self.missing_codes]
        twice = sorted({code for code in every if every.count(code) > 1})
        if twice:
            raise ValueError(f"these codes are listed twice: {', '.join(twice)}")
        return self


class CodeVerb(Coded):
    """A code, from a code."""

    code: Name | Names


class Highest(Coded):
    """The highest code of several columns, such as those of both parents; missing if all are."""

    highest: Names = key("the columns", min_length=1)
    order: Texts = key("codes of the contract, lowest first", min_length=1)

    @model_validator(mode="after")
    def _all_in_order(self) -> Highest:
        made = {*self.codes, *([self.others] if self.others not in (None, MISSING) else [])}
        if made != set(self.order):
            raise ValueError("order must hold each code of the contract that codes and others give, and no other")
        return self


class Flag(Verb):
    """True or false, from codes; another code is an error. Booleans have the codes ``true`` and ``false``."""

    flag: Name | Names
    yes_codes: Texts = key("codes for true", min_length=1)
    no_codes: Texts = key("codes for false", min_length=1)

    @model_validator(mode="after")
    def _listed_once(self) -> Flag:
        every = [*self.yes_codes, *self.no_codes, *self.missing_codes]
        if len(set(every)) < len(every):
            raise ValueError("a code is listed twice")
        return self


class Cut(Verb):
    """A class of a number."""

    cut: Name | Names
    edges: tuple[float, ...] = key("where a next class begins: this value belongs to it", min_length=1)
    names: Texts = key("the classes, lowest first: one more than there are edges", min_length=2)
    missing_below: float | None = key("smaller numbers stand for a missing value", default=None)

    @model_validator(mode="after")
    def _classes_fit(self) -> Cut:
        if list(self.edges) != sorted(set(self.edges)):
            raise ValueError("the edges must increase")
        if len(self.names) != len(self.edges) + 1:
            raise ValueError("names must hold one class more than there are edges")
        return self


class Date(Verb):
    """What a date says: the day of its school year (1 August is 0), the school year, or the calendar year."""

    date: Name | Names
    written: Written = "yyyymmdd"
    gives: Literal["day_of_school_year", "school_year", "calendar_year"] = "day_of_school_year"


class AgeOn(Verb):
    """Age in whole years on a day; missing where an unknown day or month (00) leaves it open."""

    age_on: str = key("the day, such as {year}-10-01", pattern=r"^(\{year([+-]\d)?\}|\d{4})-\d{2}-\d{2}$")
    born: Names = key("one column with the date of birth, or those of year, month and day", min_length=1, max_length=3)
    written: Written = "yyyymmdd"

    @model_validator(mode="after")
    def _one_or_three(self) -> AgeOn:
        if len(self.born) == 2:
            raise ValueError("born: one column with a date, or three with year, month and day")
        return self

    @property
    def sources(self) -> Names:
        """The columns of files that this column follows from."""
        return (*self.born, *self.only)


class AgeGiven(Verb):
    """Age in whole years as the file gives it, on whatever day it does."""

    age_given: Name


class PointVerb(Verb):
    """Degrees north (column lat) or east (column lon) of a point."""

    point: tuple[Name, Name] = key("the columns: x and y in metres, or degrees east and north")
    system: Literal["rd", "degrees"] = key("rd: metres of the Dutch grid (EPSG:28992); degrees: WGS84")


class Year(Verb):
    """The year that is read: that of 1 October, or its school year."""

    year: Literal["calendar", "school"]

    @property
    def sources(self) -> Names:
        """The columns of files that this column follows from."""
        return tuple(self.only)


VERBS: dict[str, type[Verb]] = {
    "text": TextVerb,
    "whole": Whole,
    "decimal": Decimal,
    "number": Number,
    "key": Key,
    "code": CodeVerb,
    "highest": Highest,
    "flag": Flag,
    "cut": Cut,
    "date": Date,
    "age_on": AgeOn,
    "age_given": AgeGiven,
    "point": PointVerb,
    "year": Year,
}
"""The verbs by name; a column that is not there is the word ``absent``."""


def verb_of(value: Any) -> str | None:  # noqa: ANN401 - what a file holds, or a verb
    """Return the name of the verb that a column of a mapping is written with; None for what is none."""
    if isinstance(value, Verb):
        return next(name for name, kind in VERBS.items() if type(value) is kind)
    if value == ABSENT:
        return ABSENT
    return next((name for name in VERBS if isinstance(value, dict) and name in value), None)


Column = Annotated[
    Annotated[TextVerb, Tag("text")]
    | Annotated[Whole, Tag("whole")]
    | Annotated[Decimal, Tag("decimal")]
    | Annotated[Number, Tag("number")]
    | Annotated[Key, Tag("key")]
    | Annotated[CodeVerb, Tag("code")]
    | Annotated[Highest, Tag("highest")]
    | Annotated[Flag, Tag("flag")]
    | Annotated[Cut, Tag("cut")]
    | Annotated[Date, Tag("date")]
    | Annotated[AgeOn, Tag("age_on")]
    | Annotated[AgeGiven, Tag("age_given")]
    | Annotated[PointVerb, Tag("point")]
    | Annotated[Year, Tag("year")]
    | Annotated[Literal["absent"], Tag(ABSENT)],
    Discriminator(verb_of),
]
"""One column of a table: a verb, or ``absent``."""
