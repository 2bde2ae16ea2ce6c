"""Places at schools, given by deferred acceptance with priority and a lottery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
Floats = NDArray[np.float64]
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
        of its options gets one of the places that are left, by lot, or its first preference if none are left: only
        then does an option have more pupils than places.
    """
    claim = rng.random(len(wanted))[:, None] + ~priority
    worst = np.full(len(places), np.inf)
    turn = np.zeros(len(wanted), dtype=np.intp)
    held = np.full(len(wanted), NONE, dtype=np.intp)
    asking = np.arange(len(wanted))
    while len(asking):
        turn[asking] = _next(wanted, claim, worst, turn, asking)
        asking = asking[turn[asking] < wanted.shape[1]]
        held[asking] = wanted[asking, turn[asking]]
        asking = _refused(held, asking, claim[np.arange(len(wanted)), turn % wanted.shape[1]], places, worst)
        held[asking] = NONE
        turn[asking] += 1
    return _leftover(held, wanted, places, rng)


def _next(wanted: Indices, claim: Floats, worst: Floats, turn: Indices, asking: Indices) -> Indices:
    """Find the next option of each pupil at which its claim is not hopeless; k when there is none.

    The worst claim that a full option holds only improves, so that an option which would refuse now always will.
    """
    options = np.arange(wanted.shape[1])
    open_to = (claim[asking] <= worst[wanted[asking]]) & (options >= turn[asking][:, None])
    return np.where(open_to.any(axis=1), open_to.argmax(axis=1), len(options))


def _refused(held: Indices, asking: Indices, claim: Floats, places: NDArray[np.int64], worst: Floats) -> Indices:
    """Find the pupils who fall out at the options that were asked, and note there the worst claim that is held."""
    asked = np.zeros(len(places), dtype=bool)
    asked[held[asking]] = True
    full = asked & (np.bincount(held[held != NONE], minlength=len(places)) >= places)
    there = np.flatnonzero((held != NONE) & full[held])
    order = there[np.lexsort((claim[there], held[there]))]
    option = held[order]
    rank = np.arange(len(order)) - np.searchsorted(option, option)
    last = rank == places[option] - 1
    worst[option[last]] = claim[order[last]]
    return order[rank >= places[option]]


def _leftover(held: Indices, wanted: Indices, places: NDArray[np.int64], rng: np.random.Generator) -> Indices:
    """Give those whom every option refused the places that are left; beyond these, their first preference."""
    without = np.flatnonzero(held == NONE)
    free = np.maximum(places - np.bincount(held[held != NONE], minlength=len(places)), 0)
    seats = rng.permutation(np.repeat(np.arange(len(places)), free))[: len(without)]
    placed = held.copy()
    placed[without] = wanted[without, 0]
    placed[without[: len(seats)]] = seats
    return placed
