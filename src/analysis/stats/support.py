r"""Terms that one cluster alone determines: errors clustered by it do not measure their precision.

The score of such a term is zero in every cluster, as its own cluster fits it exactly, so that the sandwich takes it for
known: an error of about zero, whatever the data.

With :math:`\sqrt{W} X = QR` a cluster :math:`g` alone determines a direction where an eigenvalue of
:math:`Q_g'Q_g` is one: without the cluster the terms have a lower rank. All other eigenvalues are smaller. Only a
cluster of which the leverages sum to one or more can have such an eigenvalue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason

ALONE = 1e-9  # part of what is known of a direction that other clusters than one know, below which it is rounding
PART = 1e-6  # of a direction, from which a term takes part in it
Floats = NDArray[np.floating[Any]]


def of_one_cluster(X: Floats, codes: NDArray[np.integer[Any]], weights: Floats | None = None) -> NDArray[np.bool_]:
    """Find the terms, or combinations that they take part in, that one cluster alone determines.

    Parameters
    ----------
    X : Terms without what effects explain, of full rank, shape (rows, terms).
    codes : Cluster of each row, counted from 0.
    weights : Of the rows; equal ones where None.

    Returns
    -------
    array
        Whether one cluster determines the term, shape (terms,).
    """
    q, upper = np.linalg.qr(X if weights is None else np.sqrt(weights)[:, None] * X)
    leverage = np.bincount(codes, np.einsum("ij,ij->i", q, q))
    alone = np.zeros(X.shape[1], dtype=np.bool_)
    for cluster in np.flatnonzero(leverage > 1 - ALONE):
        own = q[codes == cluster]
        known, directions = np.linalg.eigh(own.T @ own)
        of_terms = np.abs(np.linalg.solve(upper, directions[:, known > 1 - ALONE]))
        loads = of_terms * np.linalg.norm(upper, axis=0)[:, None]
        alone |= (loads > PART * loads.max(axis=0, initial=1e-300)).any(axis=1)
    return alone


def check_clusters(
    X: Floats, codes: NDArray[np.integer[Any]], terms: Sequence[str], weights: Floats | None = None
) -> None:
    """Check that no term is determined by one cluster alone.

    Parameters
    ----------
    X, codes, weights : As of `of_one_cluster`.
    terms : Names of the first columns; those after them, such as an intercept and years, are not reported.

    Raises
    ------
    ModelError
        `Reason.TOO_FEW_CLUSTERS`; it names the terms.
    """
    alone = of_one_cluster(X, codes, weights)[: len(terms)]
    if alone.any():
        names = ", ".join(name for name, one in zip(terms, alone, strict=True) if one)
        raise ModelError(
            f"one cluster alone determines {names}: clusters do not measure its precision",
            Reason.TOO_FEW_CLUSTERS,
        )
