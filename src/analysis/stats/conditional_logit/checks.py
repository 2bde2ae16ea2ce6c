"""Whether a conditional logit has one finite answer: attributes that vary, no collinearity, no perfect prediction.

The log-likelihood is concave, so it has a unique finite maximum if and only if (a) the attributes, taken within the
situations, have full rank and (b) no direction d of the coefficients separates: (x_ic - x_ik) d >= 0 for every chosen
alternative c and every other k of its set, strictly somewhere (Albert and Anderson 1984, for the multinomial logit).
`analysis.stats.separation` decides (b).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit.input import ChoiceSets, Floats, Integers, listed
from analysis.stats.separation import separates

NO_VARIATION = 1e-12  # spread within sets relative to the largest value: below it, rounding of a constant
COLLINEAR = 1e-10  # smallest eigenvalue of the within-situation correlations: the square of a relative spread of 1e-5


def within(sets: ChoiceSets) -> tuple[Floats, Floats]:
    """Centre the attributes within each situation and divide by their spread there.

    The probabilities depend on differences within a set only, so centring changes nothing but the rounding.

    Returns
    -------
    tuple of arrays
        Centred and scaled attributes (rows x terms), and the scale of each term: the root mean square deviation from
        the mean of the set, over all rows.

    Raises
    ------
    ModelError
        An attribute varies within no set, or attributes are collinear within the sets.
    """
    refuse_fixed(np.all(_ranges(sets) <= _rounding(sets), axis=0), sets.terms)
    means = np.add.reduceat(sets.attributes, sets.starts, axis=0) / sets.sizes[:, None]
    centred = sets.attributes - np.repeat(means, sets.sizes, axis=0)
    scale = np.sqrt(np.mean(centred**2, axis=0))
    scaled = centred / scale
    refuse_collinear(scaled.T @ scaled / len(scaled), sets.terms)
    return scaled, scale


def informative(sets: ChoiceSets) -> NDArray[np.bool_]:
    """Tell per situation whether any attribute varies in its set; a set of one alternative never does."""
    return np.asarray(np.any(_ranges(sets) > _rounding(sets), axis=1))


def counted_clusters(codes: Integers, informative: NDArray[np.bool_], n_terms: int) -> Integers:
    """Return the number of the cluster of each situation: from 0, -1 where no attribute varies in the cluster.

    Parameters
    ----------
    codes : Cluster of each situation.
    informative : Whether any attribute varies in the set of the situation.
    n_terms : Number of terms of the model.

    Raises
    ------
    ModelError
        Fewer than two clusters, or not more clusters than terms: the sandwich would be singular.
    """
    kept = np.unique(codes[informative])
    if len(kept) < max(2, n_terms + 1):
        raise ModelError(
            f"conditional logit: {len(kept)} clusters for {n_terms} terms: a cluster-robust covariance "
            "needs at least one more cluster than terms, and two. Use smaller clusters or fewer terms.",
            Reason.TOO_FEW_CLUSTERS,
        )
    return np.where(np.isin(codes, kept), np.searchsorted(kept, codes), -1)


def separating_terms(z: Floats, weights: Floats, sets: ChoiceSets) -> list[str]:
    """Name a smallest set of terms that predicts the choices perfectly or quasi-completely; empty if there is none.

    Linear programming decides whether a separating direction exists; terms are then dropped one by one for as long as
    the remaining ones still separate.
    """
    rows = _margins(z, weights, sets)
    if not separates(rows):
        return []
    kept = list(range(rows.shape[1]))
    for term in range(rows.shape[1]):
        fewer = [other for other in kept if other != term]
        if fewer and separates(rows[:, fewer]):
            kept = fewer
    return [sets.terms[term] for term in kept]


def null_terms(symmetric: Floats, threshold: float, terms: Sequence[str]) -> list[str]:
    """Name the terms that take part in the directions in which a positive semi-definite matrix is null."""
    eigenvalues, vectors = np.linalg.eigh(symmetric)
    null = vectors[:, eigenvalues <= threshold]
    return [term for term, row in zip(terms, null, strict=True) if np.linalg.norm(row) > 1e-3]


def _rounding(sets: ChoiceSets) -> Floats:
    return np.asarray(NO_VARIATION * np.max(np.abs(sets.attributes), axis=0))


def _ranges(sets: ChoiceSets) -> Floats:
    """Return the range of each attribute in each situation: situations x terms."""
    highest = np.maximum.reduceat(sets.attributes, sets.starts, axis=0)
    return np.asarray(highest - np.minimum.reduceat(sets.attributes, sets.starts, axis=0))


def refuse_fixed(fixed: NDArray[np.bool_], terms: Sequence[str]) -> None:
    """Refuse terms that vary within no choice set."""
    if fixed.any():
        names = [term for term, still in zip(terms, fixed, strict=True) if still]
        raise ModelError(
            f"conditional logit: {listed(names)} never varies within a choice set, so it cannot explain a choice. "
            "Leave it out, or interact it with an attribute of the alternatives.",
            Reason.NO_VARIATION,
        )


def refuse_collinear(correlations: Floats, terms: Sequence[str]) -> None:
    """Refuse terms whose correlations within the choice sets are singular."""
    names = null_terms(correlations, COLLINEAR, terms)
    if names:
        raise ModelError(
            f"conditional logit: {listed(names, 10)} are collinear within the choice sets: one is a combination of the "
            "others and of constants per situation. Leave one out.",
            Reason.COLLINEAR,
        )


def _margins(z: Floats, weights: Floats, sets: ChoiceSets) -> Floats:
    """Return the rows that a separating direction makes at least zero: x_chosen - x_other.

    Where a situation has several chosen alternatives these must tie, so their differences enter with both signs.
    """
    chosen = np.flatnonzero(weights > 0)
    situation = np.repeat(np.arange(len(sets.sizes)), sets.sizes)
    _, first = np.unique(situation[chosen], return_index=True)
    margins = z[chosen[first]][situation] - z
    both = np.vstack([margins, -margins[chosen]])
    return np.asarray(both[np.any(np.abs(both) > NO_VARIATION, axis=1)])
