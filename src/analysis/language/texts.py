"""Texts that remember what they were made of: a template and its values, so that no number is looked for in words.

A text is a string, ready to be shown, and data until then: `as_data` is what a file holds of it, `from_data` writes it
again. The data hold numbers with the decimals with which they are written, and no more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import partial
from numbers import Integral, Number, Real
from string import Formatter
from types import MappingProxyType
from typing import Any

from analysis.errors import WithheldError
from analysis.language.catalogue import is_known, localised, translated

MINUS = "\N{MINUS SIGN}"
WITHHELD = "Not shown: a number in it is withheld, or cannot be estimated."

NOTHING_BESIDE: Mapping[str, Any] = MappingProxyType({})
NA = "NAType"
"""The type of pandas' missing value, by its name: declarations have texts, and are read where pandas is not loaded."""
EXACT = 9
"""Decimals of what is published, and more: without what binary fractions add to it."""
DECIMALS = re.compile(r"\.(\d+)[f%]$")
FORM = re.compile(r",?|,?\.\d+f|\.\d+%")
"""How a number may be written in a field: as it is, with decimals, in per cent."""
END = re.compile(r"(?:.+_)?(?:low|high)(?:_.+)?|(?:from|to)_(?:size|points)")
"""Names of fields that hold an end of an interval."""
FINER = 3
"""Decimals more, at most, with which an end is written that would read as what it is compared with."""


class Text(str):
    """Words with the values that they were filled with.

    An end of an interval that is not zero does not read as zero; see `End`.

    Parameters
    ----------
    template : The words with their fields, in the language of the edition.
    values : The value of each field: a number, or words, which may be texts again.
    beside
        Other texts on the same values, by what they are, such as the headline of a sentence. They go along with the
        words in memory, and are no part of them.

    Raises
    ------
    WithheldError
        When a value is missing: a text whose numbers are withheld, or not estimated, is not made.
    """

    template: str
    values: Mapping[str, Any]
    beside: Mapping[str, Text]

    def __new__(cls, template: str, values: Mapping[str, Any], beside: Mapping[str, Text] = NOTHING_BESIDE) -> Text:
        """Fill the template with its values."""
        values = _with_ends(template, values)
        words = super().__new__(cls, _Localised().vformat(template, (), values))
        words.template, words.values, words.beside = template, values, beside
        return words

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of."""
        return Text, (self.template, self.values, dict(self.beside))

    @property
    def declared(self) -> bool:
        """Whether the template is a message of the project, or has no words of its own."""
        literal = "".join(part for part, *_ in Formatter().parse(self.template))
        return not any(map(str.isalnum, literal)) or is_known(self.template)

    def fields(self) -> Iterator[tuple[str, str, Any]]:
        """Give the name, format and value of each field."""
        for _, name, form, _ in Formatter().parse(self.template):
            if name:
                yield name, form or "", Formatter().get_field(name, (), self.values)[0]


class NumberText(str):
    """A number as it is written for a reader: thousands set apart, a real minus sign, no minus zero.

    Parameters
    ----------
    value : A missing one withholds the text.
    digits : Decimals.
    grouped : Whether thousands are set apart.
    """

    value: float
    digits: int
    grouped: bool
    exact: float
    """Before it was rounded: for ends of intervals (`finer`), and in no data."""

    def __new__(cls, value: float, digits: int, *, grouped: bool = True) -> NumberText:
        """Write the number."""
        if is_missing(value):
            raise WithheldError(Text(translated(WITHHELD), {}))
        at = half_up(value, digits)
        size = localised(f"{abs(at):,.{digits}f}" if grouped else f"{abs(at):.{digits}f}")
        negative = value < 0 and any(digit in size for digit in "123456789")
        written = super().__new__(cls, MINUS + size if negative else size)
        written.value, written.digits, written.grouped, written.exact = float(at), digits, grouped, float(value)
        return written

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of."""
        return partial(NumberText, grouped=self.grouped), (self.value, self.digits)

    def finer(self) -> NumberText:
        """Return an end of an interval that is not zero so that it does not read as zero; see `End`."""
        return NumberText(self.exact, decimals_beside(self.exact, self.digits), grouped=self.grouped)


