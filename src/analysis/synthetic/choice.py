"""How the pupils of the synthetic city came to their school: a conditional logit per parent group, and a lottery.

Every child considers the schools nearest to its home, ranks them by utility, and is placed by deferred acceptance with
priority at the eight nearest schools. Composition follows from choice: a first round ignores it, and the second knows
the composition that came out of the first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from analysis.data.derive import GROEPEN
from analysis.data.situations import parent_group
from analysis.stats.geography import great_circle_km
from analysis.synthetic.city import BACKGROUNDS, NONWESTERN
from analysis.synthetic.places import allocate
from analysis.synthetic.schools import composition
from analysis.synthetic.shapes import Floats, kilometres

LOG_OFFSET_KM = 0.1
SHARE_UNIT = 0.1
COMPOSITION_TERMS = ("share_hoog", "share_nonwestern")

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Preferences:
    """Coefficients of the conditional logit of one parent group, utility per unit of the term."""

    # Per km, and per unit of ln(km + 0.1).
    distance_km: float
    log_distance: float
    # Per unit of the logarithm of the places per groep: a larger school is more often known and chosen.
    log_places: float
    # Per 10 percentage points of the school's pupils a year before.
    share_hoog: float
    share_nonwestern: float
    concept: float  # a school with an educational concept, against one without
    # Denomination, against openbaar (other: every other one, algemeen bijzonder included).
    rk: float
    pc: float
    islamic: float
    other: float


TERMS = tuple(Preferences.__dataclass_fields__)


def _preferences() -> dict[str, Preferences]:
    return {
        "hoog_none": Preferences(-0.20, -1.7, 0.9, 1.15, -0.2, 0.45, 0.10, 0.0, -4.0, 0.10),
        "hoog_migration": Preferences(-0.20, -1.7, 0.9, 0.5, 0.0, 0.25, 0.05, 0.0, -1.5, 0.05),
        "lower_none": Preferences(-0.20, -1.7, 0.9, 0.15, -0.35, 0.15, 0.10, 0.10, -3.5, -0.05),
        "middelbaar_migration": Preferences(-0.20, -1.7, 0.9, -0.1, 0.15, 0.0, 0.05, 0.0, 0.3, -0.10),
        "laag_migration": Preferences(-0.20, -1.7, 0.9, -0.3, 0.3, -0.05, 0.0, 0.0, 0.6, -0.15),
    }


@dataclass(frozen=True)
class ChoiceTruth:
    """How schools are chosen and places given."""

    # Coefficients of each parent group (`analysis.data.situations.parent_group`).
    preferences: Mapping[str, Preferences] = field(default_factory=_preferences)
    considered: int = 60  # how many schools a child considers: those nearest to its home
    priority: int = 8  # at how many nearest schools it has priority
    capacity: bool = True  # whether places are limited. If not, every child attends the school of its first preference

    def as_frame(self) -> pd.DataFrame:
        """Return the coefficients: one row per parent group, one column per term."""
        rows = {group: [getattr(kind, term) for term in TERMS] for group, kind in self.preferences.items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(TERMS))


@dataclass(frozen=True)
class Considered:
    """The schools that each child considers, nearest first: position of the school and km, shape (n_pupils, k)."""

    school: Indices
    km: Floats


def considered(children: pd.DataFrame, schools: pd.DataFrame, number: int) -> Considered:
    """Find the schools nearest to every home."""
    k = min(number, len(schools))
    _, school = cKDTree(kilometres(schools)).query(kilometres(children), k=np.arange(1, k + 1))
    points = {name: schools[name].to_numpy(float)[school] for name in ("lat", "lon")}
    homes = {name: children[name].to_numpy(float)[:, None] for name in ("lat", "lon")}
    return Considered(school, great_circle_km(homes["lat"], homes["lon"], points["lat"], points["lon"]))


def school_terms(schools: pd.DataFrame, lagged: pd.DataFrame | None) -> pd.DataFrame:
    """Make the terms of the utility that do not depend on the chooser, one row per school.

    Without the composition of a year before (``share_hoog, share_nonwestern``) its terms are zero.
    """
    denomination = schools["denomination"]
    named = {"rk": "Rooms-Katholiek", "pc": "Protestants-Christelijk", "islamic": "Islamitisch"}
    terms = {"log_places": np.log(schools["places"].to_numpy(float))}
    for name in COMPOSITION_TERMS:
        terms[name] = np.zeros(len(schools)) if lagged is None else lagged[name].to_numpy(float) / SHARE_UNIT
    terms["concept"] = (schools["concept"] != "none").to_numpy(float)
    terms |= {name: (denomination == value).to_numpy(float) for name, value in named.items()}
    terms["other"] = (~denomination.isin(["Openbaar", *named.values()])).to_numpy(float)
    return pd.DataFrame(terms, index=pd.Index(schools["location"]))


def choose(
    truth: ChoiceTruth,
    children: pd.DataFrame,
    schools: pd.DataFrame,
    seed: np.random.SeedSequence,
    nonwestern: Collection[str] = NONWESTERN,
    none: str = BACKGROUNDS[0],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let the children choose, twice, and place them: returns them with ``location`` and ``distance_km``.

    Beside them the shares after the first round, indexed by location: what the children of the second knew of schools.
    """
    nearby = considered(children, schools, truth.considered)
    first, second = seed.spawn(2)
    group = _groups(truth, children, none)
    round_one = _attend(truth, children, schools, nearby, group, None, first)
    before = composition(round_one, nonwestern)[list(COMPOSITION_TERMS)]
    # A school that nobody attended is taken for an average one.
    lagged = before.reindex(pd.Index(schools["location"])).fillna(before.mean())
    return _attend(truth, children, schools, nearby, group, lagged, second), lagged


