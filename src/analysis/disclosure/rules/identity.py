"""What names somebody: columns, values and words that never leave the building, whatever they count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from html import unescape
from itertools import pairwise

import pandas as pd

from analysis.errors import DisclosureError

NAMES = frozenset(
    [
        *("location", "location_id", "vestiging", "vestigingsnummer", "vestigingscode", "vestigingsnaam"),
        *("brin", "brin_nummer", "brinnummer", "brin_vestiging", "instellingscode", "instellingsnaam"),
        *("instellingsnaam_vestiging", "school", "school_id", "school_name", "schoolnaam", "naam_school"),
        *("pupil", "pupil_id", "leerling", "leerling_id", "leerlingnummer", "bsn", "pgn", "onderwijsnummer"),
        *("pc6", "postcode", "postcode6", "postcode_6", "address", "adres", "straat", "straatnaam", "huisnummer"),
        *("board", "board_id", "bestuur", "bestuursnummer", "bevoegd_gezag", "bevoegd_gezag_nummer"),
        *("teacher", "teacher_id", "leraar", "leraar_id", "surname", "achternaam", "birth_date", "geboortedatum"),
    ]
)
REGISTER_KEY = re.compile(
    r"(?:.*_)?(?:"
    r"rinpersoon(?:s|en)?(?:_?(?:ma|pa|s_?ma|s_?pa|hkw|kind|partner|moeder|vader))?|s?rin(?:object|obj)(?:nummer|nr)|rinadres"
    r"|beid|huishoud(?:en|ens)?_?(?:nr|nummer|id)|(?:\w+)?brin(?:vest)?_?crypt|a_?(?:nummer|nr)|anr"
    r"|bsn|burgerservicenummer|sofi_?nummer|eck_?id|(?:persoonsgebonden_|onderwijs)(?:nummer|nr)|pgn"
    r")(?:_.*)?"
)
"""Names of the keys of Dutch registers: of persons, households, addresses, companies and schools."""
VALUES = {
    "the key of a school location": re.compile(r"\d{2}[A-Z]{2}\d{2}"),
    "the number of a school (BRIN)": re.compile(r"\d{2}[A-Z]{2}"),
    "a six-character postcode": re.compile(r"[1-9]\d{3}[ _-]?[A-Z]{2}"),
    "the key of a person in a register": re.compile(r"0\d{8}|[0-9A-F]{128}|(?:HTTPS?://)?KETENID\.NL/\S+"),
    "the encrypted key of a school or person": re.compile(r"(?=\d*[A-F])[0-9A-F]{32}(?:[ _-]?\d{2})?"),
    "a day, such as one of birth": re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d"),
}
_OPEN, _SHUT = r"(?<![^\W_])(?<!#)", r"(?![^\W_])"  # an underscore ends a word here, and #12ab34 is a colour
_UNITS = r"(?:th|st|nd|rd|de|px|pt|em|km|cm|mm|kg|ms|mb|gb|kb|pp|am|pm|nl|en)"
_SHORT = r"(?:in|of|to|is|it|on|at|as|an|or|by|be|we|he|if|no|so|up|us|do|de|en|op|te|om|er|ze|zo|uw|ik|af|al|na|nu)"
# Inside a sentence "2019 VO" is a year and a sector, so the spelling with a space counts with other letters only.
WORDS = {
    "the key of a school location": re.compile(rf"{_OPEN}\d{{2}}[A-Z]{{2}}[ _/.-]?\d{{2}}{_SHUT}", re.IGNORECASE),
    "the number of a school (BRIN)": re.compile(
        rf"{_OPEN}\d{{2}}(?:[A-Z]{{2}}|(?!{_UNITS}{_SHUT})[A-Za-z]{{2}}){_SHUT}"
    ),
    "a six-character postcode": re.compile(
        rf"{_OPEN}[1-9]\d{{3}}(?:[-_]?|\s(?!VO|PO|SO|BO|HO|WO|EU|CE|AD))[A-Z]{{2}}{_SHUT}"
        rf"|{_OPEN}(?!19|20)[1-9]\d{{3}}[-_\s]?(?!{_UNITS}{_SHUT}|{_SHORT}{_SHUT})[A-Za-z]{{2}}{_SHUT}"
    ),
    "an address": re.compile(
        r"\b[a-z]{3,}(?:straat|laan|weg|plein|gracht|kade|singel|plantsoen|dijk|hof|steeg)(?:\s+(?:nr\.?\s*)?|[_-])\d+",
        re.IGNORECASE,
    ),
    "an encrypted key": re.compile(rf"{_OPEN}(?=\d*[a-f])[0-9a-f]{{32}}(?:[ _-]?\d{{2}})?{_SHUT}", re.IGNORECASE),
    "the chain identifier of a pupil": re.compile(r"\bketenid\.nl/\w", re.IGNORECASE),
    "an e-mail address": re.compile(
        r"[\w.+-]+\s?(?:@|[\[(](?:at|apenstaartje)[\])])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
    ),
    "a telephone number": re.compile(
        r"(?<![\d.,])(?:(?:\+|00)31[\s.-]?(?:\(0\))?|0)(?:6[\s.-]?\d{2}(?:[\s.-]?\d{2}){3}"
        r"|[1-57-9]\d[\s-]\d{3}[\s-]?\d{2}[\s-]?\d{2}|[1-57-9]\d{2}[\s-]\d{6})(?!\d)"
    ),
    "a date of birth": re.compile(
        r"\b(?:born|birth(?:day| ?date)?|dob|geboren|geboorte\w*|geb\.|jarig)\b.{0,40}?"
        r"\b(?:\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d)\b",
        re.IGNORECASE | re.DOTALL,
    ),
}
DIGEST = re.compile(r"\b(?=\d*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{12})\b")
"""Of a file or commit, whole or its beginning: of its many digits some read as a telephone number now and then."""
CITIZEN = re.compile(r"(?<![\w.,])(?:\d{8,9}|\d{3}([. -])\d{3}\1\d{3}|\d{4}([. -])\d{2}\2\d{3})(?![\w]|[.,]\d)")
_MONEY = re.compile(r"(?:€|EUR|euro)\s*$", re.IGNORECASE), re.compile(r"^\s*(?:€|EUR|euro)", re.IGNORECASE)
TEN = re.compile(r"[0-9]{10}")
KEYS_OF_PERSONS = re.compile(r"\d{8,10}")
"""In one form, two or more in a column of words: numbers of persons, written so that no zero is lost."""
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_LIKE_LATIN = str.maketrans("АВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXABEZHIKMNOPTYX")
AMOUNT = re.compile(r"euro|money|amount|bedrag|cost|lasten", re.IGNORECASE)
HINT = re.compile(r"[\d@]|[\[(]at[\])]")  # of all these; it spares most texts the rest
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0\ufe0e\ufe0f"  # beside those of format (Cf)
LARGE = 10_000
"""Numbers of pupils, boards and schools have five digits or more; rows are also distinguished by years and scores."""


def plain(words: str) -> str:
    """Return a text as it is read: entities, wide and invisible signs and letters of other alphabets resolved."""
    if words.isascii() and "&" not in words:
        return words
    composed = unicodedata.normalize("NFKC", unescape(words)).translate(_LIKE_LATIN)
    unseen = {sign for sign in {*composed} if unicodedata.category(sign) == "Cf" or sign in INVISIBLE}
    return composed.translate(dict.fromkeys(map(ord, unseen)))


def identifying(words: str) -> str | None:
    """Return what in a text identifies a school, a person or an address; None when nothing does."""
    words = DIGEST.sub("", plain(words))
    if not HINT.search(words):
        return None
    kind = next((what for what, pattern in WORDS.items() if pattern.search(words)), None)
    return kind or ("a citizen service number" if _tells_citizen(words) else None)


def is_citizen_number(digits: str) -> bool:
    r"""Return whether eight or nine digits are a citizen service number or an education number, by their check digit.

    Notes
    -----
    With digits :math:`d_1, \ldots, d_9` the sum :math:`9d_1 + 8d_2 + \ldots + 2d_8 - d_9` leaves 0 when divided by 11
    for the former, and 5 for the latter.
    """
    numbers = map(int, digits.zfill(len(_WEIGHTS)))
    return int(digits) > 0 and sum(w * n for w, n in zip(_WEIGHTS, numbers, strict=True)) % 11 in (0, 5)


def is_administration_number(digits: str) -> bool:
    r"""Return whether ten digits are a number of the population register (A-nummer), by its three checks.

    Notes
    -----
    With digits :math:`d_0, \ldots, d_9` no two neighbours are equal, :math:`d_0` is not 0, :math:`\sum d_i` leaves 0 or
    5 when divided by 11, and :math:`\sum 2^i d_i` leaves 0.
    """
    numbers = [int(digit) for digit in digits]
    apart = all(one != other for one, other in pairwise(numbers))
    weighed = sum(number << place for place, number in enumerate(numbers))
    return numbers[0] != 0 and apart and sum(numbers) % 11 in (0, 5) and weighed % 11 == 0


def _tells_citizen(words: str) -> bool:
    for found in CITIZEN.finditer(words):
        digits = re.sub(r"\D", "", found[0])
        money = _MONEY[0].search(words[: found.start()]) or _MONEY[1].search(words[found.end() :])
        if is_citizen_number(digits) and not money and not _DAY.fullmatch(digits):
            return True
    return False


def refuse_identifying(frame: pd.DataFrame, keys: Collection[str] = ()) -> None:
    """Refuse a frame that names schools, boards, pupils or addresses, in a column's name or in a value.

    Parameters
    ----------
    frame : What is to be published.
    keys : The columns by which the registers of the edition know persons, schools and addresses.

    Raises
    ------
    DisclosureError
        Naming the column and the first row at fault (the first row is 1), never the value.
    """
    known = {_name(key) for key in keys}
    for column in map(str, frame.columns):
        refuse_identifying_text(column, "a column's name")
        name = _name(column)
        if name in NAMES or REGISTER_KEY.fullmatch(name) or any(f"_{name}".endswith(f"_{key}") for key in known):
            raise DisclosureError(f"column {column!r}, row 1: identifies a school, a board, a pupil or an address")
        if isinstance(frame[column].dtype, pd.CategoricalDtype):
            _refuse_unused(frame[column], column)
        if not pd.api.types.is_numeric_dtype(frame[column]):
            _refuse_values(frame[column], column)


def _name(column: str) -> str:
    """Return the name of a column as others may write it."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")


