r"""Who has just come to the country, and whose parents did not long ago: the pupils of each year by continent.

Pupils of the last year are those of the world; those before them are led back from it a year at a time. Families come
and go whole, at one school, so that numbers of a year vary more than single pupils would, and pupils who stay are the
same in several years. Of a continent the expected share of all pupils is that of the truth in every year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.microdata_origins import CONTINENTS
from analysis.synthetic.pupils import GROEPEN
from analysis.synthetic.shapes import Floats, raked

COLUMNS = ("pupil", "year", "household", "location", "continent", "newcomer", "international")
SETTLED, AFRICA, AMERICA, ASIA, EUROPE = CONTINENTS[0], "Africa", "America", "Asia", "Europe and Oceania"
CALLED = {"Europe": EUROPE, "America and Oceania": AMERICA}
"""Continents of `pupils.CONTINENTS` that the publication puts together otherwise."""
GROWN_UP = 1 / len(GROEPEN)
"""Part of the pupils who leave for secondary education in a year, and who were not at school a year before."""
MOST = 0.8
"""Of the pupils of a continent at most such a part are international, of these at most such a part newcomers."""


@dataclass(frozen=True)
class ContinentTruth:
    """Of the pupils of one continent, as shares of all pupils of the last year and growth of these since the first."""

    international: float
    international_growth: float
    newcomers: float
    newcomers_growth: float


def _continents() -> dict[str, ContinentTruth]:
    return {
        AFRICA: ContinentTruth(0.0444, 0.12, 0.0027, 0.30),
        AMERICA: ContinentTruth(0.0149, 0.08, 0.0023, 0.35),
        ASIA: ContinentTruth(0.0291, 0.13, 0.0044, 0.60),
        EUROPE: ContinentTruth(0.0404, 0.175, 0.0080, 0.40),
    }


@dataclass(frozen=True)
class OriginTruth:
    """How many come, how long they stay, and how far schools differ in whom they receive."""

    # The years of the table, by the calendar year in which the school year starts; the last is that of ``by_pupil``.
    first: int = 2017
    last: int = 2019
    continents: Mapping[str, ContinentTruth] = field(default_factory=_continents)
    oceania: float = 0.1  # part of the pupils of America and Oceania who are of Oceania
    households: tuple[float, ...] = (0.45, 0.40, 0.15)  # shares of families with 1, 2, ... children at primary school
    # Standard deviation between schools of the log odds that a family is international, that an international family
    # has just come, and of what a year adds to the latter.
    apart_international: float = 0.5
    apart_newcomers: float = 0.6
    apart_year: float = 0.2
    # Shares of international and other families at a school of the city who were at none of its schools a year before,
    # beside newcomers, and of all who have changed schools since.
    came: float = 0.04
    came_settled: float = 0.01
    moved: float = 0.03

    def share(self, continent: str, year: int, kind: str) -> float:
        """Return the expected share of all pupils in a year, ``kind`` being ``international`` or ``newcomers``."""
        of = self.continents[continent]
        growth = 1 + getattr(of, f"{kind}_growth")
        return float(getattr(of, kind) * growth ** ((year - self.last) / (self.last - self.first)))


@dataclass(frozen=True)
class _Schools:
    """What makes families of the two kinds more common at a school, in log odds, by location."""

    international: pd.Series
    newcomers: pd.Series


def make_origins(
    by_pupil: pd.DataFrame, totals: pd.Series, truth: OriginTruth, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Make the pupils of every year with continent, and who of them is a newcomer or of an international family.

    Parameters
    ----------
    by_pupil : ``pupil, groep, location, continent`` of the last year.
    totals : Pupils by year; those of the last year where one is not told.
    truth, seed : What is true, and the stream.

    Returns
    -------
    DataFrame
        One row per pupil and year, in the order of `COLUMNS`; a pupil has one number in all years.
    """
    rng = np.random.default_rng(seed)
    schools = _schools(by_pupil, truth, rng)
    rows = _last_year(by_pupil, truth, schools, rng)
    years = [rows.assign(year=truth.last)]
    for year in range(truth.last - 1, truth.first - 1, -1):
        rows = _year_before(rows, year, int(totals.get(year, len(by_pupil))), truth, rng)
        rows = _with_newcomers(rows, year, truth, schools, rng)
        years.append(rows.assign(year=year))
    return pd.concat(years[::-1], ignore_index=True)[list(COLUMNS)]


def _schools(by_pupil: pd.DataFrame, truth: OriginTruth, rng: np.random.Generator) -> _Schools:
    names = pd.Index(sorted(by_pupil["location"].unique()))
    drawn = (sd * rng.normal(size=len(names)) for sd in (truth.apart_international, truth.apart_newcomers))
    return _Schools(*(pd.Series(values, names) for values in drawn))


def _last_year(by_pupil: pd.DataFrame, truth: OriginTruth, schools: _Schools, rng: np.random.Generator) -> pd.DataFrame:
    """Put the pupils of one school and continent in families, and say which of these are international."""
    rows = by_pupil[["pupil", "groep", "location"]].assign(continent=_continent(by_pupil, truth, rng))
    rows = rows.iloc[rng.permutation(len(rows))].sort_values(["location", "continent"], kind="stable")
    rows = rows.reset_index(drop=True)
    rows["household"] = _households(rows, truth, rng)
    rows["international"] = False
    for continent in truth.continents:
        share = truth.share(continent, truth.last, "international") * len(rows)
        _mark(rows, "international", rows["continent"] == continent, share, schools.international, rng)
    return _with_newcomers(rows, truth.last, truth, schools, rng)


