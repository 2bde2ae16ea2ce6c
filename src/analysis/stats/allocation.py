"""Who attends which school by a rule: the nearest school, or the nearest one with a place left.

Rules need no model of choice: schools then follow from homes and places alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.conditional_logit.pairs import Pairs, blocks

Indices = NDArray[np.intp]

NONE = -1
"""The school of a pupil without a place."""

AT_ONCE = 4_000_000
"""Preferences that are looked at together."""
CONSIDERED = 60
"""Schools that are looked at first, nearest first; all of them for who finds no place at any of these."""
PRIORITY = 8
"""At how many nearest schools a child has priority, where an edition says nothing else."""


def nearest_first(distance_km: Pairs, number: int) -> Indices:
    """Find the schools nearest to each home, nearest first; of schools at one distance the first.

    Parameters
    ----------
    distance_km : Homes x schools.
    number : Of schools; all where there are fewer.

    Returns
    -------
    Indices
        Positions of schools, homes x number.
    """
    return np.vstack([_smallest(distance_km[rows], number) for rows in blocks(distance_km.shape)])


def _smallest(values: Floats, number: int) -> Indices:
    """Find the columns of the smallest numbers of each row: as by sorting all of them, but faster."""
    number = min(number, values.shape[1])
    largest = np.partition(values, number - 1, axis=1)[:, number - 1 : number]
    rows, columns = np.nonzero(values <= largest)
    order = np.lexsort((values[rows, columns], rows))  # which is stable
    first = np.searchsorted(rows, np.arange(len(values)))
    return np.asarray(columns[order][first[:, None] + np.arange(number)], dtype=np.intp)


def nearest_with_capacity(
    distance_km: Pairs,
    places: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    homes: Indices | None = None,
    priority: int = PRIORITY,
    considered: int | None = None,
    first: Indices | None = None,
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
    first : `nearest_first` of some schools, where that is known already: it is the same in every lottery.

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
    if considered is not None or first is None:
        first = nearest_first(distance_km, CONSIDERED if considered is None else considered)
    rows = np.arange(len(first)) if homes is None else homes
    lottery, k, n_schools = rng.random(len(rows)), first.shape[1], len(places)

    def claim(pupils: Indices | slice, turns: Indices) -> Floats:
        return np.asarray(lottery[pupils][:, None] + (turns >= priority))

    def further(pupils: Indices) -> tuple[Indices, Floats]:
        order = np.argsort(distance_km[rows[pupils]], axis=1, kind="stable")
        return order[:, k:], claim(pupils, np.arange(k, n_schools))

    every = considered is not None or k == n_schools
    first_claim = claim(slice(None), np.arange(k))
    return deferred_acceptance(first[rows], first_claim, np.asarray(places), None if every else further)


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


Further = Callable[[Indices], tuple[Indices, Floats]]


def deferred_acceptance(
    wanted: Indices, claim: Floats, places: NDArray[np.int64], further: Further | None = None
) -> Indices:
    """Place pupils by pupil-proposing deferred acceptance.

    Parameters
    ----------
    wanted : The pupil's options in order of preference, shape (n_pupils, k).
    claim : The pupil's claim on each of them, of the same shape: a lower number goes before a higher one.
    places : Places per option, shape (n_options,).
    further : Returns what some pupils want after these k options, and their claims on it, shape (pupils, l): where few
        need more than the first ones, all preferences of all need not be there at once.

    Returns
    -------
    Indices
        The option of each pupil, `NONE` for one whom all of its options refused. No pupil and option would both rather
        have each other, and no other such outcome gives any pupil an option that it prefers.
    """
    round_ = _Round(places, len(wanted))
    k, proposing = wanted.shape[1], np.arange(len(wanted))
    while len(proposing):
        for part in _parts(proposing[round_.turn[proposing] < k], k):
            round_.propose(part, wanted[part], claim[part], 0)
        if further:
            for part in _parts(proposing[round_.turn[proposing] >= k], len(places)):
                round_.propose(part, *further(part), k)
        proposing = round_.reject(proposing[round_.matched[proposing] != NONE])
    return round_.matched


def _parts(pupils: Indices, each: int) -> list[Indices]:
    """Return the pupils in parts whose preferences, so many of each, fit into memory."""
    return np.array_split(pupils, -(-len(pupils) * each // AT_ONCE)) if len(pupils) else []


class _Round:
    """Who is matched with what, after each round of proposals.

    The worst claim that a full option accepts only improves, so that an option which would refuse now always will.
    """

    def __init__(self, places: NDArray[np.int64], n: int) -> None:
        self.places, self.worst = places, np.where(places > 0, np.inf, -np.inf)
        self.turn, self.matched, self.claim = np.zeros(n, np.intp), np.full(n, NONE, np.intp), np.zeros(n)

    def propose(self, pupils: Indices, wanted: Indices, claim: Floats, first: int) -> None:
        """Match pupils with the next option at which their claim is not hopeless, of those from a turn on."""
        turns = np.arange(first, first + wanted.shape[1])
        open_to = (claim <= self.worst[wanted]) & (turns >= self.turn[pupils][:, None])
        rows, at = np.flatnonzero(open_to.any(axis=1)), open_to.argmax(axis=1)
        self.turn[pupils] = first + wanted.shape[1]
        self.turn[pupils[rows]] = turns[at[rows]]
        self.matched[pupils[rows]] = wanted[rows, at[rows]]
        self.claim[pupils[rows]] = claim[rows, at[rows]]

    def reject(self, proposing: Indices) -> Indices:
        """Return the pupils whom full options reject, who are matched no more."""
        rejected = _rejected(self.matched, proposing, self.claim, self.places, self.worst)
        self.matched[rejected] = NONE
        self.turn[rejected] += 1
        return rejected


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
