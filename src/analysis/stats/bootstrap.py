"""Bootstrap over clusters: how often each is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def times_drawn(n_clusters: int, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw clusters with replacement, as many as there are.

    Parameters
    ----------
    n_clusters : Number of clusters.
    draws : Bootstrap samples.
    rng : Source of chance.

    Returns
    -------
    array
        How often each cluster is in each sample, shape (draws, clusters): weights of all its rows, which are alike.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 8.
    """
    return rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), draws).astype(np.float64)
