"""Steps in which numbers are published: 1, 2 or 5 times a power of ten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SMALLEST = 1e-300
"""Below this a computer has too few digits to round any."""


def nice(step: Floats | float, *, up: bool) -> Floats:
    """Return the next 1, 2 or 5 times a power of ten: the largest not above `step`, or the smallest not below it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(step) + 1e-12)
        power = 10.0**exponent
        part = step / power
    ends = (1, 2, 5, 10)
    if up:
        chosen = np.select([part <= end * (1 + 1e-12) for end in ends], ends, np.nan)
    else:
        chosen = np.select([part >= end * (1 - 1e-12) for end in ends[::-1]], ends[::-1], np.nan)
    return np.where(np.asarray(step) > 0, chosen * power, 0.0)


def to_step(values: Floats, step: Floats) -> Floats:
    """Round to multiples of a step; a step of zero or unknown leaves a value as it is, as does a value that is none."""
    usable = (step > 0) & np.isfinite(values)
    safe = np.where(usable, step, 1.0)
    rounded = np.round(np.where(usable, values, 0.0) / safe) * safe
    return np.where(usable, _clean(rounded, safe), values)


def relative_step(values: Floats, part: Floats | float) -> Floats:
    """Return steps of about `part` of the values: the same for all values between 1, 2, 5 and 10 times a power of ten.

    Rounding twice is then rounding once, for the ends of these classes are multiples of the steps on both sides.
    """
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = 10.0 ** np.floor(np.log10(size) + 1e-12)
        ends = [2 * power, 5 * power]
        upper = np.select([size < end * (1 - 1e-12) for end in ends], ends, 10 * power)
    return np.where(np.isfinite(size) & (size >= SMALLEST), nice(upper * part, up=False), 0.0)


def _clean(values: Floats, step: Floats) -> Floats:
    """Return multiples of a step as they are written: 0.3 and not 0.30000000000000004."""
    decimals = np.clip(-np.floor(np.log10(step) + 1e-12), 0, 300).astype(int)
    written = values.copy()
    for number in np.unique(decimals):
        written[decimals == number] = np.round(values[decimals == number], number)
    return written
