"""What each verb of a mapping does with columns of files; what cannot be done is counted, and never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import FEWEST, few
from analysis.registers import columns as of
from analysis.registers.columns import MISSING, Verb
from analysis.registers.extract import sortable
from analysis.registers.mapping import in_year
from analysis.registers.plain import EXACT, arrow_of, in_thousands, of_each
from analysis.registers.rd import degrees_of
from analysis.school_years import school_year

Series: TypeAlias = "pd.Series[Any]"
PROFILE = "`staat intake profile FOLDER --codes {}` lists them"
FIRST_MONTH = 8  # of a school year


@dataclass
class Work:
    """One column being made of a frame, and what is wrong with it.

    Parameters
    ----------
    frame : The joined columns of files, by the names that the mapping gives them.
    column : The column of the contract.
    year : Being read.
    decimal, thousands : Signs in the texts of each column of the frame.
    school_years : Of days of a school year: which one.
    """

    frame: pd.DataFrame
    column: str
    year: int
    signs: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    school_years: Series | None = None

    def refuse(self, said: str, hint: str = "") -> None:
        """Note a fault, and what to do."""
        self.faults.append((said, hint))

    def named(self, name: str) -> str:
        """Return the column of the frame that a mapping names."""
        return in_year(name, self.year)

    def texts(self, name: str, verb: Verb) -> Series:
        """Return a column as text, missing where the verb says so."""
        return self.counting(texts_of(self.frame[self.named(name)]), verb)

    def first(self, names: str | Sequence[str], verb: Verb) -> Series:
        """Return the first of some columns that has a value, as text."""
        every = [self.texts(name, verb) for name in ((names,) if isinstance(names, str) else names)]
        found = every[0]
        for other in every[1:]:
            found = found.where(found.notna(), other)
        return found

    def numbers(self, names: str | Sequence[str], verb: Verb) -> pd.Series[float]:
        """Return the first of some columns that has a value, as numbers."""
        every = [self._numbers(name, verb) for name in ((names,) if isinstance(names, str) else names)]
        found = every[0]
        for other in every[1:]:
            found = found.where(found.notna(), other)
        return found

    def _numbers(self, name: str, verb: Verb) -> pd.Series[float]:
        column = self.frame[self.named(name)]
        if pd.api.types.is_numeric_dtype(column):
            known = self.texts(name, verb).notna() if verb.missing_codes or verb.only else column.notna()
            return column.astype("float64").where(known)
        texts = self.texts(name, verb)
        decimal, thousands = self.signs.get(self.named(name), (",", None))
        form = rf"[-+]?(?:[0-9]+|[0-9]{{1,3}}(?:\{thousands}[0-9]{{3}})+)" if thousands else r"[-+]?[0-9]+"
        shape = rf"\A{form}(?:\{decimal}[0-9]*)?(?:[eE][-+]?[0-9]+)?\z"
        is_number = of_each(arrow_of(texts), lambda each: pc.match_substring_regex(each, shape))
        wrong = pd.Series(np.asarray(pc.invert(is_number).fill_null(False)), texts.index)
        if wrong.any():
            hint = f"the decimal sign of the file is {decimal!r}" + (
                "" if thousands else ", and thousands have no sign"
            )
            self.refuse(f"no number, in {few(int(wrong.sum()))} rows of {name}", hint)
        plain = texts.mask(wrong)
        if not thousands and in_thousands(plain, decimal):
            hint = f"if {decimal!r} stands between thousands, say so with thousands and decimal of the file"
            self.refuse(f"{decimal!r} has three digits behind it in all rows of {name} where it stands", hint)
        if thousands:
            plain = plain.str.replace(thousands, "", regex=False)
        plain = plain.str.replace(decimal, ".", regex=False).str.removeprefix("+")
        # Arrow's conversion is exact to the last bit, so that a number survives being written as text.
        numbers = of_each(arrow_of(plain), lambda each: each.cast(pa.float64()))
        return pd.Series(numbers.to_pandas().to_numpy(), texts.index)

    def counting(self, texts: Series, verb: Verb) -> Series:
        """Return a column, missing where the verb says that a value is none or does not count."""
        if verb.missing_codes:
            texts = texts.mask(texts.isin(verb.missing_codes))
        for name, codes in verb.only.items():
            texts = texts.where(texts_of(self.frame[self.named(name)]).isin(codes))
        return texts


def texts_of(column: Series) -> Series:
    """Return numbers as texts; whole ones without a point."""
    if not pd.api.types.is_numeric_dtype(column):
        return column
    numbers = column.astype("float64")
    is_whole = (numbers % 1 == 0) & (numbers.abs() < EXACT)
    texts = numbers.where(is_whole).astype("Int64").astype("str").where(is_whole)
    rest = numbers[~is_whole & column.notna()]
    if len(rest):
        texts[rest.index] = rest.map(lambda n: f"{n:.0f}" if float(n).is_integer() else repr(float(n)))
    return texts


def made(verb: Verb, work: Work) -> Series:
    """Return a column of the contract; what is wrong stands in `work` afterwards."""
    return MAKERS[type(verb)](verb, work)


def _text(verb: of.TextVerb, work: Work) -> Series:
    texts = work.first(verb.text, verb)
    if verb.first is None:
        return texts
    return texts.str[: verb.first]


def _whole(verb: of.Whole | of.AgeGiven, work: Work) -> Series:
    numbers = work.numbers(verb.whole if isinstance(verb, of.Whole) else verb.age_given, verb)
    wrong = numbers.notna() & (numbers % 1 != 0)
    if wrong.any():
        work.refuse(f"no whole number, in {few(int(wrong.sum()))} rows")
    return numbers.mask(wrong).astype("Int64")


def _decimal(verb: of.Decimal, work: Work) -> Series:
    return work.numbers(verb.decimal, verb)


def _key(verb: of.Key | of.Number, work: Work) -> Series:
    names = verb.key if isinstance(verb, of.Key) else verb.number
    between = verb.between if isinstance(verb, of.Key) else ""
    parts = [work.texts(name, verb) for name in names]
    for name, part in list(zip(names, parts, strict=True))[:-1]:
        if not between and part.str.len().min() != part.str.len().max():
            work.refuse(f"{name} has several widths, so that two keys may become one text", 'between: "-"')
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + between + part
    return joined


def _recoded(texts: Series, verb: of.Coded, work: Work, name: str) -> Series:
    table = {code: to for to, codes in verb.codes.items() for code in codes}
    found = texts.map(table).astype("str")
    unknown = texts.notna() & found.isna()
    if unknown.any() and verb.others is None:
        kinds = texts[unknown].nunique()
        said = f"{kinds} {'code' if kinds == 1 else 'codes'} not mapped, in {few(int(unknown.sum()))} rows"
        work.refuse(said, f"add them to codes, missing_codes or others; {PROFILE.format(name)}")
    elif unknown.sum() >= FEWEST and found.isna().all():
        work.refuse("no row has a code that is listed", f"another column, or other codes? {PROFILE.format(name)}")
    elif unknown.any():
        work.notes.append(f"codes not listed are {verb.others}, in {few(int(unknown.sum()))} rows")
        found = found if verb.others == MISSING else found.mask(unknown, verb.others)
    return found


def _filled(found: Series, verb: of.Coded, work: Work) -> Series:
    empty = found.isna()
    if verb.missing is None or not empty.any():
        return found
    work.notes.append(f"missing in {few(int(empty.sum()), len(found))} rows -> {verb.missing}")
    return found.mask(empty, verb.missing)


def _code(verb: of.CodeVerb, work: Work) -> Series:
    name = verb.code if isinstance(verb.code, str) else verb.code[0]
    return _filled(_recoded(work.first(verb.code, verb), verb, work, name), verb, work)


def _highest(verb: of.Highest, work: Work) -> Series:
    rank = {code: at for at, code in enumerate(verb.order)}
    ranks = [_recoded(work.texts(name, verb), verb, work, name).map(rank) for name in verb.highest]
    highest = pd.concat(ranks, axis=1).max(axis=1)
    return _filled(highest.map(dict(enumerate(verb.order))).astype("str"), verb, work)


def _flag(verb: of.Flag, work: Work) -> Series:
    texts = work.first(verb.flag, verb)
    table = {**dict.fromkeys(verb.yes_codes, True), **dict.fromkeys(verb.no_codes, False)}
    unknown = texts.notna() & ~texts.isin(list(table))
    if unknown.any():
        name = verb.flag if isinstance(verb.flag, str) else verb.flag[0]
        kinds = texts[unknown].nunique()
        said = f"{kinds} {'code' if kinds == 1 else 'codes'} not mapped, in {few(int(unknown.sum()))} rows"
        work.refuse(said, f"add them to yes_codes, no_codes or missing_codes; {PROFILE.format(name)}")
    return texts.map(table).astype("boolean")


def _cut(verb: of.Cut, work: Work) -> Series:
    numbers = work.numbers(verb.cut, verb)
    if verb.missing_below is not None:
        numbers = numbers.where(numbers >= verb.missing_below)
    at = np.digitize(numbers, verb.edges)
    outer = set(at[numbers.notna()])
    if len(outer) == 1 and outer <= {0, len(verb.edges)} and numbers.notna().sum() >= FEWEST:
        said = f"all numbers are {'below the first edge' if outer == {0} else 'at or above the last edge'}"
        work.refuse(said, "are they on the scale of the edges?")
    classes = np.asarray(verb.names, dtype=object)[at]
    return pd.Series(classes, index=numbers.index, dtype="str").where(numbers.notna())


def _parsed(texts: Series, written: of.Written, work: Work) -> pd.DataFrame:
    """Return year, month and day of dates as numbers; those that are no dates are counted."""
    sorted_ = sortable(arrow_of(texts), written)
    dates = pd.Series(sorted_.to_pandas(), index=texts.index, dtype="str")
    wrong = texts.notna() & dates.isna()
    if wrong.any():
        work.refuse(f"no date written {written}, in {few(int(wrong.sum()))} rows", "another `written`?")
    places = {"year": (0, 4), "month": (4, 6), "day": (6, 8)}
    return pd.DataFrame(
        {name: pd.to_numeric(dates.str.slice(*at), errors="coerce").astype("float64") for name, at in places.items()}
    )


def _date(verb: of.Date, work: Work) -> Series:
    parts = _parsed(work.first(verb.date, verb), verb.written, work)
    days = pd.to_datetime(parts, errors="coerce")
    wrong = days.isna() & parts["year"].notna()
    if wrong.any():
        work.refuse(f"no day of the calendar, in {few(int(wrong.sum()))} rows")
    if verb.gives == "calendar_year":
        return days.dt.year.astype("Int64")
    begins = days.dt.year - (days.dt.month < FIRST_MONTH)
    years = begins.map({year: school_year(int(year)) for year in begins.dropna().unique()}).astype("str")
    if verb.gives == "school_year":
        return years
    work.school_years = years
    first = pd.to_datetime(pd.DataFrame({"year": begins, "month": FIRST_MONTH, "day": 1}))
    return (days - first).dt.days.astype("float64")


def _born(verb: of.AgeOn, work: Work) -> pd.DataFrame:
    """Return year, month and day of birth; a day that no month has is none, and is counted."""
    if len(verb.born) == 1:
        born = _parsed(work.texts(verb.born[0], verb), verb.written, work)
    else:
        parts = zip(("year", "month", "day"), verb.born, strict=True)
        born = pd.DataFrame({part: work.numbers(name, verb) for part, name in parts})
    filled = born.fillna(0).assign(**{part: born[part].where(born[part] > 0, 1) for part in ("month", "day")})
    is_day = pd.to_datetime(filled, errors="coerce").notna() | ~(born["year"] > 0)
    is_day &= (born.fillna(0) >= 0).all(axis=1)
    if not is_day.all():
        hint = "codes for an unknown month or day, other than 0, belong in missing_codes"
        work.refuse(f"no day of the calendar, in {few(int((~is_day).sum()))} rows", hint)
    return born.where(is_day)


def _age_on(verb: of.AgeOn, work: Work) -> Series:
    born = _born(verb, work)
    year, month, day = (int(part) for part in in_year(verb.age_on, work.year).split("-"))
    # An unknown month or day (00) counts as the first and as the last that it may be: the age is known if both agree.
    unknown_day = born["day"].fillna(0) == 0
    unknown_month = born["month"].fillna(0) == 0
    ages = []
    for first_or_last in ((1, 1), (12, 31)):
        born_month = born["month"].mask(unknown_month, first_or_last[0])
        born_day = born["day"].mask(unknown_day, first_or_last[1])
        ages.append(year - born["year"] - ((born_month > month) | ((born_month == month) & (born_day > day))))
    open_ = (ages[0] != ages[1]) & born["year"].notna()
    if open_.any():
        work.notes.append(f"an unknown day of birth leaves the age open, in {few(int(open_.sum()))} rows")
    return ages[0].where((ages[0] == ages[1]) & (born["year"] > 0)).astype("Int64")


def _point(verb: of.PointVerb, work: Work) -> Series:
    x, y = (work.numbers(name, verb) for name in verb.point)
    if verb.system == "degrees":
        return y if work.column == "lat" else x
    lat, lon = degrees_of(np.asarray(x, np.float64), np.asarray(y, np.float64))
    return pd.Series(lat if work.column == "lat" else lon, index=x.index)


def _year(verb: of.Year, work: Work) -> Series:
    index = work.frame.index
    if verb.year == "school":
        return work.counting(pd.Series(school_year(work.year), index=index, dtype="str"), verb)
    return work.counting(pd.Series(work.year, index=index, dtype="Int64"), verb)


MAKERS: dict[type[Verb], Callable[[Any, Work], Series]] = {
    of.TextVerb: _text,
    of.Whole: _whole,
    of.Decimal: _decimal,
    of.Number: _key,
    of.Key: _key,
    of.CodeVerb: _code,
    of.Highest: _highest,
    of.Flag: _flag,
    of.Cut: _cut,
    of.Date: _date,
    of.AgeOn: _age_on,
    of.AgeGiven: _whole,
    of.PointVerb: _point,
    of.Year: _year,
}
