"""What the made-up world is called by: the groups, parts of the city and concepts of an edition, and its schools' keys.

The truth is that of the published city. A code that it does not know is given what is true of one that it knows: of the
same kind, in turn, and the two share what they have a share of. The order of codes on pages makes no other world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, TypeVar

import pandas as pd

from analysis.codes import BACKGROUND, Codes
from analysis.synthetic.advice_national import BACKGROUND as NATIONAL
from analysis.synthetic.advice_national import NationalPeople
from analysis.synthetic.advice_truth import AdviceTruth
from analysis.synthetic.city import STADSDELEN, CityTruth, Stadsdeel
from analysis.synthetic.counts import CountsTruth
from analysis.synthetic.pupils import PupilsTruth
from analysis.synthetic.schools import NO_CONCEPT, SchoolsTruth
from analysis.synthetic.truth import Truth

CITY = "Amsterdam"
"""The city whose published figures the truth is calibrated on."""
KNOWN = Codes()
KINDS = ("none", "nonwestern", "western")
OF_BACKGROUND = ("education", "background_status", "one_parent", "continent", "motive", "generation")
SCHOOL_COLUMNS = ("location", "nearest", "first_location", "last_location")
HEXADECIMAL_DIGITS = 32

Advice = TypeVar("Advice", bound=AdviceTruth)
Alike = Mapping[str, str]
"""Codes of an edition in the order of the world, each with the code whose truth it has."""


def named(truth: Truth, codes: Codes, region: str = CITY) -> Truth:
    """Return a truth in the words of an edition: itself for one that names nothing."""
    groups = backgrounds(codes)
    parts = _ordered(_alike(codes.stadsdeel or [*STADSDELEN], [*STADSDELEN]), [*STADSDELEN])
    return replace(
        truth,
        city=_city(truth.city, groups, parts),
        counts=_counts(truth.counts, parts),
        pupils=_pupils(truth.pupils, groups, tuple(codes.backgrounds("nonwestern"))),
        schools=_schools(truth.schools, [code for code in codes.concept if code != NO_CONCEPT]),
        advice=replace(named_advice(truth.advice, codes), region=region.casefold()),
        advice_national=named_advice(truth.advice_national, codes),
    )


def named_advice(truth: Advice, codes: Codes) -> Advice:
    """Return a truth of advice for the backgrounds of an edition."""
    return replace(truth, nonwestern=tuple(codes.backgrounds("nonwestern")))


def named_people(people: NationalPeople, codes: Codes) -> NationalPeople:
    """Return who the country's pupils are, by the backgrounds of an edition."""
    if backgrounds(codes) == backgrounds(KNOWN):
        return people
    groups = _ordered(backgrounds(codes), NATIONAL)
    rows = [_shared(dict(zip(NATIONAL, row, strict=True)), groups) for row in people.background]
    total = [sum(row.values()) for row in rows]
    shares = (tuple(value / of for value in row.values()) for row, of in zip(rows, total, strict=True))
    return replace(people, background=tuple(shares), backgrounds=tuple(groups))


def backgrounds(codes: Codes) -> Alike:
    """Return the backgrounds of an edition, each with the published city's that it resembles."""
    alike: dict[str, str] = {}
    for kind in KINDS:
        alike |= _alike(codes.backgrounds(kind), KNOWN.backgrounds(kind))
    return _ordered(alike, list(BACKGROUND))


def encrypted(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give schools keys as CBS has them: 32 hexadecimal digits for the BRIN, and the vestigingsnummer."""
    return {
        name: frame.assign(
            **{column: frame[column].map(_key).astype("str") for column in SCHOOL_COLUMNS if column in frame}
        )
        for name, frame in frames.items()
    }


def _key(location: str) -> str:
    brin, branch = location[:-2], location[-2:]
    return blake2b(brin.encode(), digest_size=HEXADECIMAL_DIGITS // 2).hexdigest() + branch


def _alike(codes: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """Give every code a known one: itself, or else one of those that no code is, in turn."""
    free = [name for name in known if name not in codes] or list(known)
    new = [code for code in codes if code not in known]
    return {code: code if code in known else free[new.index(code) % len(free)] for code in codes}


def _ordered(alike: Alike, order: Sequence[str]) -> Alike:
    return dict(sorted(alike.items(), key=lambda pair: order.index(pair[1])))


def _shared(shares: Mapping[str, float], alike: Alike) -> dict[str, float]:
    """Divide the share of a known code among the codes that are like it."""
    of = list(alike.values())
    return {code: shares[known] / of.count(known) for code, known in alike.items()}


def _pupils(truth: PupilsTruth, groups: Alike, nonwestern: tuple[str, ...]) -> PupilsTruth:
    tables: dict[str, Any] = {
        name: {code: getattr(truth, name)[known] for code, known in groups.items()} for name in OF_BACKGROUND
    }
    return replace(truth, background=_shared(truth.background, groups), nonwestern=nonwestern, **tables)


def _city(truth: CityTruth, groups: Alike, parts: Alike) -> CityTruth:
    named_parts = {name: _stadsdeel(truth.stadsdelen[known], groups) for name, known in parts.items()}
    return replace(truth, stadsdelen=named_parts)


def _counts(truth: CountsTruth, parts: Alike) -> CountsTruth:
    def of_edition(trend: Mapping[str, float]) -> Mapping[str, float]:
        return {name: trend[known] for name, known in parts.items() if known in trend}

    return replace(truth, trend=of_edition(truth.trend), later_trend=of_edition(truth.later_trend))


def _stadsdeel(truth: Stadsdeel, groups: Alike) -> Stadsdeel:
    times = {code: value for known, value in truth.background.items() for code, of in groups.items() if of == known}
    return replace(truth, background=times)


def _schools(truth: SchoolsTruth, concepts: Sequence[str]) -> SchoolsTruth:
    if not concepts:
        return truth
    known = [*truth.concept]
    return replace(truth, concept=_shared(truth.concept, _ordered(_alike(concepts, known), known)))
