"""Indices of how unevenly groups are distributed over schools.

All work on the last axis, so that hundreds of resamples cost one pass.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason

Array = NDArray[np.float64]


class Tally(NamedTuple):
    r"""Pupils by group and school, counted or expected.

    Parameters
    ----------
    pupils : Shape (..., n_groups, n_schools).
    mixed
        Of expected pupils of two groups, how much of single pupils counts for both, shape (..., n_schools):
        :math:`\sum_i s_i (1 - s_i)` over the pupils of a school, who are of the first group with probability
        :math:`s_i`. Pupils who are counted are of one group each: None.
    """

    pupils: Array
    mixed: Array | None = None

    @property
    def both(self) -> Array | float:
        """`mixed`, or zero."""
        return 0.0 if self.mixed is None else self.mixed


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
        Between 0 (the same distribution) and 1 (never at one school): the share of either group that would have to
        change schools for an even one.

    Raises
    ------
    ModelError
        If a group is empty, a count is negative or missing, or the two are not of the same schools in one order.

    Notes
    -----
    :math:`D = \tfrac12 \sum_j | a_j / A - b_j / B |` (Duncan and Duncan, 1955).
    """
    _check_same_schools(group, comparison)
    return float(dissimilarity_of(counts(group, "group"), counts(comparison, "comparison")))


def isolation(group: ArrayLike, total: ArrayLike, mixed: ArrayLike | None = None) -> float:
    r"""Isolation index: the share of the own group among the schoolmates of an average member.

    Parameters
    ----------
    group : Pupils (or expected pupils) of the group per school, shape (n_schools,).
    total : All pupils per school, of whatever group.
    mixed : Of expected pupils; see `Tally`.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ModelError
        If the counts make no sense, expected pupils come without `mixed`, or no member has a schoolmate.

    Notes
    -----
    :math:`P^* = \sum_j (a_j / A)\, (a_j - 1)/(t_j - 1)` (Lieberson, 1981, without the pupil itself, who would be
    company of its own). So it does not depend on the size of schools: where pupils are allocated at random it is
    :math:`(A - 1)/(T - 1)` on average. Of expected pupils :math:`a_j(a_j - 1)` has :math:`\sum_i s_i(1 - s_i)` added:
    the average of what counted pupils would show, were each of the group with probability :math:`s_i`. A pupil who is
    alone at a school has no schoolmates and stays out.
    """
    _check_same_schools(group, total)
    a, t = counts(group, "group"), counts(total, "total")
    if (a > t * (1 + 1e-12)).any():
        raise ModelError("isolation: a school has more pupils of the group than pupils", Reason.INVALID)
    pupils = np.array([a, t - a])
    if mixed is None and (np.abs(pupils - np.round(pupils)) > 1e-9).any():
        raise ModelError("parts of pupils: of expected numbers it is needed how much counts for both", Reason.INVALID)
    index = float(exposure(Tally(pupils, None if mixed is None else np.asarray(mixed, float)), 0, 0))
    if np.isnan(index):
        raise ModelError("isolation: nobody of the group has a schoolmate", Reason.EMPTY)
    return index


def dissimilarity_of(a: Array, b: Array) -> Array:
    """Dissimilarity over the last axis, unchecked.

    Parameters
    ----------
    a, b : Pupils of either group, shape (..., n_schools).

    Returns
    -------
    array
        Shape (...); missing where a group is empty.
    """
    with np.errstate(invalid="ignore"):
        differences = a / a.sum(axis=-1, keepdims=True) - b / b.sum(axis=-1, keepdims=True)
    index: Array = 0.5 * np.abs(differences).sum(axis=-1)
    return index