def _continent(by_pupil: pd.DataFrame, truth: OriginTruth, rng: np.random.Generator) -> pd.Series:
    of_oceania = rng.random(len(by_pupil)) < truth.oceania
    called = by_pupil["continent"].replace(CALLED)
    return called.where(~((called == AMERICA) & of_oceania), EUROPE)


def _households(rows: pd.DataFrame, truth: OriginTruth, rng: np.random.Generator) -> NDArray[np.int64]:
    """Put pupils of one school and continent who follow each other in families, in sizes that are drawn."""
    sizes = rng.choice(np.arange(1, len(truth.households) + 1), len(rows), p=truth.households)
    drawn = np.repeat(np.arange(len(sizes)), sizes)[: len(rows)]
    place = rows.groupby(["location", "continent"], sort=False).ngroup().to_numpy()
    return pd.factorize(pd.MultiIndex.from_arrays([drawn, place]))[0].astype(np.int64) + 1


def _mark(
    rows: pd.DataFrame,
    kind: str,
    among: pd.Series,
    expected: float,
    by_school: pd.Series,
    rng: np.random.Generator,
) -> None:
    """Draw whole families among some pupils, in place, so that so many pupils are expected, by schools' log odds."""
    if not among.any():
        return
    part = min(expected / among.sum(), MOST)
    own = rows[among]
    families = own.groupby("household").agg(location=("location", "first"), size=("pupil", "size"))
    odds = families["location"].map(by_school).to_numpy(float)
    logits: Floats = np.column_stack([np.zeros(len(odds)), odds])
    chance = raked(logits, families["size"].to_numpy(float), np.array([1 - part, part]))[:, 1]
    drawn = families.index[rng.random(len(families)) < chance]
    rows.loc[own.index[own["household"].isin(drawn)], kind] = True


def _with_newcomers(
    rows: pd.DataFrame, year: int, truth: OriginTruth, schools: _Schools, rng: np.random.Generator
) -> pd.DataFrame:
    marked = rows.assign(newcomer=False)
    now = schools.newcomers + truth.apart_year * rng.normal(size=len(schools.newcomers))
    for continent in truth.continents:
        among = marked["international"] & (marked["continent"] == continent)
        _mark(marked, "newcomer", among, truth.share(continent, year, "newcomers") * len(rows), now, rng)
    return marked


def _year_before(
    now: pd.DataFrame, year: int, total: int, truth: OriginTruth, rng: np.random.Generator
) -> pd.DataFrame:
    """Lead pupils back to a year: without whom were not there, at the school of then, and with whom have left since."""
    came = np.where(now["international"], truth.came, truth.came_settled)
    family = pd.factorize(now["household"])[0]
    stayed = rng.random(int(family.max()) + 1)[family] >= came
    kept = now[stayed & ~now["newcomer"].to_numpy(bool) & (now["groep"] > GROEPEN[0]).to_numpy(bool)]
    kept = kept.assign(groep=kept["groep"] - 1, location=_moved(kept, truth.moved, rng))
    last = int(now[["pupil", "household"]].max().max())
    left = [_left(now, continent, year, total, truth, rng) for continent in truth.continents]
    here = pd.concat([kept, *(_numbered(rows, last + n * len(now) * 10) for n, rows in enumerate(left))])
    settled = now[~now["international"]]
    fill = settled.iloc[rng.integers(0, len(settled), max(total - len(here), 0))]
    fill = fill.assign(groep=GROEPEN[-1], household=np.arange(len(fill)))
    here = pd.concat([here, _numbered(fill, last + len(left) * len(now) * 10)], ignore_index=True)
    before: pd.DataFrame = here.drop(columns="newcomer")
    return before


def _moved(rows: pd.DataFrame, share: float, rng: np.random.Generator) -> NDArray[np.object_]:
    """Give a share of the families the school of another one of these."""
    family, first = np.unique(rows["household"], return_index=True)
    school = rows["location"].to_numpy(object)[first]
    moves = np.flatnonzero(rng.random(len(family)) < share)
    school[moves] = school[rng.permutation(moves)]
    return np.asarray(school[np.searchsorted(family, rows["household"])], dtype=object)


def _left(
    now: pd.DataFrame, continent: str, year: int, total: int, truth: OriginTruth, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the international pupils who have left since: families as there are now, so many that the truth is met."""
    own = now[now["international"] & (now["continent"] == continent)]
    before, after, new = (
        number * truth.share(continent, of, kind)
        for number, of, kind in (
            (total, year, "international"),
            (len(now), year + 1, "international"),
            (len(now), year + 1, "newcomers"),
        )
    )
    expected = max(before - (after - new) * (1 - GROWN_UP) * (1 - truth.came), 0.0)
    if own.empty:
        return own
    families = [*own.groupby("household").indices.values()]
    drawn = rng.integers(0, len(families), rng.poisson(expected * len(families) / len(own)))
    sizes = [len(families[number]) for number in drawn]
    rows = own.iloc[np.concatenate([families[number] for number in drawn]) if len(drawn) else []]
    # So many are in the last groep that all of them are as common a year before as they are now.
    eighth = rng.random(len(rows)) < before * GROWN_UP / max(expected, 1.0)
    groep = np.where(eighth, GROEPEN[-1], rng.integers(GROEPEN[0], GROEPEN[-1], len(rows)))
    return rows.assign(groep=groep, household=np.repeat(np.arange(len(drawn)), sizes))


def _numbered(rows: pd.DataFrame, after: int) -> pd.DataFrame:
    """Give new numbers to pupils and families who are in no later year."""
    return rows.assign(
        pupil=np.arange(after + 1, after + 1 + len(rows), dtype=np.int64),
        household=rows["household"].to_numpy(np.int64) + after + 1,
    )