class Fewer(int):
    """A number too small to report: in a text it is "fewer than 10", its value is zero."""

    least: int

    def __new__(cls, least: int) -> Fewer:
        """Make the number that is known to be below `least`."""
        number = super().__new__(cls, 0)
        number.least = least
        return number

    def __format__(self, spec: str) -> str:
        """Say what it is below, whatever form was asked for."""
        return Text(translated("fewer than {least}"), {"least": self.least})

    __str__ = __repr__ = lambda self: format(self)


class End(float):
    """An end of an interval, written so that it reads neither as zero nor as what it is compared with: "0.004".

    A number in a field named `END` is one, that is compared with zero.

    Parameters
    ----------
    value : A missing one withholds the text.
    other : What it is compared with: it says so of itself in the words around it.
    decimals : With which it is written where the form of its field is too coarse, of a share in per cent two more.
    """

    other: float
    decimals: int

    def __new__(cls, value: float, other: float = 0.0, decimals: int = 0) -> End:
        """Make the number."""
        end = super().__new__(cls, value)
        end.other, end.decimals = other, decimals
        return end

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of."""
        return End, (float(self), self.other, self.decimals)

    def finer(self, decimals: int) -> End:
        """Return it as it is written where its form has so many decimals: with more, where it is to be told apart."""
        if self.decimals or is_missing(self):
            return self
        more = max(decimals_beside(self, decimals, other) for other in {0.0, self.other})
        return End(float(half_up(self, more)), self.other, more) if more > decimals else self


def joined(separator: str, parts: Iterable[str]) -> Text:
    """Return texts one after another, as one, with what stands beside the first; an empty one leaves nothing."""
    values = {f"part_{nth}": part for nth, part in enumerate(filter(None, parts), start=1)}
    beside = getattr(values.get("part_1"), "beside", NOTHING_BESIDE)
    return Text(separator.join(f"{{{name}}}" for name in values), values, beside)


def as_data(words: Any) -> Any:  # noqa: ANN401 - whatever a format takes
    """Return words, or a value in them, as what JSON can hold; see `from_data`."""
    if isinstance(words, Text):
        values = {name.partition("[")[0]: _as_written(value, form) for name, form, value in words.fields()}
        return {"text": words.template, "values": values}
    if isinstance(words, NumberText):
        return {"number": words.value, "digits": words.digits, "grouped": words.grouped}
    if isinstance(words, Fewer):
        return {"fewer": words.least}
    if isinstance(words, End):
        return {"end": float(words), "decimals": words.decimals}
    return str(words) if isinstance(words, str) else words


def from_data(data: Any) -> Any:  # noqa: ANN401 - whatever a format takes
    """Return what `as_data` was given, written in the edition's language; what is no data of it, as it is."""
    match data:
        case {"text": template, "values": values}:
            return Text(template, {name: from_data(value) for name, value in values.items()})
        case {"number": value, "digits": digits, "grouped": grouped}:
            return NumberText(value, digits, grouped=grouped)
        case {"fewer": least}:
            return Fewer(least)
        case {"end": value, "decimals": decimals}:
            return End(value, decimals=decimals)
    return data


def _as_written(value: Any, form: str) -> Any:  # noqa: ANN401 - whatever a format takes
    """Return a value no finer than its format writes it."""
    finer = isinstance(value, End) and value.decimals > 0
    if isinstance(value, bool | str | Fewer) or not isinstance(value, Real) or finer:
        return as_data(value)
    if isinstance(value, Integral):
        return int(value)
    plain = form.replace(",", "")
    if not form.endswith("%"):
        return float(format(_half_up(value, plain), plain)) if "." in form else float(value)
    # Of a half in the last place only the written number says to which side it was rounded.
    percent = format(_half_up(value, plain), plain).removesuffix("%")
    return round(float(percent) / 100, len(percent.partition(".")[2]) + 2)


