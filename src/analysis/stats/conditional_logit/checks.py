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

NO_VARIATION = 1e-12  # range within sets relative to the largest value: below it, rounding of a constant
COLLINEAR = 1e-10  # smallest eigenvalue of the within-situation correlations: the square of a relative size of 1e-5


def within(sets: ChoiceSets) -> tuple[Floats, Floats]:
    """Centre the attributes within each situation and divide by their standard deviation there.

    The probabilities depend on differences within a set only, so centring changes nothing but the rounding.

    Parameters
    ----------
    sets : The choice sets, in the units of the caller.

    Returns
    -------
    array
        Centred and scaled attributes, rows x terms.
    array
        Scale of each term: the root mean square deviation from the mean of the set, over all rows.

    Raises
    ------
    ModelError
        An attribute varies within no set, or attributes are collinear within the sets.
    """
    check_varying(np.any(_varying(sets), axis=0), sets.terms)
    means = np.add.reduceat(sets.attributes, sets.starts, axis=0) / sets.sizes[:, None]
    centred = sets.attributes - np.repeat(means, sets.sizes, axis=0)
    scale = np.sqrt(np.mean(centred**2, axis=0))
    scaled = centred / scale
    check_collinear(scaled.T @ scaled / len(scaled), sets.terms)
    return scaled, scale


def informative(sets: ChoiceSets) -> NDArray[np.bool_]:
    """Find the situations in whose set an attribute varies; in a set of one alternative none does.

    Parameters
    ----------
    sets : The choice sets.

    Returns
    -------
    array
        Whether an attribute varies, shape (situations,).
    """
    return np.asarray(np.any(_varying(sets), axis=1))


def counted_clusters(codes: Integers, informative: NDArray[np.bool_], n_terms: int) -> Integers:
    """Return the numbers of the clusters in which an attribute varies.

    Parameters
    ----------
    codes : Cluster of each situation.
    informative : Whether any attribute varies in the set of the situation.
    n_terms : Number of terms of the model.

    Returns
    -------
    array
        Cluster of each situation: from 0, -1 where no attribute varies in the cluster.

    Raises
    ------
    ModelError
        Fewer than two clusters, or not more clusters than terms: the sandwich would be singular.
    """
    counted = np.unique(codes[informative])
    if len(counted) < max(2, n_terms + 1):
        raise ModelError(
            f"conditional logit: {len(counted)} clusters for {n_terms} terms: a cluster-robust covariance "
            "needs at least one more cluster than terms, and two. Use smaller clusters or fewer terms.",
            Reason.TOO_FEW_CLUSTERS,
        )
    return np.where(np.isin(codes, counted), np.searchsorted(counted, codes), -1)


def separating_terms(z: Floats, weights: Floats, sets: ChoiceSets) -> list[str]:
    """Name a smallest set of terms that predicts the choices perfectly or quasi-completely.

    Linear programming decides whether a separating direction exists; terms are then dropped one by one for as long as
    the remaining ones still separate.

    Parameters
    ----------
    z : Attributes as of `within`, rows x terms.
    weights : Weight of the choice of each row.
    sets : The choice sets.

    Returns
    -------
    list of str
        Names of terms; empty where nothing separates.
    """
    rows = _margins(z, weights, sets)
    if not separates(rows):
        return []
    separating = list(range(rows.shape[1]))
    for term in range(rows.shape[1]):
        fewer = [other for other in separating if other != term]
        if fewer and separates(rows[:, fewer]):
            separating = fewer
    return [sets.terms[term] for term in separating]


def null_terms(symmetric: Floats, threshold: float, terms: Sequence[str]) -> list[str]:
    """Name the terms that take part in the directions in which a positive semi-definite matrix is null.

    Parameters
    ----------
    symmetric : The matrix, terms x terms.
    threshold : Largest eigenvalue that counts as zero.
    terms : Names of the terms.

    Returns
    -------
    list of str
        Names of terms.
    """
    eigenvalues, vectors = np.linalg.eigh(symmetric)
    null = vectors[:, eigenvalues <= threshold]
    return [term for term, row in zip(terms, null, strict=True) if np.linalg.norm(row) > 1e-3]


def _varying(sets: ChoiceSets) -> NDArray[np.bool_]:
    """Return whether the range of each attribute in each situation is more than rounding: situations x terms."""
    highest = np.maximum.reduceat(sets.attributes, sets.starts, axis=0)
    ranges = highest - np.minimum.reduceat(sets.attributes, sets.starts, axis=0)
    return np.asarray(ranges > NO_VARIATION * np.max(np.abs(sets.attributes), axis=0))


def check_varying(varying: NDArray[np.bool_], terms: Sequence[str]) -> None:
    """Check that every term varies within some choice set.

    Parameters
    ----------
    varying : Whether it does, by term.
    terms : Names of the terms.

    Raises
    ------
    ModelError
        ``NO_VARIATION``; it names the terms.
    """
    if not varying.all():
        names = [term for term, varies in zip(terms, varying, strict=True) if not varies]
        raise ModelError(
            f"conditional logit: {listed(names)} never varies within a choice set, so it cannot explain a choice. "
            "Leave it out, or interact it with an attribute of the alternatives.",
            Reason.NO_VARIATION,
        )


def check_collinear(correlations: Floats, terms: Sequence[str]) -> None:
    """Check that no term is a combination of others within the choice sets.

    Parameters
    ----------
    correlations : Of the terms within the choice sets, terms x terms.
    terms : Names of the terms.

    Raises
    ------
    ModelError
        ``COLLINEAR``; it names the terms.
    """
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