def refuse_numbered(frame: pd.DataFrame, counted: Collection[str]) -> None:
    """Refuse a column of whole numbers that distinguish the rows, as the numbers of pupils, boards and citizens do.

    Parameters
    ----------
    frame : What is to be published.
    counted : Its columns that count: their numbers may differ from row to row.
    """
    for column in (name for name in frame.columns if name not in counted):
        numbers = frame[column].dropna()
        _refuse_citizens(numbers, column)
        whole = pd.api.types.is_integer_dtype(numbers) and len(numbers) > 0
        if whole and numbers.is_unique and int(numbers.min()) >= LARGE:
            raise DisclosureError(
                f"column {column!r}: whole numbers of five digits or more, all different, look like the numbers of "
                "pupils, schools or boards\n  do      leave it out, or name it in counts= if it counts"
            )


def _refuse_citizens(numbers: pd.Series, column: str) -> None:
    """Refuse a column in which most large whole numbers have the check digit of a citizen service number.

    Two numbers in eleven have it by accident, so columns of money are spared; five of five have it once in 5,000 times.
    """
    if not pd.api.types.is_numeric_dtype(numbers) or pd.api.types.is_bool_dtype(numbers) or AMOUNT.search(column):
        return
    large = [str(int(n)) for n in numbers.tolist() if 10_000_000 <= n < 1_000_000_000] if _whole(numbers) else []
    if large and sum(map(is_citizen_number, large)) > len(large) / 2:
        raise DisclosureError(f"column {column!r}: whole numbers with the check digit of citizen service numbers")
    if large and all(map(_DAY.fullmatch, large)):
        raise DisclosureError(f"column {column!r}: whole numbers that read as days, such as dates of birth")


