r"""What made a count change: who entered and left by age, and what cohorts became on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


@dataclass(frozen=True)
class Change:
    """The change of a total between two cross-sections; ``entries - leavers + moved`` is the change, exactly.

    Parameters
    ----------
    entries : Counted after, too young to be counted before; shape (areas,).
    leavers : Counted before, less those of their cohorts still counted after at an age at which one leaves.
    moved : Net movement of the cohorts that were of age both times, shape (areas, cohorts).
    """

    entries: Floats
    leavers: Floats
    moved: Floats


def components(before: Floats, after: Floats, *, step: int, leaving_from: int) -> Change:
    r"""Split the change of a total by cohort.

    Parameters
    ----------
    before, after : Counts by single year of age, shape (areas, ages); the last may be open.
    step : Years between them.
    leaving_from : Position of the first age at which one may leave because of age: who reaches it is a leaver.

    Raises
    ------
    ModelError : If shapes differ, or no cohort is of age both times.

    Notes
    -----
    :math:`P_1 - P_0 = \sum_{a < k} P_1(a) - [\sum_{a + k \ge l} P_0(a) - \sum_{b \ge l} P_1(b)] +
    \sum_{a + k < l} [P_1(a + k) - P_0(a)]` with step k and leaving age l.
    """
    first, last = np.asarray(before, float), np.asarray(after, float)
    if first.shape != last.shape or not 0 < step < leaving_from <= first.shape[1]:
        raise ModelError("components of change: cohorts must be of age both times", Reason.INVALID)
    stay = leaving_from - step
    return Change(
        entries=last[:, :step].sum(axis=1),
        leavers=first[:, stay:].sum(axis=1) - last[:, leaving_from:].sum(axis=1),
        moved=last[:, step:leaving_from] - first[:, :stay],
    )
