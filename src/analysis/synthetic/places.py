"""Places at schools, given by deferred acceptance with priority and a lottery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
NONE = -1


def allocate(
    wanted: Indices, priority: NDArray[np.bool_], places: NDArray[np.int64], rng: np.random.Generator
) -> Indices:
    """Place every pupil by pupil-proposing deferred acceptance (Gale and Shapley 1962).

    Parameters
    ----------
    wanted
        The pupil's options in order of preference, shape (n_pupils, k).
    priority
        Whether the pupil has priority at each of them, of the same shape.
    places
        Places per option, shape (n_options,).
    rng
        Draws one lottery number per pupil, the same for every option.

    Returns
    -------
    Indices
        The option of each pupil. No pupil and option would both rather have each other. A pupil who is refused by all
        of its options gets a place that is left, at its last option's side of the list; places may then be exceeded
        only if none are left at all.
    """
    lottery = rng.random(len(wanted))
    turn = np.zeros(len(wanted), dtype=np.intp)
    held = np.full(len(wanted), NONE, dtype=np.intp)
    asking = np.arange(len(wanted))
    while len(asking):
        held[asking] = wanted[asking, turn[asking]]
        refused = _refused(held, asking, turn, priority, lottery, places)
        held[refused] = NONE
        turn[refused] += 1
        asking = refused[turn[refused] < wanted.shape[1]]
    return _leftover(held, wanted, places)


def _refused(
    held: Indices,
    asking: Indices,
    turn: Indices,
    priority: NDArray[np.bool_],
    lottery: NDArray[np.float64],
    places: NDArray[np.int64],
) -> Indices:
    """Find the pupils who fall out at the options that were asked: those beyond the places, priority first."""
    asked = np.zeros(len(places), dtype=bool)
    asked[held[asking]] = True
    crowded = asked & (np.bincount(held[held != NONE], minlength=len(places)) > places)
    there = np.flatnonzero((held != NONE) & crowded[held])
    claim = lottery[there] + ~priority[there, turn[there]]
    order = there[np.lexsort((claim, held[there]))]
    option = held[order]
    start = np.searchsorted(option, option)
    return order[np.arange(len(order)) - start >= places[option]]


def _leftover(held: Indices, wanted: Indices, places: NDArray[np.int64]) -> Indices:
    """Give those whom every option refused the places that are left; beyond these, their first preference."""
    without = np.flatnonzero(held == NONE)
    free = np.maximum(places - np.bincount(held[held != NONE], minlength=len(places)), 0)
    seats = np.repeat(np.arange(len(places)), free)[: len(without)]
    placed = held.copy()
    placed[without] = wanted[without, 0]
    placed[without[: len(seats)]] = seats
    return placed
