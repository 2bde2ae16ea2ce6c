"""The schools of the national panel: where, whose, how large, how disadvantaged, and who receives the toelage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincinv, ndtr, stdtrit

from analysis.errors import InputError
from analysis.synthetic.staffing_noise import Floats, fading, normal_scores
from analysis.synthetic.staffing_truth import BASE_YEAR, SELECTION_YEAR, YEARS, Region, StaffingTruth

# The five cities with their numbers of basisscholen in 2019, in round figures.
CITIES = {"Amsterdam": 207, "Rotterdam": 170, "Den Haag": 154, "Utrecht": 97, "Almere": 72}
FIRST_BOARD = 70_001
KEYS = 10 * 26**2

Names = NDArray[np.str_]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Schools:
    """Schools (rows) over the years (columns); `board` counts from zero, `high` means a score above zero in 2016."""

    location: Names
    g5: Flags
    board: Whole
    municipality: Names
    pupils: Whole
    schoolweging: Floats
    score_raw: Floats
    score: Floats
    high: Flags
    toelage: Flags

    @property
    def score_per_pupil(self) -> Floats:
        """The achterstandsscore (with threshold) per pupil."""
        return np.asarray(self.score / self.pupils)


def make_schools(truth: StaffingTruth, scale: float, seed: np.random.SeedSequence) -> Schools:
    """Make `scale` times 6,300 schools; each trait draws from a stream of its own."""
    if not 0 < scale < np.inf:
        raise InputError("scale", "a world needs a size", given=scale, allowed="more than 0; 1 is about 6,300 schools")
    places, weging, size, score = (np.random.default_rng(stream) for stream in seed.spawn(4))
    g5, municipality, board = _places(truth, scale, places)
    score_of_weging, schoolweging = _schoolweging(truth, g5, municipality, weging)
    pupils = _pupils(truth, g5, score_of_weging, size)
    raw = _raw_scores(truth, g5, schoolweging, pupils, score)
    scores = with_threshold(raw, pupils, truth)
    relative = scores / pupils
    return Schools(
        location=_keys(len(g5)),
        g5=g5,
        board=board,
        municipality=_names(municipality),
        pupils=pupils,
        schoolweging=schoolweging,
        score_raw=raw,
        score=scores,
        high=scores[:, YEARS.index(BASE_YEAR)] > 0,
        toelage=relative[:, YEARS.index(SELECTION_YEAR)]
        >= toelage_cutoff(relative[:, YEARS.index(SELECTION_YEAR)], truth.toelage_share),
    )


def with_threshold(raw: Floats, pupils: Whole, truth: StaffingTruth) -> Floats:
    """Subtract the threshold from scores: ``max(0, A - E F (C - G))``, to two decimals as the CBS publishes them."""
    above = raw - pupils * truth.threshold * truth.point_distance
    return np.asarray(np.maximum(0.0, above).round(2), dtype=np.float64)


def toelage_cutoff(score_per_pupil: Floats, share: float) -> float:
    """Find the lowest score per pupil that receives the toelage, of which at least a share of the locations is to.

    Locations at or above the cut-off receive it: all that tie with the last one. Never zero: a location without a
    score has no claim.
    """
    receiving = max(1, round(share * len(score_per_pupil)))
    cutoff = float(np.sort(score_per_pupil)[-receiving])
    above = score_per_pupil[score_per_pupil > 0]
    if len(above) == 0:
        return np.inf
    return max(cutoff, float(above.min()))


def by_region(truth: StaffingTruth, g5: Flags, name: str) -> Floats:
    """Look a region's coefficient up for every school."""
    inside, outside = float(getattr(truth.g5, name)), float(getattr(truth.outside, name))
    return np.where(g5, inside, outside)


def _places(truth: StaffingTruth, scale: float, rng: np.random.Generator) -> tuple[Flags, Whole, Whole]:
    """Place schools in municipalities (numbers; the first five are the G5), and boards over neighbouring ones."""
    cities = np.maximum(1, np.round(np.array([*CITIES.values()]) / 700 * truth.g5.schools * scale)).astype(np.int64)
    others = max(2, round(truth.municipalities * scale))
    outside = max(2 * others, round(truth.outside.schools * scale))
    weights = rng.lognormal(0.0, 0.75, others)
    elsewhere = 1 + rng.multinomial(outside - others, weights / weights.sum())
    municipality = np.repeat(np.arange(5 + others), [*cities, *elsewhere])
    g5 = municipality < len(CITIES)
    first = _boards(municipality[g5], truth.g5, 0.0, rng)
    second = _boards(municipality[~g5], truth.outside, 1.5, rng)
    return g5, municipality, np.concatenate([first, second + first.max() + 1])


