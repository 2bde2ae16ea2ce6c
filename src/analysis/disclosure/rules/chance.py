r"""How surprising it is that published values are among the values of single rows.

A published value lies on a grid: that of its own decimals, or for a share the multiples of :math:`1/q` with its own
denominator :math:`q`. By chance it meets a row's value with about the share :math:`p` of grid points nearby that hold
one. Of :math:`k` different values :math:`h` are met; the evidence that they are the rows' own is

.. math:: -\sum_{i \in h} \log_{10} p_i - \log_{10} \binom{k}{h} - \log_{10} m

with :math:`m` the number of shifts and scales that were tried. Where rows have every number of a grid, p is one and
nothing follows from meeting them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WINDOWS = (10, 100, 1000)
"""Grid points on either side among which rows' values are counted: the densest decides."""

LEAST = 1 / (2 * max(WINDOWS))
EXACT = 1e-9
DECIMALS = 4
COARSE = 0.05
DENOMINATORS, AT_ONCE = 1000, 100
FEWEST = 3
MANY = 200_000
"""Most different values of rows for which every shift is tried."""
PAIRED = 150
"""Most different values of rows for which every shift together with every scale is tried."""


@dataclass(frozen=True)
class Column:
    """A published column.

    Parameters
    ----------
    values : Its different values, sorted.
    step : Of the grid on which each lies, that of its own decimals or of all values; 0 where they are finer.
    half : How far the number behind each value may be from it.
    rounded : Whether it may be another one.
    """

    values: Floats
    step: Floats
    half: Floats
    rounded: bool = True

    @classmethod
    def of(cls, values: Floats) -> Column:
        """Take the values of a column; what is missing or infinite is left out."""
        different = np.unique(values[np.isfinite(values)])
        exact = EXACT * np.maximum(np.abs(different), 1e-3)
        own = decimals_of(different)
        finest = own.max(initial=0)
        if finest > DECIMALS:
            return cls(different, np.zeros(len(different)), exact, rounded=False)
        whole_steps = np.round(np.diff(different) * 10.0**finest).astype(np.int64)
        common = int(np.gcd.reduce(whole_steps)) if len(whole_steps) else 1
        smallest = 10.0 ** -float(finest)
        return cls(different, np.maximum(10.0**-own, common * smallest), exact + smallest / 2)

    @property
    def coarse(self) -> bool:
        """Whether its values are no finer than one decimal."""
        return self.rounded and bool(np.median(self.step) > COARSE)

    @property
    def exact(self) -> Column:
        """The column as one that nobody has rounded."""
        return replace(self, half=EXACT * np.maximum(np.abs(self.values), 1e-3), rounded=False)


@dataclass(frozen=True)
class Own:
    """A column of an internal table: its different values, sorted, and its mean and spread over the rows."""

    values: Floats
    rows: int
    mean: float = 0.0
    spreads: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: Floats, owned: NDArray[np.bool_] | None = None) -> Own:
        """Take the values of a column: of all rows for mean and spread, of those `owned` the values that are shown."""
        known = values[np.isfinite(values)]
        own = known if owned is None else values[owned & np.isfinite(values)]
        if len(known) < FEWEST:
            return cls(np.unique(own), len(known))
        return cls(np.unique(own), len(known), float(known.mean()), (float(known.std()), float(known.std(ddof=1))))


Undo = Callable[[Floats], Floats]


def evidence(column: Column, rows: Floats, undo: Undo, *, tried: float = 1.0, anchors: int = 0) -> float:
    """Return the evidence that a published column holds the rows' values, changed in the way that `undo` takes back.

    Parameters
    ----------
    column : What is published.
    rows : Different values of the rows, sorted.
    undo : From a published value to the row's: increasing, or decreasing.
    tried : How many ways to change values were tried.
    anchors : How many of the values that are met say nothing, as the change was chosen to meet them.
    """
    low, high = _ends(undo(column.values - column.half), undo(column.values + column.half))
    met, places = _met(rows, low, high)
    different = len(np.unique(places[met]))  # values that cannot be distinguished on the scale of rows are one
    if different < FEWEST or different <= 0.5 * len(met):
        return 0.0
    chance = np.sort(_chance(column, rows, undo, met))[-different:]
    return float(-np.log10(chance[anchors:]).sum() - _ways(len(met), different) - np.log10(tried))