def _whole(numbers: pd.Series) -> bool:
    return bool((numbers.astype(float) % 1 == 0).all())


def refuse_identifying_text(text: str, where: str) -> None:
    """Refuse a text with the key of a school, a six-character postcode or an address in it."""
    kind = identifying(text)
    if kind:
        raise DisclosureError(f"{where}: the text holds {kind}")


def row_number(rows: Iterable[bool] | pd.Series) -> int:
    """Return the number of the first row that is true, counted from 1 as a reader counts."""
    return list(rows).index(True) + 1


def _refuse_unused(values: pd.Series, column: str) -> None:
    unused = values.cat.categories.difference(pd.Index(values.dropna()))
    _refuse_values(pd.Series(unused.astype("string")), f"{column} (a category without rows)")


def _refuse_values(values: pd.Series, column: str) -> None:
    seen: set[str] = set()
    for row, given in enumerate(values.tolist(), start=1):
        value = str(given)
        if value in seen:
            continue
        seen.add(value)
        what = next((what for what, pattern in VALUES.items() if pattern.fullmatch(value.strip().upper())), None)
        if what:
            raise DisclosureError(f"column {column!r}, row {row}: looks like {what}")
        if TEN.fullmatch(value.strip()) and is_administration_number(value.strip()):
            raise DisclosureError(f"column {column!r}, row {row}: looks like a number of the population register")
        refuse_identifying_text(value, f"column {column!r}, row {row}")
    if len(seen) > 1 and all(map(KEYS_OF_PERSONS.fullmatch, map(str.strip, seen))):
        raise DisclosureError(f"column {column!r}: words of nothing but digits look like the numbers of persons")