def _boards(municipality: Whole, region: Region, reach: float, rng: np.random.Generator) -> Whole:
    """Cut the schools, ordered by place but mixed over `reach` municipalities, into boards: many small, a few large."""
    schools = len(municipality)
    boards = max(1, round(schools / region.schools_per_board))
    weights = rng.gamma(0.5, 1.0, boards)
    sizes = 1 + rng.multinomial(schools - boards, weights / weights.sum())
    order = np.lexsort((rng.random(schools), municipality + reach * rng.standard_normal(schools)))
    board = np.empty(schools, dtype=np.int64)
    board[order] = np.repeat(np.arange(boards), sizes)
    return board


def _schoolweging(
    truth: StaffingTruth, g5: Flags, municipality: Whole, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw schoolweging between 20 and 40; returns its lasting part as a standard normal score, and its years."""
    shared = rng.standard_normal(municipality.max() + 1)[municipality]
    own = rng.standard_normal(len(g5))
    score = np.sqrt(truth.weging_municipality) * shared + np.sqrt(1 - truth.weging_municipality) * own
    for region in (g5, ~g5):  # ranks: however the municipalities fall out, the region's distribution stays
        score[region] = normal_scores(score[region])
    heavy = stdtrit(by_region(truth, g5, "weging_df"), ndtr(score))
    centre, scale = by_region(truth, g5, "weging_centre"), by_region(truth, g5, "weging_scale")
    drift = truth.weging_drift * fading(rng, len(g5), truth.weging_rho)
    return score, np.round(20 + 20 * expit((centre + scale * heavy)[:, None] + drift), 2)


def _pupils(truth: StaffingTruth, g5: Flags, weging: Floats, rng: np.random.Generator) -> Whole:
    """Draw pupils: a Gamma in 2019, smaller at a higher schoolweging, and a random walk either way from there."""
    rho, shape = by_region(truth, g5, "pupils_weging"), by_region(truth, g5, "pupils_shape")
    chance = ndtr(rho * weging + np.sqrt(1 - rho**2) * rng.standard_normal(len(g5)))
    size = by_region(truth, g5, "pupils") * gammaincinv(shape, chance) / shape
    walk = np.cumsum(truth.pupils_growth + truth.pupils_drift * rng.standard_normal((len(g5), len(YEARS))), axis=1)
    walk -= walk[:, [YEARS.index(2019)]]
    pupils = np.maximum(truth.smallest_school, np.round(size[:, None] * np.exp(walk)))
    return np.asarray(pupils, dtype=np.int64)


def _raw_scores(truth: StaffingTruth, g5: Flags, weging: Floats, pupils: Whole, rng: np.random.Generator) -> Floats:
    """Sum C - D over a school's pupils among the national lowest 15%, each of whom is C - G below the mean."""
    school = truth.low_scorers_sd * rng.standard_normal((len(g5), 1))
    drift = truth.low_scorers_drift * fading(rng, len(g5), truth.low_scorers_rho)
    level = by_region(truth, g5, "low_scorers")[:, None] + truth.low_scorers_weging * (weging - 30)
    return np.asarray(np.round(pupils * expit(level + school + drift) * truth.point_distance, 2))


def _keys(number: int) -> Names:
    """Make location keys of DUO's form (``79AA00``), from a range that DUO does not use."""
    branch, inner = np.divmod(np.arange(number), KEYS)
    parts = zip(79 - inner // 676, inner // 26 % 26, inner % 26, branch, strict=True)
    return np.array([f"{d}{chr(65 + a)}{chr(65 + b)}{v:02d}" for d, a, b, v in parts])


def _names(municipality: Whole) -> Names:
    others = municipality.max() + 1 - len(CITIES)
    return np.array([*CITIES, *(f"Gemeente {number + 1:04d}" for number in range(others))])[municipality]