def likely(column: Column, rows: Floats, undos: Sequence[Undo]) -> list[Undo]:
    """Return the changes after which most values of a column are those of rows."""
    ends = [_ends(undo(column.values - column.half), undo(column.values + column.half)) for undo in undos]
    met, _ = _met(rows, np.array([low for low, _ in ends]), np.array([high for _, high in ends]))
    return [undo for undo, share in zip(undos, met.mean(axis=1), strict=True) if share > 0.5]


def best_shift(column: Column, rows: Floats) -> float:
    """Return the evidence for the best of all shifts, or of all shifts with a scale where rows are few.

    Every pairing of the first published value (the first two) with those of rows says which shift (and scale) it would
    be.
    """
    x = column.values
    if len(x) <= FEWEST or len(rows) <= FEWEST or len(rows) > MANY or column.coarse:
        return 0.0
    x = np.concatenate([x[[0, -1]], x[1:-1]])  # far apart: what is between them then says most
    strength = _best(column.exact, rows, x[1:5], x[0] - rows, np.ones(len(rows)), anchors=1)
    if len(rows) > PAIRED or column.rounded:
        return strength
    return max(strength, _best(column, rows, x[2:5], *_scales(x, rows), anchors=2))


def whole(column: Column, own: Own) -> float:
    """Return the evidence that a column is all rows of a table in some order, shifted and scaled, perhaps rounded."""
    x, rows = column.values, own.values
    if not len(x) == len(rows) == own.rows or len(x) < FEWEST:
        return 0.0
    middle = rows.mean()
    best = max(_as_it_is(column, rows, factor) for factor in (1.0, 100.0))
    for ordered in (x, x[::-1]):
        slope = np.polyfit(rows - middle, ordered, 1)
        left = np.abs(np.polyval(slope, rows - middle) - ordered)
        if (left <= 2 * column.half).all():
            cells = (x[-1] - x[0]) / (2 * column.half.min()) if column.rounded else 1 / LEAST
            best = max(best, (len(x) - 2) * np.log10(max(cells / 2, 1.0)))
    return float(best)


def _as_it_is(column: Column, rows: Floats, factor: float) -> float:
    """Return the evidence that a column is all rows in some order, only rounded: of so many choices of grid points."""
    if (np.abs(column.values - factor * rows) > column.half).any():
        return 0.0
    points = (column.values[-1] - column.values[0]) / (2 * column.half.min()) + 1
    return _ways(int(min(points, 1e9)), len(rows))


def _best(column: Column, rows: Floats, others: Floats, shift: Floats, scale: Floats, *, anchors: int) -> float:
    """Return the evidence for the shift and scale that most of the other values agree with."""
    tried = float(max(len(shift), 1))
    for value in others:
        at = (value - shift) / scale
        near = _near(rows, at) <= 4 * EXACT * np.maximum(np.abs(at), 1e-3)
        if near.any():
            shift, scale = shift[near], scale[near]
    if len(shift) == tried:  # no change meets any other value
        return 0.0
    strengths = [
        evidence(column, rows, lambda v, a=a, b=b: (v - a) / b, tried=tried, anchors=anchors)  # type: ignore[misc]
        for a, b in zip(shift[:8], scale[:8], strict=True)
    ]
    return max(strengths, default=0.0)


def _scales(x: Floats, rows: Floats) -> tuple[Floats, Floats]:
    first, second = (part.ravel() for part in np.meshgrid(rows, rows, indexing="ij"))
    different = first != second
    scale = (x[1] - x[0]) / (second - first)[different]
    return x[0] - scale * first[different], scale


def decimals_of(values: Floats) -> Floats:
    """Return how many decimals each value has; one more than `DECIMALS` where it has more."""
    fewest = np.full(len(values), DECIMALS + 1.0)
    values = np.where(np.isfinite(values), values, np.nan)
    for decimals in range(DECIMALS, -1, -1):
        scaled = values * 10.0**decimals
        fewest[np.abs(scaled - np.round(scaled)) <= np.clip(EXACT * np.abs(scaled), EXACT, 1e-4)] = decimals
    return fewest


