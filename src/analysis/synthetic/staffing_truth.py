"""What generated the national staffing panel: every coefficient, with its meaning and unit.

Values come from four places: the constants of the CBS indicator of 2019 and the shape of its published scores; the
shortage survey of 2024; the amounts of the arbeidsmarkttoelage; and, where nothing is published (the noise, the level
of turnover), plain assumptions, marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.errors import InputError, nearest

YEARS = tuple(range(2015, 2025))  # 1 October; 2021 is school year 2021/22
BASE_YEAR = 2016  # the event study of pupils per teacher counts from here
SELECTION_YEAR = 2020  # the scores of 1 October 2020 decide who receives the arbeidsmarkttoelage
TOELAGE_START = 2021
NULL_EFFECTS: Mapping[str, float] = {"hours": 0.0, "inflow": 0.0, "outflow": 0.0, "pupils_per_teacher": 0.0}


@dataclass(frozen=True)
class HurdleBeta:
    """A share that is zero with probability `p_zero` and Beta(`a`, `b`) otherwise."""

    p_zero: float
    a: float
    b: float

    @property
    def mean(self) -> float:
        """Expectation, ``(1 - p_zero) a / (a + b)``."""
        return (1 - self.p_zero) * self.a / (self.a + self.b)


@dataclass(frozen=True)
class Noise:
    """Standard deviations of what schools and boards do not share with others, in the unit of the outcome.

    `board` and `school` last; `board_year` and `year` fade with autocorrelation `rho` a year.
    """

    board: float
    school: float
    board_year: float
    year: float
    rho: float

    @property
    def variance(self) -> float:
        """Variance of the sum of the four."""
        return self.board**2 + self.school**2 + self.board_year**2 + self.year**2


@dataclass(frozen=True)
class Region:
    """The G5 (Amsterdam, Rotterdam, Den Haag, Utrecht, Almere), or the rest of the country."""

    schools: int  # at scale 1
    schools_per_board: float
    weging_centre: float  # of logit((schoolweging - 20) / 20)
    weging_scale: float
    weging_df: float  # degrees of freedom: fewer is more schools far from the middle
    pupils: float  # mean a school, in 2019
    pupils_shape: float  # of their Gamma distribution
    pupils_weging: float  # correlation with schoolweging, both as standard normal scores
    low_scorers: float  # logit of a pupil's chance to be among the national lowest 15%, at schoolweging 30
    shortage: HurdleBeta  # over schools, in 2024
    shortage_shift: tuple[float, ...]  # a year, in standard normal units; zero in 2024
    unqualified: float  # mean share of a shortage that is filled by staff without a licence (assumed)


@dataclass(frozen=True)
class Outcome:
    """An outcome's course, at schools with a low and with a high score in 2016, one value a year, and its noise."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    noise: Noise

    def change(self, year: int) -> float:
        """Event-study coefficient of high x `year`: the change since 2016 at high- less that at low-score schools."""
        now, base = YEARS.index(year), YEARS.index(BASE_YEAR)
        return (self.high[now] - self.high[base]) - (self.low[now] - self.low[base])


def _steady(low: float, high: float, growth: float, noise: Noise) -> Outcome:
    steps = growth * np.arange(len(YEARS))
    return Outcome(tuple((low + steps).tolist()), tuple((high + steps).tolist()), noise)


G5 = Region(
    schools=700,
    schools_per_board=12.0,
    weging_centre=0.40,
    weging_scale=1.70,
    weging_df=50.0,
    pupils=300.0,
    pupils_shape=3.3,
    pupils_weging=-0.28,
    low_scorers=-1.95,
    shortage=HurdleBeta(0.16, 1.2227, 5.2777),
    shortage_shift=(-0.75, -0.65, -0.50, -0.40, -0.30, -0.25, -0.15, -0.05, 0.0, 0.0),
    unqualified=0.25,
)
OUTSIDE = Region(
    schools=5600,
    schools_per_board=7.0,
    weging_centre=-0.06,
    weging_scale=0.39,
    weging_df=1.55,
    pupils=213.0,
    pupils_shape=2.6,
    pupils_weging=-0.22,
    low_scorers=-2.262,
    shortage=HurdleBeta(0.53, 1.8831, 11.5267),
    shortage_shift=(-0.60, -0.45, -0.25, -0.10, 0.0, 0.05, 0.20, 0.25, 0.10, 0.0),
    unqualified=0.10,
)


