"""Places at schools: deferred acceptance with priority and a lottery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.stats.allocation import NONE, Indices, deferred_acceptance


def allocate(
    wanted: Indices, priority: NDArray[np.bool_], places: NDArray[np.int64], rng: np.random.Generator
) -> Indices:
    """Place every pupil by pupil-proposing deferred acceptance (Gale and Shapley 1962), with one lottery number each.

    `wanted` has the pupil's options in order of preference, shape (n_pupils, k), `priority` whether the pupil has
    priority at each of them. No pupil and option would both rather have each other. A pupil who is refused by all of
    its options gets one of the places that are left, by lot, or its first preference if none are left: only then does
    an option have more pupils than places.
    """
    claim = rng.random(len(wanted))[:, None] + ~priority
    option = deferred_acceptance(wanted, claim, places)
    refused = np.flatnonzero(option == NONE)
    free = np.maximum(places - np.bincount(option[option != NONE], minlength=len(places)), 0)
    seats = rng.permutation(np.repeat(np.arange(len(places)), free))[: len(refused)]
    option[refused] = wanted[refused, 0]
    option[refused[: len(seats)]] = seats
    return option
