"""Numbers of persons in words: a sentence or caption must not say exactly what the table beside it rounds."""

from __future__ import annotations

import re
from collections.abc import Collection

from analysis.errors import DisclosureError, WithheldError
from analysis.publish.disclosure import Profile
from analysis.publish.language import SOURCE, spoken, text

PERSONS = (
    r"pupils?|leerlingen|leerling|children|child|kinderen|kind|persons?|people|personen|persoon|teachers?|leraren|"
    r"leraar|boys?|girls?|jongens?|meisjes?|choosers?|kiezers|students?|studenten|adviezen|advices"
)
OTHERS = r"schools?|scholen|school|boards?|besturen|clusters?|postcodes?|classes|klassen|years?|jaar|points?|punten|km"
NAMED = (
    r"(?:groep|group|grade|level|niveau|year|leerjaar|jaar|age|aged|leeftijd|step|stap|cell|table|tabel|figure|figuur|"
    r"(?:(?:test|toets|eind)?scores?)(?: of| van| from| vanaf)?|region|regio)"
)
LARGE = 100
MOMENT = r"(?:in|since|from|until|to|by|before|after|of|and|sinds|vanaf|tot|na|voor|eind|en|van)"

_NUMBER = {
    "en": re.compile(r"(?<![\w.,/:-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w/:]|[.,]\d|\s?%|-\d)"),
    "nl": re.compile(r"(?<![\w.,/:-])(\d{1,3}(?:\.\d{3})+|\d+)(?![\w/:]|[.,]\d|\s?%|-\d)"),
}
_BETWEEN = r"\s+(?:(?:of|the|these|those|other|all|van|de|het|deze|andere|alle|\w+e)\s+){0,2}"
_COUNTS_PERSONS = re.compile(rf"{_BETWEEN}(?:[\w-]+\s+)?(?:{PERSONS})\b", re.IGNORECASE)
_COUNTS_OTHERS = re.compile(rf"{_BETWEEN}(?:{OTHERS})\b", re.IGNORECASE)
_NAMES_IT = re.compile(rf"\b{NAMED}\s+$", re.IGNORECASE)
_ONE_IN = re.compile(r"\b1 (?:in|op|op de|of every|van de) $", re.IGNORECASE)
_MOMENT_BEFORE = re.compile(rf"\b{MOMENT}\s+$", re.IGNORECASE)
_ENDS_OR_DOES = re.compile(
    r"\s*[.,;:)]|\s*$|\s+(?:of|out|had|have|has|were|was|are|is|did|van|hadden|hebben|waren|zijn|kregen|got)\b"
)
_FEWER_THAN = re.compile(r"\b(?:fewer than|minder dan) $")
_SAYS_N = re.compile(r"\bn\s*=\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


def refuse_exact(words: str, where: str, profile: Profile, exact: Collection[int]) -> None:
    """Refuse a text that tells a number of persons otherwise than the profile tells it.

    A number that stands before a word for persons, or after ``n =``, must be rounded and at least the smallest that may
    be told. Any other whole number must not be one of the exact counts that the gate has rounded, unless it counts
    something else than persons.

    Parameters
    ----------
    words
        What is to be published.
    where
        What it is, for the message.
    profile
        The rules of the edition.
    exact
        The counts that passed the gate in this chapter and left it rounded or withheld.

    Raises
    ------
    DisclosureError
        For a number that is not rounded, or too small; naming the text's place, never the number.
    WithheldError
        For one that equals an exact count: it may do so by accident, on these data.
    """
    if not any(letter.isdigit() for letter in words):
        return
    for found in _number(spoken()).finditer(words):
        n = int(re.sub(r"\D", "", found[1]))
        before, after = words[: found.start()], words[found.end() :]
        if _is_name(found[1], before) or (n == profile.min_count and _FEWER_THAN.search(before)):
            continue
        counts = _SAYS_N.search(before) and not _COUNTS_OTHERS.match(after)
        if (counts or _COUNTS_PERSONS.match(after)) and not _may_be_told(n, profile):
            raise DisclosureError(f"{where}: tells a number of persons that is too small or not rounded\n{_HINT}")
        if n in exact and _could_be_meant(n, before, after, profile):
            raise _equals_exact()


def _equals_exact() -> WithheldError:
    return WithheldError(text("Not shown: a number in it equals one that this chapter rounds or withholds elsewhere."))


_HINT = "  do      put release.rounded(n) in the text, or the number from release.gated(frame, counts)"


def _number(language: str) -> re.Pattern[str]:
    return _NUMBER.get(language, _NUMBER[SOURCE])


def _is_name(number: str, before: str) -> bool:
    return bool(
        _NAMES_IT.search(before)
        or _ONE_IN.search(before)
        or (_YEAR.fullmatch(number) and _MOMENT_BEFORE.search(before))
    )


def _could_be_meant(n: int, before: str, after: str, profile: Profile) -> bool:
    """Tell whether a number in a text is likely the count that it equals; small numbers are equal by accident."""
    if _COUNTS_OTHERS.match(after) or n < profile.min_count:
        return False
    return n >= LARGE or bool((before + after).strip() and _ENDS_OR_DOES.match(after))


def _may_be_told(n: int, profile: Profile) -> bool:
    return n == 0 or (n >= profile.min_count and n % profile.round_to == 0)
