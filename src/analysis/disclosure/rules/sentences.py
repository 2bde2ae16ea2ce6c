"""Numbers of persons in words: a sentence or caption must not say exactly what the table beside it rounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from analysis.disclosure import Profile
from analysis.disclosure.rules.counted_words import LETTERS, ONE, PARTS, ROMAN, number_of, part_of
from analysis.disclosure.rules.identity import plain
from analysis.errors import DisclosureError, WithheldError
from analysis.language import SOURCE, spoken, text

PERSONS = (
    r"pupils?|leerlingen|leerling|children|child|kinderen|kind|persons?|people|personen|persoon|teachers?|leraren|"
    r"leraar|boys?|girls?|jongens?|meisjes?|choosers?|kiezers|students?|studenten|adviezen|advices|kleuters?|"
    r"scholieren|scholier|zittenblijvers?|docenten|docent|candidates?|kandidaten|participants?|deelnemers?|"
    r"respondents?|respondenten|(?:vier|vijf|zes|elf|twaalf)jarigen"
)
OTHERS = (
    r"schools?|scholen|school|boards?|besturen|clusters?|postcodes?|classes|klassen|years?|jaar|jaren|points?|punten|km|"
    r"municipalities|gemeenten|regions?|regio's|locations?|vestigingen|situations?|situaties"
)
NAMED = (
    r"(?:groep|group|grade|level|niveau|year|leerjaar|jaar|age|aged|leeftijd|step|stap|cell|table|tabel|figure|figuur|"
    r"(?:(?:test|toets|eind)?scores?)(?: of| van| from| vanaf)?|region|regio)"
)
LARGE = 100
TEN = 10
"""Up to so many a ratio is a way to write a share."""
MOMENT = r"(?:in|since|from|until|to|by|before|after|of|and|sinds|vanaf|tot|na|voor|eind|en|van)"

_DIGITS = {
    "en": r"\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+",
    "nl": r"\d{1,3}(?:[. ]\d{3})+(?!\d)|\d+",
}
_NUMBER = {
    language: re.compile(rf"(?<![\w.,/:-])({digits})(?![\w/:]|[.,]\d|\s?%|-\d)") for language, digits in _DIGITS.items()
}
_BETWEEN = r"\s+(?:(?:of|the|these|those|other|all|only|van|de|het|deze|die|andere|alle|\w+e)\s+){0,2}"
_COUNTS_PERSONS = re.compile(rf"(?:{_BETWEEN}(?:[\w-]+\s+)?|-)(?:{PERSONS})\b", re.IGNORECASE)
_COUNTS_OTHERS = re.compile(rf"{_BETWEEN}(?:{OTHERS})\b", re.IGNORECASE)
_OF_THEM = re.compile(r"\s+(?:of\s+(?:them|these|those|which)|ervan|daarvan)\b", re.IGNORECASE)
_NOUN = re.compile(rf"\b(?:({PERSONS})|{OTHERS})\b", re.IGNORECASE)
_COUNTED_BEFORE = re.compile(
    rf"\b(?:(?:{PERSONS})\s*[:=(]|(?:number|aantal)\s+(?:of\s+|van\s+)?(?:{PERSONS})\s*(?:is|was|of|van|:|=))\s*$",
    re.IGNORECASE,
)
_NAMES_IT = re.compile(rf"\b{NAMED}\s+$", re.IGNORECASE)
_ONE_IN = re.compile(r"\b1 (?:in|op|op de|of every|van de) $", re.IGNORECASE)
_MOMENT_BEFORE = re.compile(rf"\b{MOMENT}\s+$", re.IGNORECASE)
_ENDS_OR_DOES = re.compile(
    r"\s*[.,;:)]|\s*$|\s+(?:of|out|had|have|has|were|was|are|is|did|van|hadden|hebben|waren|zijn|kregen|got)\b"
)
_FEWER_THAN = re.compile(r"\b(?:fewer than|minder dan) $")
_SAYS_N = re.compile(r"\bn\s*[=:≈]\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")

_LETTERS = "|".join(letters for letters in LETTERS.split("|") if letters not in ONE)
_IN_WORDS = re.compile(
    rf"(?<![\w-])(?P<letters>{_LETTERS})(?:\s+(?:of\s+(?:the|these|those|them)|van\s+(?:de|deze|die))(?:\s+[\w-]+)?\s+"
    rf"|\s+[\w-]+\s+|\s+|-)(?:{PERSONS})\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"(?<![\w-])(?:(?:one|[ée]én)\s+|(?:an?|one|only|een|[ée]én|maar|slechts)\s+(?:single|enkele)\s+"
    rf"|(?:only|just|exactly|slechts|maar|precies)\s+(?:one|a|een|[ée]én)\s+(?:(?:of\s+the|van\s+de)\s+)?)(?:{PERSONS})\b",
    re.IGNORECASE,
)
_IN_ROMAN = re.compile(rf"(?<![\w-])({ROMAN})\s+(?:{PERSONS})\b")
_NO_COUNT = re.compile(
    r"\b(?:at least|more than|per|each|every|than|age|aged|groep|ten minste|tenminste|minstens|meer dan|elke?|ieder|"
    r"dan|geen|no|not)\s+$",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    rf"(?:two|twee)\s+(?:(?:example\s+pupils|voorbeeldleerlingen)"
    rf"|(?:{PERSONS})\s+(?:with\s+(?:the\s+same|equal)|met\s+(?:dezelfde|hetzelfde|gelijke)))\b",
    re.IGNORECASE,
)
_AMOUNT = rf"(?:\d[\d.,]*|{LETTERS})"
_SHARE = re.compile(
    rf"(?<![\w.,])(?:(?:1|one|een|[ée]én)\s+(?:in|out\s+of|op|van)\s+(?:every\s+|de\s+|elke\s+)?(?P<parts>{_AMOUNT})"
    rf"|(?P<part>{'|'.join(PARTS)}))\s+(?:of|van)\s+(?:the\s+|de\s+|these\s+|deze\s+)?(?P<whole>{_AMOUNT})\b(?![.,]?\d|\s?%)",
    re.IGNORECASE,
)
_WHOLE = rf"(?:\d{{1,3}}(?:[.,]\d{{3}})+|\d+|{LETTERS})"
_RATIO = re.compile(
    rf"(?<![\w.,/:+-])(?!0\d)(?P<part>{_WHOLE})(?P<sign>\s?[/:]\s?|\s+(?:(?:out\s+)?of|in|op|van|uit)\s+"
    rf"(?:(?:all|the|these|those|alle|de|deze|die)\s+)*)(?P<whole>{_WHOLE})(?![\w/:]|[.,]\d|\s?%|-\d)",
    re.IGNORECASE,
)
_STATISTICS = (
    r"(?:findings?|tests?|outcomes?|estimates?|rows?|figures?|models?|tables?|chapters?|groups?|worlds?|draws?|terms?|"
    r"bevindingen|toetsen|uitkomsten|schattingen|rijen|cijfers|modellen|tabellen|hoofdstukken|groepen|werelden)"
)
_LAST_COUNTED = re.compile(rf"\b(?:({PERSONS})|{OTHERS}|{_STATISTICS})\b", re.IGNORECASE)
_NO_PERSONS = re.compile(rf"{_BETWEEN}(?:[\w-]+\s+)?(?:{OTHERS}|{_STATISTICS})\b", re.IGNORECASE)
_MARKS = re.compile(r"</?[a-z][^<>]*>|[*`~]|(?<=\w)_+(?=\w)|(?<!\w)_+|_+(?!\w)", re.IGNORECASE)


def refuse_exact(words: str, where: str, profile: Profile, exact: Collection[int]) -> None:
    """Refuse a text that says a number of persons otherwise than the profile allows.

    A number before a word for persons, or after ``n =``, must be rounded and at least the smallest that may be
    reported; in letters, as a Roman numeral and as a share of a whole too. Any other whole number must not be one of
    the exact counts that the gate has rounded, unless it counts something else than persons.

    Parameters
    ----------
    words : What is to be published.
    where : What it is, for the message.
    profile : The rules of the edition.
    exact : The counts that passed the gate in this chapter and left it rounded or withheld.

    Raises
    ------
    DisclosureError
        For a number that is not rounded, or too small; naming the text's place, never the number.
    WithheldError
        For one that equals an exact count: it may do so by accident, on these data.
    """
    words = _MARKS.sub(_blank, plain(words))
    if not all(may_be_reported(n, profile) for n in _counted_in_words(words, profile)):
        raise DisclosureError(f"{where}: says a number of persons that is too small or not rounded\n{_HINT}")
    if not any(letter.isdigit() for letter in words):
        return
    for number in _number(spoken()).finditer(words):
        n = number_of(number[1])
        before, after = words[: number.start()], words[number.end() :]
        if _is_name(number[1], before) or (n == profile.min_count and _FEWER_THAN.search(before)):
            continue
        if _counts_persons(number[1], before, after) and not may_be_reported(n, profile):
            raise DisclosureError(f"{where}: says a number of persons that is too small or not rounded\n{_HINT}")
        if n in exact and _could_be_meant(n, before, after, profile):
            raise _equals_exact()


def _equals_exact() -> WithheldError:
    return WithheldError(text("Not shown: a number in it equals one that this chapter rounds or withholds elsewhere."))


_HINT = "  do      put chapter.rounded(n) in the text, or the number from chapter.gate(name, frame)"


def _blank(mark: re.Match[str]) -> str:
    return " " if "_" in mark[0] or "<" in mark[0] else ""


def _number(language: str) -> re.Pattern[str]:
    return _NUMBER.get(language, _NUMBER[SOURCE])


def _counted_in_words(words: str, profile: Profile) -> Iterator[int]:
    """Give the numbers of persons that a text says otherwise than in digits; a share of few as what it is."""
    words = _HYPOTHETICAL.sub("", words)
    matches: list[tuple[str, re.Match[str]]] = [(match["letters"], match) for match in _IN_WORDS.finditer(words)]
    matches += [("one", match) for match in _ALONE.finditer(words)]
    matches += [(match[1], match) for match in _IN_ROMAN.finditer(words)]
    for number, match in matches:
        before = words[: match.start()]
        if not _NO_COUNT.search(before) and not _NAMES_IT.search(before):
            yield number_of(number)
    yield from _in_ratios(words)
    for share in _SHARE.finditer(words):
        parts = number_of(share["parts"]) if share["parts"] else PARTS[share["part"].lower()]
        few = part_of(parts, number_of(share["whole"])) < profile.min_count
        if few and not _COUNTS_OTHERS.match(words[share.end() :]):
            yield 1


def _in_ratios(words: str) -> Iterator[int]:
    """Give the numbers of persons in "4 out of 30", "4/30" and "4:26": the part, and what it leaves.

    One in so many is a rate, and up to ten ("eight in ten", "3/4") it says no number of persons.
    """
    for ratio in _RATIO.finditer(words):
        part, whole = number_of(ratio["part"]), number_of(ratio["whole"])
        rest, rate = (whole, 1 in (part, whole)) if ":" in ratio["sign"] else (whole - part, part == 1)
        years = _YEAR.fullmatch(ratio["part"]) or _YEAR.fullmatch(ratio["whole"])
        if rest >= 0 and part + rest > TEN and not (rate or years or _of_others(words, ratio)):
            yield from (part, rest)


def _of_others(words: str, ratio: re.Match[str]) -> bool:
    """Return whether a ratio is one of schools, years or findings: by the word behind it, or before one in words."""
    before, after = words[: ratio.start()], words[ratio.end() :]
    if _NAMES_IT.search(before) or _NO_PERSONS.match(after):
        return True
    named = None if ratio["sign"].strip() in ("/", ":") or _COUNTS_PERSONS.match(after) else _last(before)
    return bool(named and not named[1])


def _last(before: str) -> re.Match[str] | None:
    """Return the last thing that a text has named; its first group is one that counts persons."""
    return next(reversed([*_LAST_COUNTED.finditer(before)]), None)


def _counts_persons(number: str, before: str, after: str) -> bool:
    if _COUNTS_OTHERS.match(after):
        return False
    if _SAYS_N.search(before) or _COUNTS_PERSONS.match(after):
        return True
    if _OF_THEM.match(after):
        return _of_persons(before)
    return bool(_COUNTED_BEFORE.search(before)) and not _YEAR.fullmatch(number)


def _of_persons(before: str) -> bool:
    """Return whether the last thing that a text has named is a kind of persons: these are "them"."""
    nouns = list(_NOUN.finditer(before))
    return bool(nouns and nouns[-1][1])


def _is_name(number: str, before: str) -> bool:
    return bool(
        _NAMES_IT.search(before)
        or _ONE_IN.search(before)
        or (_YEAR.fullmatch(number) and _MOMENT_BEFORE.search(before))
    )


def _could_be_meant(n: int, before: str, after: str, profile: Profile) -> bool:
    """Return whether a number in a text is likely the count that it equals; small numbers are equal by accident."""
    if _COUNTS_OTHERS.match(after) or n < profile.min_count:
        return False
    if _OF_THEM.match(after) and _NOUN.search(before) and not _of_persons(before):
        return False
    return n >= LARGE or bool((before + after).strip() and _ENDS_OR_DOES.match(after))


def may_be_reported(n: int, profile: Profile) -> bool:
    """Return whether a number of persons is rounded, and not too small."""
    return n == 0 or (n >= profile.min_count and n % profile.round_to == 0)
