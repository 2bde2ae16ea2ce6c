"""What a table counts: on how many each number rests, and which numbers are whole numbers divided by a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.disclosure.disguised import TOLERANCE, Disguised, disguised, single, whole_times
from analysis.disclosure.profiles import BOARD_COUNT, CLUSTER_COUNT, RESIDUAL_DF, SCHOOL_COUNT, Profile
from analysis.disclosure.steps import Bools, Floats, nice

Resting = Mapping[str, Sequence[str]]

OPEN = 2
"""How many parts a share leaves open, at least, for each count."""
FINEST, COARSEST = 1e-4, 0.1
"""Relative steps of what is no share, whatever the count."""
PER_SCHOOL = 0.05
"""Relative step of a mean over schools of unknown spread, times the number of schools."""


class Shares(NamedTuple):
    """Which values of a column are whole numbers divided by a count, their steps, and which give a small one away."""

    fits: Bools
    share: Bools
    step: Floats
    small: Bools
    n: Floats
    published: Floats


class Counted:
    """The counts of a table: which of them a column rests on, and how narrowly each is published."""

    def __init__(self, numbers: Mapping[str, pd.Series], rests_on: Resting, profile: Profile, rows: int) -> None:
        self.profile, self.rests_on, self.rows = profile, rests_on, rows
        self.numbers = {
            name: n.to_numpy(dtype=float, na_value=np.nan) for name, n in numbers.items() if name not in RESIDUAL_DF
        }

    def low(self, name: str) -> Floats:
        """Return the smallest number that is published as each number of a count column is."""
        base = self.profile.base(name)
        return np.asarray(np.maximum((self.numbers[name] + base // 2) // base * base - base // 2, 1.0))

    def rests(self, column: str) -> bool:
        """Whether a column rests on any count."""
        return any(column in columns for columns in self.rests_on.values())

    def part(self, column: str) -> Floats:
        """Return the relative step of a number of unknown spread, by the persons and schools that it rests on."""
        by_persons = OPEN / self.persons(column) if self.profile.round_to > 1 else np.zeros(self.rows)
        return np.clip(np.maximum(by_persons, PER_SCHOOL / self.schools(column)), FINEST, COARSEST)

    def persons(self, column: str) -> Floats:
        """Return, per row, the smallest number of persons that a column rests on; infinite where it rests on none."""
        return self._smallest(column, schools=False)

    def scaled(self, column: str) -> Floats:
        """Return, per row, the published number of persons by the exact one, of the largest that a column rests on."""
        most, by = np.zeros(self.rows), np.ones(self.rows)
        for name, columns in self.rests_on.items():
            if column in columns and name in self.numbers and not _of_schools(name):
                n, published = self.numbers[name], self.low(name) + self.profile.base(name) // 2
                larger = n > most
                by, most = np.where(larger, published / np.where(larger, n, 1.0), by), np.where(larger, n, most)
        return by

    def schools(self, column: str) -> Floats:
        """Return, per row, the smallest number of schools that a column rests on; infinite where it rests on none."""
        return self._smallest(column, schools=True)

    def _smallest(self, column: str, *, schools: bool) -> Floats:
        least = np.full(self.rows, np.inf)
        for name, columns in self.rests_on.items():
            if column in columns and name in self.numbers and _of_schools(name) == schools:
                least = np.fmin(least, np.where(self.numbers[name] > 0, self.low(name), np.nan))
        return least

    def whole(self, column: str, values: Floats, rows: Bools) -> Shares:
        """Return what is whole times a count, or times the sum or difference of two counts of persons."""
        none = np.zeros(self.rows, dtype=bool)
        shares = Shares(none, none, np.zeros(self.rows), none, np.ones(self.rows), np.ones(self.rows))
        values = np.where(np.isfinite(values), values, np.nan)
        open_ = rows & ~np.isnan(values) & (values != np.round(values))
        if not self.rests(column):
            open_ &= np.abs(values * 1000 - np.round(values * 1000)) > TOLERANCE
        for wholes in (self._alone(schools=False), self._alone(schools=True), self._together()):
            several = [self._divided(values, n, open_) for n in wholes]
            if several:
                # What fits several counts is a simple fraction, and a reader cannot know which of them it is one of. Of
                # persons first: a count of schools is published as it is, and would let every digit through.
                fits = np.logical_or.reduce([fit for fit, _, _ in several])
                steps = np.array([np.where(fit, step, np.inf) for fit, step, _ in several])
                chosen = steps.argmin(axis=0)
                step = np.where(fits, steps.min(axis=0), 0.0)
                n, published = (_taken(chosen, [getattr(by, name) for by in wholes]) for name in ("n", "published"))
                small = fits & np.logical_and.reduce([few | ~fit for fit, _, few in several])
                shares = Shares(
                    shares.fits | fits,
                    shares.share | (fits & (values > 0) & (values < 1)),
                    np.maximum(shares.step, step),
                    shares.small | small,
                    np.where(fits, n, shares.n),
                    np.where(fits, published, shares.published),
                )
                open_ &= ~fits
        shares = shares._replace(small=shares.small | self._nobody(values, rows, shares.fits))
        for disguise in disguised(column, values, rows, shares.share) if self.rests(column) else ():
            shares = self._in_disguise(disguise, shares)
        return shares

    def _in_disguise(self, disguise: Disguised, shares: Shares) -> Shares:
        """Add the shares of a count that a column has in per cent, as odds or rounded, where it does reveal them."""
        for by in (*self._alone(schools=False), *self._alone(schools=True)):
            fits = disguise.of(by.n)
            if not disguise.reveals(by.n, fits):
                continue
            part = np.round(disguise.share * by.n)
            with np.errstate(invalid="ignore"):
                few = (
                    fits
                    & ((part < by.least) | (by.n - part < by.least))
                    & ((part > 0) | (self.profile.zeros != "published"))
                )
            step = nice(OPEN / by.low, up=True) * disguise.slope if by.base > 1 else np.zeros(self.rows)
            shares = Shares(
                shares.fits | fits,
                shares.share & ~fits,
                np.where(fits, step, shares.step),
                shares.small | few,
                np.where(fits, by.n, shares.n),
                np.where(fits, by.published, shares.published),
            )
            break
        return shares

    def _nobody(self, values: Floats, rows: Bools, shares: Bools) -> Bools:
        """Find the shares that say that nobody is, or that everybody is, where the profile withholds that."""
        if self.profile.zeros == "published" or not (shares & (values > 0) & (values < 1)).any():
            return np.zeros(self.rows, dtype=bool)
        return np.asarray(rows & ((values == 0) | (values == 1)))

    def _alone(self, *, schools: bool) -> list[_Divisor]:
        names = (name for name in self.numbers if not CLUSTER_COUNT.fullmatch(name))
        return [self._divisor(name) for name in names if _of_schools(name) == schools]

    def _divisor(self, name: str) -> _Divisor:
        base, low = self.profile.base(name), self.low(name)
        return _Divisor(self.numbers[name], low, low + base // 2, self.profile.threshold(name), base)

    def _together(self) -> list[_Divisor]:
        divisors = []
        for one, other in combinations(self._alone(schools=False), 2):
            for n in (one.n + other.n, np.abs(one.n - other.n)):
                enough = np.where(n >= one.least, n, np.nan)
                published = np.round(enough / one.base) * one.base
                low = np.maximum(enough - one.base - other.base, 1.0)
                divisors.append(_Divisor(enough, low, published, one.least, one.base))
        return divisors

    def _divided(self, values: Floats, by: _Divisor, open_: Bools) -> tuple[Bools, Floats, Bools]:
        """Return which values are a whole number divided by a count, their steps, and where this number is small."""
        fits, unit = whole_times(values, by.n, open_, single(values))
        part = np.round(np.abs(values) * by.n)
        with np.errstate(invalid="ignore"):
            few = (values > 0) & (values < 1) & (unit == 1) & ((part < by.least) | (by.n - part < by.least))
        step = nice(OPEN / by.low, up=True) if by.base > 1 else np.zeros(self.rows)
        return fits, step, few


class _Divisor(NamedTuple):
    """A count to divide by: exact, the least that is published alike, as published; its threshold and rounding."""

    n: Floats
    low: Floats
    published: Floats
    least: int
    base: int


def _taken(chosen: NDArray[np.intp], columns: Sequence[Floats]) -> Floats:
    """Return, row by row, the number of the chosen column; of any number of columns, as `numpy.choose` does not."""
    return np.asarray(np.take_along_axis(np.array(columns), chosen[None, :], axis=0)[0])


def _of_schools(name: str) -> bool:
    return bool(SCHOOL_COUNT.fullmatch(name) or BOARD_COUNT.fullmatch(name))
