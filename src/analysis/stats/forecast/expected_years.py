r"""Expected years in a place from ratios by age, and which ages made them change.

:math:`L = 1 + s_1 + s_1 s_2 + \dots`: the years that one who enters is counted, if the ratios hold at every age. A
ratio is net: it tells what becomes of a cohort, not of a person.
"""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


def expected_years(ratio: Floats) -> float:
    """Return the expected years.

    Parameters
    ----------
    ratio : What a cohort becomes from each age to the next, shape (ages,).
    """
    return 1.0 + float(np.cumprod(np.asarray(ratio, float)).sum())


def parts_of_change(before: Floats, after: Floats) -> Floats:
    """Return what each age adds to the change of the expected years; they add up to it.

    Parameters
    ----------
    before, after : Ratios by age, shape (ages,).

    Returns
    -------
    array
        Shape (ages,): by stepwise replacement of ratios from the youngest age on, averaged over both directions
        (Arriaga, 1984; Andreev, Shkolnikov and Begun, 2002).

    Raises
    ------
    ModelError : If shapes differ.
    """
    first, last = np.asarray(before, float), np.asarray(after, float)
    if first.shape != last.shape:
        raise ModelError("expected years: ratios of the same ages", Reason.INVALID)
    return (_replaced(first, last) - _replaced(last, first)) / 2


def _replaced(first: Floats, last: Floats) -> Floats:
    mixed = [expected_years(np.concatenate([last[:age], first[age:]])) for age in range(len(first) + 1)]
    return np.diff(mixed)