def exposure(tally: Tally, group: int, other: int) -> Array:
    r"""Interaction of two groups (isolation, where they are the same) over the last axis, unchecked.

    Parameters
    ----------
    tally : Pupils, shape (..., n_groups, n_schools).
    group, other : Positions of the groups.

    Returns
    -------
    array
        Between 0 and 1, shape (...); missing where nobody of the group has a schoolmate.

    Notes
    -----
    :math:`{}_aP^*_b = \sum_j (a_j / A)\, b_j/(t_j - 1)` (Lieberson, 1981, without the pupil itself; of expected pupils
    :math:`a_j b_j` less :math:`\sum_i s_i(1 - s_i)`). The isolation of a group and its interactions with all others add
    up to one.
    """
    a, b = tally.pupils[..., group, :], tally.pupils[..., other, :]
    pairs = a * b - tally.both if group != other else a * (a - 1) + tally.both
    mates = tally.pupils.sum(axis=-2) - 1
    met = np.divide(pairs, mates, out=np.zeros_like(mates), where=mates > 0)
    with np.errstate(invalid="ignore"):
        index: Array = met.sum(axis=-1) / np.where(mates > 0, a, 0).sum(axis=-1)
    return index


def entropy(counted: Array, axis: int) -> Array:
    """Entropy of the groups along an axis.

    Parameters
    ----------
    counted : Pupils.
    axis : Of the groups.

    Returns
    -------
    array
        In nats, without the axis; zero where there is nobody.
    """
    total = counted.sum(axis=axis, keepdims=True)
    share = np.divide(counted, total, out=np.zeros_like(counted, dtype=float), where=total > 0)
    nats: Array = -(share * np.log(share, out=np.zeros_like(share), where=share > 0)).sum(axis=axis)
    return nats


def theil(tally: Tally, place: NDArray[np.intp]) -> dict[str, Array]:
    r"""Theil's information index H of all groups together, and its parts between and within places.

    Parameters
    ----------
    tally : Pupils, shape (..., n_groups, n_schools).
    place : Position of the place of each school, shape (n_schools,).

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
    The entropy of few pupils is too low, and H too high. Every entropy is corrected for that:
    :math:`E_j + (k_j - 1) / 2 t_j` with :math:`k_j` the groups that occur (Miller, 1955). Of expected pupils of two
    groups :math:`k_j - 1` is :math:`1 - t_j \sum_i s_i (1 - s_i) / a_j b_j`, by the same expansion: nothing where
    all pupils of a school have one :math:`s_i`, and one where each is 0 or 1. Where all schools are alike H is zero on
    average, and may fall below it.
    """
    members = np.zeros((len(place), int(place.max()) + 1))
    members[np.arange(len(place)), place] = 1.0
    everywhere = np.ones((len(place), 1))
    whole, places = (_disorder(tally, to).sum(axis=-1) for to in (everywhere, members))
    schools = _disorder(tally, None).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return {
            "theil": (whole - schools) / whole,
            "theil_between": (whole - places) / whole,
            "theil_within": (places - schools) / whole,
        }


def _disorder(tally: Tally, to: Array | None) -> Array:
    """Pupils times corrected entropy, per school or, with `to`, per place that schools belong to."""
    pupils = tally.pupils if to is None else tally.pupils @ to
    mixed = tally.mixed if tally.mixed is None or to is None else tally.mixed @ to
    total = pupils.sum(axis=-2)
    if mixed is None:
        more = np.maximum((pupils > 0).sum(axis=-2) - 1, 0).astype(float)
    else:
        product = pupils.prod(axis=-2)
        more = 1 - np.divide(total * mixed, product, out=np.ones_like(total), where=product > 0)
    disorder: Array = total * entropy(pupils, axis=-2) + more / 2
    return disorder


def counts(values: ArrayLike, name: str) -> Array:
    """Return counts as numbers.

    Parameters
    ----------
    values : Pupils per school.
    name : Of the group, for the message.

    Returns
    -------
    array
        Shape of `values`.

    Raises
    ------
    ModelError
        A count is missing or negative (``INVALID``), or all are zero (``EMPTY``).
    """
    numbers = np.asarray(values, float)
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        raise ModelError(f"{name}: counts must be finite and not negative", Reason.INVALID)
    if numbers.sum() <= 0:
        raise ModelError(f"{name}: nobody is in the group", Reason.EMPTY)
    return numbers


def _check_same_schools(one: ArrayLike, other: ArrayLike) -> None:
    if np.shape(one) != np.shape(other):
        raise ModelError(f"counts of {np.size(one)} and of {np.size(other)} schools cannot be compared", Reason.INVALID)
    if isinstance(one, pd.Series) and isinstance(other, pd.Series) and not one.index.equals(other.index):
        raise ModelError("the counts are not of the same schools in the same order", Reason.INVALID)
