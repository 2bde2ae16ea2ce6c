"""The schools of the synthetic city: where and what they are, and what their pupils make of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data import derive
from analysis.data.derive import GROEPEN, LARGE, SMALL
from analysis.synthetic.city import NONWESTERN, SyntheticCity
from analysis.synthetic.shapes import Floats, degrees, kilometres

NO_CONCEPT, ANTHROPOSOPHICAL = "none", "Vrije School"
REGULAR_KEYS, SPECIAL_KEYS = 99, 89  # first digits of location keys, from ranges that DUO does not use
SPECIAL_BOARD = "90001"
SHORTAGE = {2019: "shortage_2019", 2020: "shortage_2020"}
"""The columns of `describe` with the teacher shortage, by year."""


@dataclass(frozen=True)
class SchoolsTruth:
    """What the schools are."""

    # Numbers at scale 1: regular basisscholen, schools for sbo and so, and the pupils of the latter.
    schools: int = 213
    special_schools: int = 26
    special_pupils: int = 2_754
    boards: int = 28  # school boards; a third of them run the public schools
    # Shares of schools with a capacity for a small (at most 195), medium (at most 400) and large school.
    size_shares: tuple[float, float, float] = (0.235, 0.55, 0.215)
    capacity_range: tuple[int, int] = (88, 800)  # smallest and largest capacity, pupils
    slack: float = 1.08  # places relative to pupils
    size_status: float = 0.34  # correlation of capacity with the status of the surroundings
    # Shares of schools, as DUO spells them.
    denomination: Mapping[str, float] = field(
        default_factory=lambda: {
            "Openbaar": 0.50,
            "Rooms-Katholiek": 0.14,
            "Protestants-Christelijk": 0.13,
            "Algemeen bijzonder": 0.11,
            "Islamitisch": 0.05,
            "Antroposofisch": 0.025,
            "Interconfessioneel": 0.02,
            "Evangelisch": 0.01,
            "Hindoeistisch": 0.01,
            "Joods": 0.005,
        }
    )
    # Shares of schools by educational concept; the rest has none.
    concept: Mapping[str, float] = field(
        default_factory=lambda: {"Montessori": 0.105, "Dalton": 0.09, "Jenaplan": 0.05, "Vrije School": 0.015}
    )
    # Log-odds per unit of status of the surroundings that a school has a concept, or is Islamic.
    concept_status: float = 0.8
    islamic_status: float = -1.5
    point_km: float = 0.12  # standard deviation of a school about the point of its buurt, per axis, km
    quality_sd: float = 0.45  # standard deviation of the unobserved part of a school's utility
    # Share of teachers (fte) short in October 2019 at a school without pupils at risk, what a share at risk of one
    # adds, and the standard deviation between comparable schools.
    shortage_level: float = 0.062
    shortage_risk: float = 0.165
    shortage_sd: float = 0.07
    shortage_2020: float = 0.76  # shortage in October 2020 relative to a year earlier
    # Schoolweging: at no pupils at risk, what a share at risk or non-western of one adds, and its noise.
    weging_level: float = 22.0
    weging_risk: float = 14.0
    weging_nonwestern: float = 4.5
    weging_sd: float = 0.8


def location_keys(first_digits: int, number: int) -> list[str]:
    """Make location keys of DUO's form (``99AA00``), from a range that DUO does not use."""
    keys = [
        f"{digits:02d}{chr(65 + a)}{chr(65 + b)}00"
        for digits in range(first_digits, first_digits - 1 - number // 676, -1)
        for a in range(26)
        for b in range(26)
    ]
    return keys[:number]


def make_schools(
    truth: SchoolsTruth, city: SyntheticCity, scale: float, pupils: int, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Make the regular schools: all columns of ``by_location`` that do not follow from pupils, ``places``, ``quality``.

    ``places`` is per groep; ``quality`` is unobserved.
    """
    for_points, for_sizes, for_kinds, for_quality = (np.random.default_rng(s) for s in seed.spawn(4))
    number = max(12, round(truth.schools * scale))
    buurt = _spread_out(city.by_buurt, number, for_points)
    near = city.by_buurt.iloc[buurt].reset_index(drop=True)
    point = kilometres(near) + for_points.normal(0, truth.point_km, (number, 2))
    status = _standard(near["status"].to_numpy(float))
    places = _places(truth, status, pupils, for_sizes)
    frame = pd.DataFrame(
        {
            "location": location_keys(REGULAR_KEYS, number),
            "stadsdeel": near["stadsdeel"],
            "wijk": near["wijk"],
            **degrees(point[:, 0], point[:, 1]),
            **_kinds(truth, status, for_kinds),
            "capacity": places * GROEPEN,
            "places": places,
            "quality": truth.quality_sd * for_quality.normal(size=number),
        }
    )
    frame["board"] = _boards(frame["denomination"], truth.boards, for_kinds)
    return frame


def describe(
    truth: SchoolsTruth,
    schools: pd.DataFrame,
    by_pupil: pd.DataFrame,
    seed: np.random.SeedSequence,
    nonwestern: Collection[str] = NONWESTERN,
) -> pd.DataFrame:
    """Add what follows from the pupils of each school: size, composition, teacher shortage, schoolweging."""
    rng = np.random.default_rng(seed)
    frame = schools.join(composition(by_pupil, nonwestern), on="location")
    frame["pupils"] = frame["pupils"].fillna(0).astype(np.int64)
    frame["size_class"] = derive.size_class(frame["pupils"])
    risk = frame["share_at_risk"].fillna(0.0)
    short = truth.shortage_level + truth.shortage_risk * risk
    frame["shortage_2019"] = np.clip(short + truth.shortage_sd * rng.normal(size=len(frame)), 0.0, 0.6)
    later = frame["shortage_2019"] * truth.shortage_2020 + 0.4 * truth.shortage_sd * rng.normal(size=len(frame))
    frame["shortage_2020"] = np.clip(later, 0.0, 0.6)
    weging = truth.weging_level + truth.weging_risk * risk + truth.weging_nonwestern * frame["share_nonwestern"]
    noisy = weging.fillna(truth.weging_level) + truth.weging_sd * rng.normal(size=len(frame))
    frame["schoolweging"] = np.clip(np.round(noisy, 2), 19.5, 41.5)
    frame["spread"] = np.round(rng.uniform(4.5, 8.0, len(frame)), 2)
    return frame.assign(special=False)


def shortages(regular: pd.DataFrame) -> pd.DataFrame:
    """Return the teacher shortage of the schools of `describe` as ``by_location_shortage``: ``location, year``."""
    parts = [regular[["location"]].assign(year=year, shortage=regular[column]) for year, column in SHORTAGE.items()]
    return pd.concat(parts, ignore_index=True)


def composition(by_pupil: pd.DataFrame, nonwestern: Collection[str] = NONWESTERN) -> pd.DataFrame:
    """Compute the composition of every school with pupils, as `data.derive` does for any source.

    A school where no education is known is given the share of one that is even.
    """
    shares = derive.composition(by_pupil, nonwestern)
    return shares.assign(share_hoog=shares["share_hoog"].fillna(0.5))


def make_special(
    truth: SchoolsTruth, city: SyntheticCity, children: pd.DataFrame, scale: float, seed: np.random.SeedSequence
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the schools for sbo and so, as rows of ``by_location``, and their pupils: ``location, pc4, age``.

    Composition, shortage and schoolweging are missing: nothing is made, or published, of them.
    """
    rng = np.random.default_rng(seed)
    keys = location_keys(SPECIAL_KEYS, max(3, round(truth.special_schools * scale)))
    number = max(20, round(truth.special_pupils * scale))
    school, home = rng.integers(0, len(keys), number), rng.integers(0, len(children), number)
    pupils = pd.DataFrame(
        {
            "location": np.array(keys, dtype=object)[school],
            "pc4": children["pc4"].to_numpy()[home],
            "age": rng.integers(4, 13, number),
        }
    )
    near = city.by_buurt.iloc[rng.integers(0, len(city.by_buurt), len(keys))].reset_index(drop=True)
    schools = near[["stadsdeel", "wijk", "lat", "lon"]].assign(
        location=keys,
        denomination="Algemeen bijzonder",
        concept=NO_CONCEPT,
        board=SPECIAL_BOARD,
        pupils=np.bincount(school, minlength=len(keys)),
        special=True,
    )
    schools["capacity"] = schools["pupils"]
    schools["size_class"] = derive.size_class(schools["pupils"])
    return schools, pupils


def _spread_out(by_buurt: pd.DataFrame, number: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a buurt per school, evenly over the children (a systematic sample)."""
    edges = np.cumsum(by_buurt["weight"].to_numpy(float))
    return np.minimum(np.searchsorted(edges, (np.arange(number) + rng.random()) / number), len(edges) - 1)


def _places(truth: SchoolsTruth, status: Floats, pupils: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places per groep: the largest schools where status is high, as far as `size_status` has it."""
    number = len(status)
    small, medium, _ = np.cumsum(truth.size_shares)
    low, high = truth.capacity_range
    u = (np.arange(number) + 0.5) / number
    sizes = np.interp(u, [0.0, small, medium, 1.0], [low, SMALL, LARGE, high])
    mixed = truth.size_status * status + np.sqrt(1 - truth.size_status**2) * rng.normal(size=number)
    capacity = sizes[np.argsort(np.argsort(mixed))]
    places = np.round(capacity * truth.slack * pupils / capacity.sum() / GROEPEN)
    return np.asarray(np.maximum(1, places), dtype=np.int64)


def _kinds(truth: SchoolsTruth, status: Floats, rng: np.random.Generator) -> dict[str, NDArray[np.object_]]:
    denomination = _by_quota(truth.denomination, "Islamitisch", truth.islamic_status * status, rng)
    shares = {NO_CONCEPT: 1 - sum(truth.concept.values()), **truth.concept}
    concept = _by_quota(shares, NO_CONCEPT, -truth.concept_status * status, rng)
    if ANTHROPOSOPHICAL in truth.concept:  # an anthroposophical school is a Vrije School, whatever was drawn
        concept[denomination == "Antroposofisch"] = ANTHROPOSOPHICAL
        concept[(concept == ANTHROPOSOPHICAL) & (denomination == "Islamitisch")] = NO_CONCEPT
    return {"denomination": denomination, "concept": concept}


def _by_quota(
    shares: Mapping[str, float], first: str, log_odds: Floats, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Give every kind its share of the schools; `first` goes to those with the highest odds, up to noise."""
    number = len(log_odds)
    order = np.argsort(-(log_odds + rng.gumbel(size=number)))
    kinds = [first, *(name for name in shares if name != first)]
    edges = np.round(np.cumsum([shares[name] for name in kinds]) / sum(shares.values()) * number).astype(int)
    counts = np.diff(edges, prepend=0)
    rest = np.repeat(np.array(kinds[1:], dtype=object), counts[1:])
    given: NDArray[np.object_] = np.empty(number, dtype=object)
    given[order[: counts[0]]] = first
    given[order[counts[0] :]] = rng.permutation(rest)
    return given


def _boards(denomination: pd.Series, boards: int, rng: np.random.Generator) -> NDArray[np.object_]:
    """Deal the schools out to boards: a third run the public schools, a third RK and PC, the rest others."""
    third = boards // 3  # of one or two boards the last runs all
    kind = denomination.map({"Openbaar": 0, "Rooms-Katholiek": 1, "Protestants-Christelijk": 1}).fillna(2).astype(int)
    kind = kind if third else 0 * kind + 2
    first = np.array([0, third, 2 * third])
    size = np.array([third, third, boards - 2 * third])
    number = 90_001 + first[kind] + rng.permutation(len(kind)) % size[kind]
    return np.asarray(number.astype(str), dtype=object)


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() or 1.0))
