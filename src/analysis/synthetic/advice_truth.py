"""The truth of the advice part: every number that generates a groep-8 pupil's scores, advice and later position."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, field, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NONWESTERN = ("moroccan", "turkish", "surinamese", "other_nonwestern")


@dataclass(frozen=True)
class GroupEffects:
    """One number per group; a pupil has the sum over the groups that the pupil belongs to.

    Unit: that of the quantity they are added to. Zero for highly educated parents, no or a western background, a middle
    income and two parents.
    """

    laag: float = 0.0
    middelbaar: float = 0.0
    onbekend: float = 0.0
    nonwestern: float = 0.0
    low_income: float = 0.0
    high_income: float = 0.0
    one_parent: float = 0.0

    def of(self, groups: pd.DataFrame) -> NDArray[np.float64]:
        """Sum the effects of each pupil's groups; `groups` as `group_dummies` makes them."""
        effects: NDArray[np.float64] = groups.to_numpy(float) @ np.array(astuple(self))
        return effects


GROUPS = tuple(f.name for f in fields(GroupEffects))


def group_dummies(pupils: pd.DataFrame, nonwestern: Collection[str] = NONWESTERN) -> pd.DataFrame:
    """Make the 0/1 columns of `GroupEffects` from ``education, background, income, one_parent``."""
    education, income = pupils["education"], pupils["income"]
    dummies = {
        "laag": education == "laag",
        "middelbaar": education == "middelbaar",
        "onbekend": education == "onbekend",
        "nonwestern": pupils["background"].isin(nonwestern),
        "low_income": income == "low",
        "high_income": income == "high",
        "one_parent": pupils["one_parent"].astype(bool),
    }
    return pd.DataFrame({name: dummies[name].to_numpy(float) for name in GROUPS}, index=pupils.index)


@dataclass(frozen=True)
class CutScores:
    """Which levels the test advises from which score on, from school year `first_year` until the next scheme."""

    first_year: int
    score: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


# Single and double advices side by side until 2017/18; nearly only double ones from 2018/19.
MIXED_ADVICES = CutScores(
    2000,
    (501, 519, 526, 529, 533, 537, 540, 545),
    (1, 1, 2, 3, 3, 4, 4, 5),
    (1, 2, 2, 3, 4, 4, 5, 5),
)
DOUBLE_ADVICES = CutScores(2018, (501, 510, 524, 533, 540, 545), (0, 1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 5))


@dataclass(frozen=True)
class AdviceTruth:
    """All that is true of scores and advice. A year is a school year, named by its first calendar year."""

    region: str = "amsterdam"  # whose truth this is: ``amsterdam`` or ``national``
    years: tuple[int, ...] = tuple(range(2008, 2019))  # the groep-8 cohorts
    nonwestern: tuple[str, ...] = field(default=NONWESTERN, repr=False)  # which backgrounds are non-western
    # How much the odds of drawing a pupil with highly educated parents grow per year (log odds).
    hoog_growth: float = 0.03

    # Ability in national standard deviations: mean of the reference group, group differences, and the standard
    # deviation within groups and between schools.
    ability_mean: float = 0.555
    ability: GroupEffects = GroupEffects(-0.73, -0.69, -0.85, -0.22, -0.12, 0.12, -0.08)
    ability_sd: float = 0.967
    ability_school_sd: float = 0.15

    # CET score = ``cet_mean + cet_points (ability + noise)``, rounded and held within 501-550; noise in ability sd.
    cet_mean: float = 535.0
    cet_points: float = 9.7
    cet_noise: float = 0.36
    lovs_noise: float = 0.23  # earlier LOVS score = ability + noise, in ability sd
    # Log odds of not sitting the test at ability 0, and its change per sd.
    cet_missing: float = -3.74
    cet_missing_ability: float = -0.8
    # The schemes by which the score becomes a test advice.
    cut_scores: tuple[CutScores, ...] = (MIXED_ADVICES, DOUBLE_ADVICES)

    # Position on the level scale (`advice_levels`) of the teacher's first advice = base + slope x signal + group
    # effects + share_hoog x (school's share of highly educated parents - 0.5) + school effect + logistic noise of that
    # scale, all in levels.
    advice_base: float = 3.75
    advice_slope: float = 1.18
    advice: GroupEffects = GroupEffects(-0.14, -0.10, -0.09, -0.07, -0.06, 0.05, -0.05)
    advice_share_hoog: float = 0.35
    advice_school_sd: float = 0.12
    advice_noise: float = 0.12
    # Shift of the position by year, in levels; 0 for a year that is not named.
    advice_year: Mapping[int, float] = field(default_factory=dict)
    # Weight of the CET score in the signal while the test preceded the advice; after that the signal is the LOVS.
    test_weight_before_2014: float = 0.5
    # Width of a double advice on the level scale in the first year, and its growth per year.
    half_width_start: float = 0.081
    half_width_step: float = 0.025

    # Bijstelling of an advice below the test's advice: log odds by group and by year (no year, no bijstelling), and the
    # extra when the test is a whole level or more above it.
    revision: GroupEffects = GroupEffects(laag=-0.45, middelbaar=-0.15, onbekend=-0.20, nonwestern=0.40)
    revision_year: Mapping[int, float] = field(
        default_factory=lambda: {2014: -1.033, 2015: -0.7, 2016: -0.4, 2017: 0.345, 2018: -0.446}
    )
    revision_whole: float = 0.4

    # Class in year 1 = final advice + group effects + pull x (test's advice - final advice) + logistic noise; classes
    # for two levels as wide as the half width, all in levels.
    place: GroupEffects = GroupEffects(-0.12, -0.06, -0.08)
    place_pull: float = 0.10
    place_noise: float = 0.10
    place_half_width: float = 0.35

    # Whole level in year 3 = final advice + weight x (class - advice) + pull x (test's advice - advice; one pull
    # upwards, one downwards) + logistic noise; share that cannot be followed, and the last cohort that has reached year
    # 3.
    year3_place: float = 0.5
    year3_pull: float = 0.42
    year3_pull_down: float = 0.10
    year3_noise: float = 0.264
    year3_missing: float = 0.02
    year3_last: int = 2016

    def by_place(self, frame: pd.DataFrame) -> NDArray[np.float64] | float:  # noqa: ARG002 - for truths that know places
        """Return the shift of the first advice by where the school is, in levels: none here."""
        return 0.0

    def half_width(self, year: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the width of a double advice in each year, in levels."""
        return np.asarray(self.half_width_start + self.half_width_step * (year - 2008), dtype=np.float64)
