"""Places at schools, given by deferred acceptance with priority and a lottery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.stats.allocation import NONE, Indices, deferred_acceptance


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
    return _leftover(deferred_acceptance(wanted, claim, places), wanted, places, rng)


def _leftover(held: Indices, wanted: Indices, places: NDArray[np.int64], rng: np.random.Generator) -> Indices:
    """Give those whom every option refused the places that are left; beyond these, their first preference."""
    without = np.flatnonzero(held == NONE)
    free = np.maximum(places - np.bincount(held[held != NONE], minlength=len(places)), 0)
    seats = rng.permutation(np.repeat(np.arange(len(places)), free))[: len(without)]
    placed = held.copy()
    placed[without] = wanted[without, 0]
    placed[without[: len(seats)]] = seats
    return placed