def _groups(truth: ChoiceTruth, children: pd.DataFrame, none: str) -> Indices:
    """Return the position of every child's parent group among those of the truth."""
    background = children["background"].replace(none, BACKGROUNDS[0])
    groups = parent_group(children["education"], background)
    return np.asarray(pd.Index([*truth.preferences]).get_indexer(pd.Index(groups)), dtype=np.intp)


def _attend(
    truth: ChoiceTruth,
    children: pd.DataFrame,
    schools: pd.DataFrame,
    nearby: Considered,
    group: Indices,
    lagged: pd.DataFrame | None,
    seed: np.random.SeedSequence,
) -> pd.DataFrame:
    for_taste, for_lottery = (np.random.default_rng(s) for s in seed.spawn(2))
    utility = _utility(truth, schools, nearby, group, lagged)
    utility += for_taste.gumbel(size=utility.shape)
    if truth.capacity:
        places = np.repeat(schools["places"].to_numpy(), GROEPEN)
        groep = children["groep"].to_numpy() - 1
        rank = np.argsort(-utility, axis=1)
        wanted = np.take_along_axis(nearby.school, rank, axis=1)
        got = allocate(wanted * GROEPEN + groep[:, None], rank < truth.priority, places, for_lottery)
        school = got // GROEPEN
    else:
        school = nearby.school[np.arange(len(children)), utility.argmax(axis=1)]
    point = schools[["lat", "lon"]].to_numpy(float)[school]
    home = children[["lat", "lon"]].to_numpy(float)
    return children.assign(
        location=schools["location"].to_numpy()[school],
        distance_km=great_circle_km(home[:, 0], home[:, 1], point[:, 0], point[:, 1]),
    )


def _utility(
    truth: ChoiceTruth,
    schools: pd.DataFrame,
    nearby: Considered,
    group: Indices,
    lagged: pd.DataFrame | None,
) -> Floats:
    terms = school_terms(schools, lagged)
    by_group = truth.as_frame()
    of_school = by_group[list(terms)].to_numpy() @ terms.to_numpy().T + schools["quality"].to_numpy(float)
    near, log = (by_group[name].to_numpy(float)[group][:, None] for name in ("distance_km", "log_distance"))
    utility: Floats = of_school[group[:, None], nearby.school]
    utility += near * nearby.km + log * np.log(nearby.km + LOG_OFFSET_KM)
    return utility
