"""Indices of how unevenly groups are spread over schools.

All work on the last axis, so that hundreds of resamples cost one pass.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason

Array = NDArray[np.float64]


def dissimilarity(group: ArrayLike, comparison: ArrayLike) -> float:
    r"""Dissimilarity index of two groups over schools.

    Parameters
    ----------
    group, comparison
        Pupils (or expected pupils) of either group per school, shape (n_schools,). Two groups, never a group and
        the total: pupils of neither group stay out.

    Returns
    -------
    float
        Between 0 (the same spread) and 1 (never at one school): the share of either group that would have to change
        schools for an even spread.

    Raises
    ------
    ModelError
        If a group is empty, a count is negative or missing, or the two are not of the same schools in one order.

    Notes
    -----
    :math:`D = \tfrac12 \sum_j | a_j / A - b_j / B |` (Duncan and Duncan, 1955).
    """
    _of_the_same_schools(group, comparison)
    return float(uneven(counts(group, "group"), counts(comparison, "comparison")))


def isolation(group: ArrayLike, total: ArrayLike) -> float:
    r"""Isolation index: the share of the own group at the school of an average member.

    Parameters
    ----------
    group
        Pupils (or expected pupils) of the group per school, shape (n_schools,).
    total
        All pupils per school, of whatever group.

    Notes
    -----
    :math:`P^* = \sum_j (a_j / A)(a_j / t_j)` (Lieberson, 1981).
    """
    _of_the_same_schools(group, total)
    a, t = counts(group, "group"), counts(total, "total")
    if (a > t * (1 + 1e-12)).any():
        raise ModelError("isolation: a school has more pupils of the group than pupils", Reason.INVALID)
    return float(exposure(a, a, t))


def interaction(group: ArrayLike, other: ArrayLike, total: ArrayLike) -> float:
    r"""Interaction index: the share of another group at the school of an average member of this one.

    Parameters
    ----------
    group, other
        Pupils (or expected pupils) of either group per school, shape (n_schools,).
    total
        All pupils per school, of whatever group.

    Notes
    -----
    :math:`{}_aP^*_b = \sum_j (a_j / A)(b_j / t_j)` (Lieberson, 1981). The isolation of a group and its interactions
    with all others add up to one.
    """
    for counted in (other, total):
        _of_the_same_schools(group, counted)
    a, b, t = counts(group, "group"), counts(other, "other"), counts(total, "total")
    if (a + b > t * (1 + 1e-12)).any():
        raise ModelError("interaction: a school has more pupils of the two groups than pupils", Reason.INVALID)
    return float(exposure(a, b, t))


def indices(group: ArrayLike, rest: ArrayLike) -> dict[str, float]:
    """Return dissimilarity (group against rest) and isolation of the group, from expected pupils per school."""
    a, b = np.asarray(group, float), np.asarray(rest, float)
    return {"dissimilarity": dissimilarity(a, b), "isolation": isolation(a, a + b)}


def uneven(a: Array, b: Array) -> Array:
    """Dissimilarity over the last axis, unchecked; a group of nobody makes it missing."""
    with np.errstate(invalid="ignore"):
        spread = a / a.sum(axis=-1, keepdims=True) - b / b.sum(axis=-1, keepdims=True)
    found: Array = 0.5 * np.abs(spread).sum(axis=-1)
    return found


def exposure(a: Array, b: Array, total: Array) -> Array:
    """Interaction (or isolation, where `b` is `a`) over the last axis, unchecked."""
    share = np.divide(b, total, out=np.zeros(np.broadcast_shapes(b.shape, total.shape)), where=total > 0)
    with np.errstate(invalid="ignore"):
        found: Array = (a / a.sum(axis=-1, keepdims=True) * share).sum(axis=-1)
    return found


def entropy(counted: Array, axis: int) -> Array:
    """Entropy of the groups along an axis, in nats; nobody has none."""
    total = counted.sum(axis=axis, keepdims=True)
    share = np.divide(counted, total, out=np.zeros_like(counted, dtype=float), where=total > 0)
    found: Array = -(share * np.log(share, out=np.zeros_like(share), where=share > 0)).sum(axis=axis)
    return found


def theil(counted: Array, place: NDArray[np.intp]) -> dict[str, Array]:
    r"""Theil's information index H of all groups together, and its parts between and within places.

    Parameters
    ----------
    counted
        Pupils, shape (..., n_groups, n_schools).
    place
        Position of the place of each school, shape (n_schools,).

    Returns
    -------
    dict
        ``theil`` (0 when all schools have the city's mix, 1 when no school has two groups), and its parts
        ``theil_between`` and ``theil_within``, which add up to it.

    Notes
    -----
    With :math:`E` the entropy of the city, :math:`E_j` of school :math:`j` with :math:`t_j` of :math:`T` pupils and
    :math:`E_d` of place :math:`d`: :math:`H = \sum_j t_j (E - E_j) / (E T)`, between places
    :math:`\sum_d t_d (E - E_d) / (E T)`, within them :math:`\sum_j t_j (E_d - E_j) / (E T)` (Theil and Finizza, 1971).
    """
    members = np.zeros((len(place), int(place.max()) + 1))
    members[np.arange(len(place)), place] = 1.0
    by_place = counted @ members
    whole = entropy(counted.sum(axis=-1), axis=-1)
    pupils = counted.sum(axis=(-1, -2))
    schools = (counted.sum(axis=-2) * entropy(counted, axis=-2)).sum(axis=-1)
    places = (by_place.sum(axis=-2) * entropy(by_place, axis=-2)).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        scale = whole * pupils
        return {
            "theil": (scale - schools) / scale,
            "theil_between": (scale - places) / scale,
            "theil_within": (places - schools) / scale,
        }


def counts(values: ArrayLike, name: str) -> Array:
    """Return counts as numbers, or say what is wrong with them."""
    found = np.asarray(values, float)
    if not np.isfinite(found).all() or (found < 0).any():
        raise ModelError(f"{name}: counts must be finite and not negative", Reason.INVALID)
    if found.sum() <= 0:
        raise ModelError(f"{name}: nobody is in the group", Reason.EMPTY)
    return found


def _of_the_same_schools(one: ArrayLike, other: ArrayLike) -> None:
    if np.shape(one) != np.shape(other):
        raise ModelError(f"counts of {np.size(one)} and of {np.size(other)} schools cannot be compared", Reason.INVALID)
    if isinstance(one, pd.Series) and isinstance(other, pd.Series) and not one.index.equals(other.index):
        raise ModelError("the counts are not of the same schools in the same order", Reason.INVALID)