RATIO = Outcome(  # pupils per teacher in fte
    low=(18.7, 18.7, 18.5, 18.3, 18.1, 17.9, 17.7, 17.5, 17.3, 17.1),
    high=(16.9,) * len(YEARS),
    noise=Noise(0.5, 1.0, 0.2, 0.6, 0.5),
)
LOG_WAGE = _steady(3.20, 3.21, 0.027, Noise(0.01, 0.03, 0.004, 0.012, 0.5))  # of gross euros an hour
HOURS_A_YEAR = (31.6, 31.5, 30.8, 30.0, 30.0, 30.0, 30.1, 30.2, 30.2, 30.3)
HOURS = Outcome(HOURS_A_YEAR, HOURS_A_YEAR, Noise(0.6, 1.5, 0.2, 0.8, 0.6))  # contract hours a week; 40 is full time
INFLOW = _steady(0.120, 0.140, 0.001, Noise(0.010, 0.015, 0.004, 0.015, 0.3))  # share of a school's teachers
OUTFLOW = _steady(0.115, 0.135, 0.001, Noise(0.010, 0.015, 0.004, 0.015, 0.3))


@dataclass(frozen=True)
class StaffingTruth:
    """What generated `by_location_year`.

    Notes
    -----
    The scheme of 2019 and later is applied to all years, and the same amounts of the arbeidsmarkttoelage to all years
    from 2021; older schemes and later amounts are not in this world.
    """

    g5: Region = G5
    outside: Region = OUTSIDE
    municipalities: int = 350  # outside the G5, at scale 1

    weging_municipality: float = 0.10  # share of the variance of schoolweging between municipalities (assumed)
    weging_drift: float = 0.26  # standard deviation over the years, in logits
    weging_rho: float = 0.90
    pupils_growth: float = -0.006  # a year, in logs
    pupils_drift: float = 0.10  # standard deviation of a year's step, in logs
    smallest_school: int = 20

    national_mean: float = 535.26  # C: mean onderwijsscore of all pupils (CBS, 2019)
    lowest_mean: float = 529.46  # G: mean onderwijsscore of the lowest 15% (CBS, 2019)
    threshold: float = 0.12  # F: share of pupils that carries no money
    low_scorers_weging: float = 0.322  # logits per point of schoolweging
    low_scorers_sd: float = 0.66  # between schools of one schoolweging, in logits
    low_scorers_drift: float = 0.08  # over the years within a school, in logits
    low_scorers_rho: float = 0.90

    oab_price: float = 559.50  # euros per point in 2020 (DUO)
    oab_price_growth: float = 0.040  # a year, a share; such that schools receive 40% of EUR 943 million in 2024
    toelage_share: float = 0.15  # of the locations, by score per pupil
    toelage_per_pupil: float = 523.80  # euros a year
    toelage_small_school: float = 17_333.45  # euros a year, less the next line's euros per pupil, never below zero
    toelage_small_school_less: float = 119.96
    toelage_effects: Mapping[str, float] = field(default_factory=lambda: {"wage": 0.065, **NULL_EFFECTS})

    # Of the index behind the shortage, and behind the judgement, only the proportions count.
    shortage_weging: float = 0.48  # loading of schoolweging (its part unrelated to size)
    shortage_noise: Noise = Noise(0.25, 0.50, 0.15, 0.60, 0.60)
    insufficient_large: float = 0.30  # chance of the judgement onvoldoende at a shortage of 5% or more
    insufficient_small: float = 0.095  # and below
    insufficient_noise: Noise = Noise(0.30, 0.70, 0.0, 0.65, 0.50)
    unqualified_precision: float = 4.0  # a + b of the Beta by which unqualified staff fill a shortage (assumed)

    pupils_per_teacher: Outcome = RATIO
    log_wage: Outcome = LOG_WAGE
    hours: Outcome = HOURS
    inflow: Outcome = INFLOW
    outflow: Outcome = OUTFLOW

    def __post_init__(self) -> None:
        """Refuse effects on what is no outcome."""
        for name in self.toelage_effects:
            if name not in OUTCOMES:
                hint = "outflow: retention is 1 - outflow" if name == "retention" else nearest(name, OUTCOMES)
                raise InputError(
                    "toelage_effects", "no such outcome", given=name, allowed=", ".join(OUTCOMES), hint=hint
                )

    @property
    def point_distance(self) -> float:
        """C - G: what one average pupil of the lowest 15% adds to a school's score."""
        return self.national_mean - self.lowest_mean

    def effect(self, outcome: str) -> float:
        """Effect of the arbeidsmarkttoelage: a share of the wage, hours a week, a share of teachers, pupils."""
        return self.toelage_effects.get(outcome, 0.0)

    def price(self, year: int) -> float:
        """Euros per point of the achterstandsscore."""
        return self.oab_price * (1 + self.oab_price_growth) ** (year - 2020)


OUTCOMES = ("wage", *NULL_EFFECTS)