def faults_of_fields(template: str) -> Iterator[str]:
    """Give what is wrong with the fields of a template: each is a name, and of a number how it is written.

    What is taken from a value, converted, padded or cut would not be in the data as it is written.
    """
    try:
        fields = [*Formatter().parse(template)]
    except ValueError as error:
        yield f"its braces: {error}"
        return
    for _, name, form, conversion in fields:
        if name is not None and not name.isidentifier():
            yield f"{{{name}}} is no name of a value"
        elif name and (conversion or not FORM.fullmatch(form or "")):
            yield f"{{{name}}} is written in another way than as it is, with , or with decimals (,.1f or .1%)"


def is_missing(value: object) -> bool:
    """Return whether a value is none, as cells of frames are missing, or without end."""
    endless = isinstance(value, Real) and not isinstance(value, Integral) and math.isinf(value)
    return value is None or type(value).__name__ == NA or (isinstance(value, Number) and value != value) or endless


def half_up(value: float, decimals: int) -> Decimal:
    """Round a number to so many decimals, a half away from zero: of what is published, not of its binary fraction."""
    published = Decimal(f"{value:.{max(EXACT, decimals)}f}")
    with localcontext(prec=50):
        return published.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _half_up(value: Any, form: str) -> Any:  # noqa: ANN401 - whatever a format takes
    """Return a number rounded as its format writes it; what is no fraction, or is written in full, as it is."""
    decimals = decimals_of(form)
    if decimals is None or isinstance(value, Integral) or not isinstance(value, Real):
        return value
    return half_up(float(value), decimals)


def decimals_of(form: str) -> int | None:
    """Return with how many decimals of the value a form writes it, of per cent two more; none where as it is."""
    decimals = DECIMALS.search(form)
    return int(decimals[1]) + 2 * form.endswith("%") if decimals else None


def decimals_beside(value: float, decimals: int, other: float = 0.0) -> int:
    """Return with how many decimals a number is written, so that it does not read as another that it differs from.

    Parameters
    ----------
    value : The number, such as an end of an interval.
    decimals : With which it is written where that tells it from the other.
    other : What it is compared with.

    Returns
    -------
    int
        At most `FINER` more; no more where these do not tell the two apart either.
    """
    tried = range(decimals, decimals + FINER + 1)
    return next((more for more in tried if half_up(value, more) != half_up(other, more)), decimals)


def _with_ends(template: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of a template, ends of intervals with the decimals with which they are written."""
    found = {
        str(name): _end(str(name), values.get(str(name)), decimals_of(form or ""))
        for _, name, form, _ in Formatter().parse(template)
    }
    return {**values, **{name: end for name, end in found.items() if end is not None}}


def _end(name: str, value: Any, decimals: int | None) -> End | NumberText | None:  # noqa: ANN401 - whatever a format takes
    """Return the value of a field as an end of an interval; None where it is none, or its form says enough."""
    named = END.fullmatch(name)
    if isinstance(value, NumberText):
        return value.finer() if named else None
    if decimals is None or not isinstance(value, float) or not (named or isinstance(value, End)):
        return None
    end = value if isinstance(value, End) else End(value)
    return end.finer(decimals) if end.finer(decimals).decimals else None


class _Localised(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as string.Formatter's
        if is_missing(value):
            raise WithheldError(Text(translated(WITHHELD), {}))
        if isinstance(value, End) and value.decimals:
            format_spec = _with_decimals(format_spec, value.decimals)
        written: str = super().format_field(_half_up(value, format_spec), format_spec)
        if not isinstance(value, Number) or isinstance(value, bool | Fewer):
            return written
        zero = not any(digit in written for digit in "123456789")
        return localised(written.removeprefix("-") if zero else written.replace("-", MINUS))


def _with_decimals(form: str, decimals: int) -> str:
    """Return a form with so many decimals of the value, of per cent two fewer."""
    percent = form.endswith("%")
    return f"{',' * form.startswith(',')}.{decimals - 2 * percent}{form[-1]}"
