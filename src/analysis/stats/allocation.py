"""Who attends which school by a rule: the nearest school, or the nearest one with a place left.

Rules need no model of choice: schools then follow from homes and places alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats

Indices = NDArray[np.intp]

NONE = -1
"""The school of a pupil without a place."""

PRIORITY = 8
"""At how many nearest schools a child has priority, where an edition says nothing else."""


def nearest(distance_km: Floats) -> Indices:
    """Place everyone at the nearest school, places or not; of schools at one distance the first.

    Parameters
    ----------
    distance_km : Homes x schools.

    Returns
    -------
    Indices
        Position of the school, per home.
    """
    return np.asarray(distance_km.argmin(axis=1), dtype=np.intp)


def nearest_with_capacity(
    distance_km: Floats,
    places: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    homes: Indices | None = None,
    priority: int = PRIORITY,
    considered: int | None = None,
) -> Indices:
    """Place everyone at the nearest school that has a place, by deferred acceptance with priority and a lottery.

    Pupils want the nearest school, then the next nearest, and so on. A school prefers pupils who have it among their
    `priority` nearest schools, and among equals those with the best lottery number; a pupil has one number for all
    schools.

    Parameters
    ----------
    distance_km : Homes x schools.
    places : Places per school.
    rng : Draws the lottery.
    homes : Row of `distance_km` of each pupil, where homes are shared; without it, every row is one pupil.
    priority : Number of nearest schools with priority.
    considered : Number of nearest schools that a pupil would attend; all of them where None.

    Returns
    -------
    Indices
        Position of the school, per pupil; `NONE` for a pupil whom every school refused.

    Raises
    ------
    ModelError
        If there is not one number of places per school, or one is negative.

    References
    ----------
    Gale and Shapley (1962), College admissions and the stability of marriage.
    """
    if np.shape(places) != distance_km.shape[1:] or np.min(places) < 0:
        raise ModelError(
            f"places: one number, zero or more, for each of {distance_km.shape[1]} schools is needed", Reason.INVALID
        )
    order = np.argsort(distance_km, axis=1, kind="stable")[:, :considered]
    rows = np.arange(len(distance_km)) if homes is None else homes
    without_priority = np.arange(order.shape[1]) >= priority
    return deferred_acceptance(order[rows], rng.random(len(rows))[:, None] + without_priority, np.asarray(places))


def n_unplaced(school: Indices) -> int:
    """Count the pupils without a place.

    Parameters
    ----------
    school : Position of the school of each pupil, or `NONE`.

    Returns
    -------
    int
        Pupils.
    """
    return int((school == NONE).sum())


def deferred_acceptance(wanted: Indices, claim: Floats, places: NDArray[np.int64]) -> Indices:
    """Place pupils by pupil-proposing deferred acceptance.

    Parameters
    ----------
    wanted : The pupil's options in order of preference, shape (n_pupils, k).
    claim : The pupil's claim on each of them, of the same shape: a lower number goes before a higher one.
    places : Places per option, shape (n_options,).

    Returns
    -------
    Indices
        The option of each pupil, `NONE` for one whom all of its options refused. No pupil and option would both rather
        have each other, and no other such outcome gives any pupil an option that it prefers.
    """
    worst = np.where(places > 0, np.inf, -np.inf)
    turn = np.zeros(len(wanted), dtype=np.intp)
    matched = np.full(len(wanted), NONE, dtype=np.intp)
    proposing = np.arange(len(wanted))
    while len(proposing):
        turn[proposing] = _next(wanted, claim, worst, turn, proposing)
        proposing = proposing[turn[proposing] < wanted.shape[1]]
        matched[proposing] = wanted[proposing, turn[proposing]]
        claims = claim[np.arange(len(wanted)), turn % wanted.shape[1]]
        proposing = _rejected(matched, proposing, claims, places, worst)
        matched[proposing] = NONE
        turn[proposing] += 1
    return matched


def _next(wanted: Indices, claim: Floats, worst: Floats, turn: Indices, proposing: Indices) -> Indices:
    """Return the next option of each pupil at which its claim is not hopeless; k when there is none.

    The worst claim that a full option accepts only improves, so that an option which would refuse now always will.
    """
    options = np.arange(wanted.shape[1])
    open_to = (claim[proposing] <= worst[wanted[proposing]]) & (options >= turn[proposing][:, None])
    return np.where(open_to.any(axis=1), open_to.argmax(axis=1), len(options))


def _rejected(matched: Indices, proposing: Indices, claim: Floats, places: NDArray[np.int64], worst: Floats) -> Indices:
    """Return the pupils whom full options reject, and update the worst claim that these accept."""
    proposed = np.zeros(len(places), dtype=bool)
    proposed[matched[proposing]] = True
    full = proposed & (np.bincount(matched[matched != NONE], minlength=len(places)) >= places)
    candidates = np.flatnonzero((matched != NONE) & full[matched])
    order = candidates[np.lexsort((claim[candidates], matched[candidates]))]
    option = matched[order]
    rank = np.arange(len(order)) - np.searchsorted(option, option)
    last = rank == places[option] - 1
    worst[option[last]] = claim[order[last]]
    return order[rank >= places[option]]