def _ends(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    return np.fmin(one, other), np.fmax(one, other)


def _between(rows: Floats, low: Floats, high: Floats) -> Floats:
    within: Floats = (np.searchsorted(rows, high, "right") - np.searchsorted(rows, low, "left")).astype(float)
    return np.where(np.isfinite(low) & np.isfinite(high), within, 0.0)


def _met(rows: Floats, low: Floats, high: Floats) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return between which ends a row lies, and which one."""
    position = np.searchsorted(rows, low, "left")
    known = np.isfinite(low) & np.isfinite(high)
    return (np.searchsorted(rows, high, "right") > position) & known, position


def _near(rows: Floats, at: Floats) -> Floats:
    position = np.clip(np.searchsorted(rows, at), 1, len(rows) - 1)
    return np.minimum(np.abs(rows[position] - at), np.abs(rows[position - 1] - at))


def _chance(column: Column, rows: Floats, undo: Undo, met: NDArray[np.bool_]) -> Floats:
    """Return for each value that is met the share of grid points nearby that rows hold."""
    values = column.values[met]
    if column.rounded:
        return _held(values, column.step[met], rows, undo, max(float(np.ptp(rows)), EXACT))
    undone = undo(values)
    decimals = decimals_of(undone)
    steps = np.maximum(fractions_of(undone), np.where(decimals <= DECIMALS, 10.0**-decimals, 0.0))
    chance = np.full(len(values), LEAST)
    reach = max(float(np.ptp(rows)), EXACT)
    for step in np.unique(steps[steps > 0]):
        own = steps == step
        on_grid = rows[np.abs(rows / step - np.round(rows / step)) <= EXACT * np.maximum(1 / step, np.abs(rows / step))]
        chance[own] = _held(undone[own], np.full(own.sum(), step), on_grid, lambda v: v, reach)
    return chance


def _held(values: Floats, step: Floats, rows: Floats, undo: Undo, reach: float) -> Floats:
    chance = np.full(len(values), LEAST)
    own = _between(rows, *_ends(undo(values - step / 2), undo(values + step / 2)))
    for window in WINDOWS:
        wide = (window + 0.5) * step
        others = _between(rows, *_ends(undo(values - wide), undo(values + wide))) - own
        chance = np.maximum(chance, np.minimum(others / (2 * window), 1.0))
    low, high = _ends(undo(values - step / 2), undo(values + step / 2))
    likelihood: Floats = np.maximum(
        chance, np.minimum((high - low) / reach, 1.0)
    )  # of the grid points between rows' ends
    return likelihood


def fractions_of(values: Floats) -> Floats:
    """Return one over the smallest denominator of values from -1 to 1; 0 where it is large, or the value is."""
    steps = np.zeros(len(values))
    left = np.flatnonzero(np.abs(values) <= 1)
    for first in range(1, DENOMINATORS + 1, AT_ONCE):
        denominators = np.arange(first, first + AT_ONCE)
        scaled = values[left, None] * denominators
        whole_number = np.abs(scaled - np.round(scaled)) <= EXACT * denominators
        found = whole_number.any(axis=1)
        steps[left[found]] = 1 / denominators[whole_number[found].argmax(axis=1)]
        left = left[~found]
        if not len(left):
            break
    return steps


def _ways(k: int, h: int) -> float:
    return (lgamma(k + 1) - lgamma(h + 1) - lgamma(k - h + 1)) / log(10)


def changes(rows: Own, *, rounded: bool) -> Iterator[Undo]:
    """Give what takes back the usual ways to change the values of a column: first itself, then its scale."""
    low, high = rows.values[0], rows.values[-1]
    for factor in (1.0, 100.0, 0.01, -1.0):
        yield lambda v, f=factor: v / f  # type: ignore[misc]
    if rounded:
        return
    for shift in (1.0, -1.0, 10.0, -10.0, 100.0, -100.0):
        yield lambda v, a=shift: v - a  # type: ignore[misc]
    yield lambda v: 1 - v
    yield lambda v: 1 - v / 100
    for spread in (1.0, *rows.spreads):  # standardised, or the distance to the mean
        yield lambda v, s=spread: rows.mean + s * v  # type: ignore[misc]
    for base in {rows.mean, high, high - low, rows.mean * len(rows.values)} - {0.0}:
        yield lambda v, b=base: v * b  # type: ignore[misc]
    if high > low:
        yield lambda v: low + v * (high - low)
    yield lambda v: np.exp(np.clip(v, -700, 700))
    yield lambda v: np.expm1(np.clip(v, -700, 700))
    yield lambda v: np.where(v >= 0, v**2, np.nan)
    yield lambda v: np.sqrt(np.where(v >= 0, v, np.nan))
