"""What groups and pairs of groups are called, for figures and sentences: those of the edition's codes."""

from __future__ import annotations

from analysis.codes import BACKGROUND, Codes
from analysis.language import spoken, text, word

SHOWN = 3
"""Non-western backgrounds in figures and sentences, the first ones: more would look alike."""

PAIRS = {
    "moroccan": word("Moroccan against none"),
    "turkish": word("Turkish against none"),
    "surinamese": word("Surinamese against none"),
}
OWN = {
    "moroccan": word("Moroccan background"),
    "turkish": word("Turkish background"),
    "surinamese": word("Surinamese background"),
}
OF = {
    "moroccan": word("pupils with a Moroccan background"),
    "turkish": word("pupils with a Turkish background"),
    "surinamese": word("pupils with a Surinamese background"),
}
PUPILS = {
    "hoog": word("pupils with highly educated parents"),
    "laag": word("pupils with low-educated parents"),
}


def shown(codes: Codes) -> list[str]:
    """List the backgrounds that figures and sentences tell of."""
    return codes.backgrounds("nonwestern")[:SHOWN]


def in_sentences(codes: Codes) -> list[str]:
    """List them in the order of the sentences: the second comes first, and most sentences are about it."""
    first, second, rest = (shown(codes)[part] for part in (slice(1), slice(1, 2), slice(2, None)))
    return [*second, *first, *rest]


def pairs(codes: Codes) -> dict[str, str]:
    """Name the pairs of groups by the first of the two."""
    return {
        "laag": word("parents low- against highly educated"),
        **{
            code: _own(PAIRS, codes, code) or text("{group} against none", group=_label(codes, code))
            for code in shown(codes)
        },
        "non-western": word("non-western against the rest"),
    }


def groups(codes: Codes) -> dict[str, str]:
    """Name the groups themselves."""
    return {
        "hoog": word("parents highly educated"),
        "laag": word("parents low-educated"),
        **{
            code: _own(OWN, codes, code) or text("background {group}", group=_label(codes, code))
            for code in shown(codes)
        },
        "non-western": word("non-western background"),
    }


def pupils(codes: Codes) -> dict[str, str]:
    """Name the pupils of a group."""
    backgrounds = {
        code: _own(OF, codes, code) or text("pupils with background {group}", group=_label(codes, code))
        for code in shown(codes)
    }
    return {**backgrounds, **PUPILS}


def _own(words: dict[str, str], codes: Codes, code: str) -> str | None:
    """Return the words for a code that means what it means by default; those are inflected, a label is not."""
    return words.get(code) if codes.background[code] == BACKGROUND.get(code) else None


def _label(codes: Codes, code: str) -> str:
    return str(getattr(codes.background[code], spoken()))
