"""Shares that do not look like shares: in per cent or per mille, as odds, in single precision, or rounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analysis.disclosure.rules.chance import DECIMALS, decimals_of
from analysis.disclosure.steps import Bools, Floats

UNITS = (1, 2, 12)
"""A mean of whole, half or twelfth numbers is whole times one of these."""
TOLERANCE, SINGLE = 1e-9, 2.0**-23
"""Relative errors of numbers in double and in single precision."""
PROVEN = 2.0
"""Evidence, in powers of ten, from which rounded numbers are shares of a count rather than by accident."""
SHARE_NAME = re.compile(
    r"(?:.*_)?(?:shares?|aandeel|proportion|fraction|fractie|percentage|percent|procent|pct|perc)(?:_.*)?"
)
PERCENT_NAME = re.compile(r"(?:.*_)?(?:percentage|percent|procent|pct|perc|per_?mille?|promille)(?:_.*)?")
ODDS_NAME = re.compile(r"(?:.*_)?odds(?:_.*)?")


class Disguised(NamedTuple):
    """A column as the shares that it may reveal."""

    values: Floats  # what it has
    share: Floats  # of each value
    slope: Floats  # how much the value changes with its share
    tested: Bools  # which values may be a share
    fine: Bools  # which of them have so many digits that they are none by accident
    named: bool  # whether the column's name says that it has shares
    scaled: bool  # whether means of whole numbers could be taken for shares in this unit

    @property
    def half(self) -> Floats:
        """How far the share behind each value may be from it where the author rounded all of them; else nothing."""
        decimals = decimals_of(self.values[self.tested])
        rounded = len(decimals) and decimals.max() <= DECIMALS
        return 0.5 * 10.0 ** -decimals.max() / self.slope if rounded else np.zeros(len(self.values))

    def of(self, n: Floats) -> Bools:
        """Return which values are a whole number of n."""
        fits, unit = whole_times(self.share, n, self.tested, single(self.values))
        with np.errstate(invalid="ignore"):
            near = np.abs(np.round(self.share * n) / n - self.share) <= self.half * (1 + TOLERANCE)
        return np.asarray(self.tested & (n > 1) & (near | (fits & (unit == 1))))

    def reveals(self, n: Floats, fits: Bools) -> bool:
        """Whether the column has shares of n: by its name, or by numbers that do not fit by accident."""
        if not fits.any() or self.named:
            return bool(fits.any())
        if self.half.any():
            with np.errstate(divide="ignore"):
                chance = np.log10(1 / (2 * self.half * n)[fits & self.fine])
            return bool(fits[self.tested].all() and np.maximum(chance, 0).sum() >= PROVEN)
        against = self.fine
        if self.scaled:
            whole, unit = whole_times(self.values, n, self.fine, single(self.values))
            against = whole & (unit == 1)
        return bool((fits & self.fine).sum() >= max(1.0, against.sum() / 2))


def disguised(column: str, values: Floats, rows: Bools, shares: Bools) -> Iterator[Disguised]:
    """Give the ways in which some rows of a column may hold shares, beside those that are `shares` as they are."""
    name, ones = column.lower(), np.ones(len(values))
    known = rows & np.isfinite(values) & (values >= 0)
    broken = known & (values != np.round(values))
    for scale in (100.0, 1000.0):
        if (values[known] > 1).any() and (values[known] <= scale).all():
            named = PERCENT_NAME.fullmatch(name) is not None and scale == 100.0
            yield Disguised(values, values / scale, scale * ones, known, broken, named, scaled=True)
    decimals, odds = decimals_of(values), np.abs(values)
    fine, named = broken & (decimals > DECIMALS) & ~shares, ODDS_NAME.fullmatch(name) is not None
    if fine.any() or named:
        yield Disguised(values, odds / (1 + odds), (1 + odds) ** 2, known & ~shares, fine, named, scaled=False)
    inside = broken & (values < 1)
    if inside.any() and (decimals[inside] <= DECIMALS).all() and not shares[inside].all():
        yield Disguised(values, values, ones, inside, inside, SHARE_NAME.fullmatch(name) is not None, scaled=False)


def single(values: Floats) -> Bools:
    """Find the values that have no more digits than single precision."""
    with np.errstate(over="ignore"):
        return np.asarray(values == values.astype(np.float32))


def whole_times(values: Floats, n: Floats, tested: Bools, short: Bools) -> tuple[Bools, Floats]:
    """Return which values are whole numbers divided by n, and the unit of these numbers; `short` have fewer digits."""
    fits, unit = np.zeros(len(values), dtype=bool), np.ones(len(values))
    error = np.where(short, SINGLE, TOLERANCE)
    for times in UNITS:
        part = np.where(tested & (n > 1), values * n * times, np.nan)
        off = np.abs(part - np.round(part))
        near = (np.round(np.abs(part)) >= 1) & (off <= np.minimum(error * (np.abs(part) + 1), 1e-4))
        unit = np.where(near & ~fits, 1 / times, unit)
        fits |= near
    return fits, unit
