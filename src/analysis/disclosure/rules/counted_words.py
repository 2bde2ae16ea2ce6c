"""Numbers that are written otherwise than in digits: in letters, as Roman numerals, as a share of a whole."""

from __future__ import annotations

import re
from fractions import Fraction

_ONES = {
    **dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], range(1, 10), strict=True)),
    **dict(zip(["een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"], range(1, 10), strict=True)),
    "één": 1,
}
_TEENS = {
    **dict(zip(["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"], range(10, 16), strict=True)),
    **dict(zip(["sixteen", "seventeen", "eighteen", "nineteen"], range(16, 20), strict=True)),
    **dict(zip(["tien", "elf", "twaalf", "dertien", "veertien", "vijftien"], range(10, 16), strict=True)),
    **dict(zip(["zestien", "zeventien", "achttien", "negentien"], range(16, 20), strict=True)),
    **{"dozen": 12, "dozijn": 12},
}
_TENS = {
    **dict(
        zip(
            ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
            range(20, 100, 10),
            strict=True,
        )
    ),
    **dict(
        zip(
            ["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"],
            range(20, 100, 10),
            strict=True,
        )
    ),
}
_BOTH = {
    f"{ten}{sign}{one}": tens + n for ten, tens in _TENS.items() for one, n in _ONES.items() for sign in ("-", " ")
} | {
    f"{one}{joint}{ten}": tens + n for ten, tens in _TENS.items() for one, n in _ONES.items() for joint in ("en", "ën")
}
IN_LETTERS: dict[str, int] = {**_ONES, **_TEENS, **_TENS, **_BOTH}
"""Numbers from one to ninety-nine, in English and Dutch."""

ONE = frozenset({"one", "een", "één"})
"""Words that are pronouns and articles far more often than numbers."""

LETTERS = "|".join(sorted(map(re.escape, IN_LETTERS), key=len, reverse=True))
ROMAN = r"(?=[IVXLC]{2}|[VXL]\b)(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
PARTS = {
    **{"half": 2, "halve": 2, "helft": 2, "third": 3, "derde": 3, "quarter": 4, "kwart": 4, "fifth": 5, "vijfde": 5},
    **{"sixth": 6, "zesde": 6, "seventh": 7, "zevende": 7, "eighth": 8, "achtste": 8, "tenth": 10, "tiende": 10},
}
"""What one part of a whole is called, with how many parts there are."""


def number_of(written: str) -> int:
    """Return a number that is written in digits, in letters or as a Roman numeral."""
    digits = re.sub(r"\D", "", written)
    if digits:
        return int(digits)
    return IN_LETTERS.get(written.lower(), 0) or _roman(written)


def part_of(parts: int, whole: int) -> Fraction:
    """Return how many one in `parts` of `whole` are."""
    return Fraction(whole, max(parts, 1))


def _roman(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < next_one else value for value, next_one in zip(values, following, strict=True))
