"""Whether a conditional logit has one finite answer: attributes that vary, no collinearity, no perfect prediction.

The log-likelihood is concave, so it has a unique finite maximum if and only if (a) the attributes, taken within the
situations, have full rank and (b) no direction d of the coefficients separates: (x_ic - x_ik) d >= 0 for every chosen
alternative c and every other k of its set, strictly somewhere (Albert and Anderson 1984, for the multinomial logit).
Along a separating direction the likelihood rises for ever ever more slowly; an optimiser stops somewhere on the slope
and reports large coefficients with larger standard errors. That is the wrong number this module exists to prevent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.errors import ModelError, Reason
from analysis.models.conditional_logit.input import ChoiceSets, Floats, Integers, listed

NO_VARIATION = 1e-12  # spread within sets relative to the largest value: below it, rounding of a constant
COLLINEAR = 1e-10  # smallest eigenvalue of the within-situation correlations: the square of a relative spread of 1e-5
SINGULAR = 1e-12  # smallest eigenvalue of the information relative to the largest
SCORE_ROUNDING = 1e-14  # of a score, relative to the total weight times the longest attribute vector
VIOLATED = 1e-6  # a row of the linear programme counts as violated: ten times the solver's own tolerance
STRICT = 1e-5  # a row counts as strictly separated, in within-situation standard deviations of the attributes
WORKING_ROWS = 2000  # rows of the linear programme to begin with, and to add per round


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
    codes
        Cluster of each situation.
    informative
        Whether any attribute varies in the set of the situation.
    n_terms
        Number of terms of the model.

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


def certified(longest: float, choosers: float, score: Floats, information: Floats) -> bool:
    r"""Prove that a finite maximum exists, from the score and information at one point.

    Suppose d separates and write a_ik = (x_ic - x_ik) d >= 0 for the chosen c, and M for the largest difference of
    x d within a set. Then score'd = sum_i w_i E(a_i) and d'Hd = sum_i w_i Var(a_i) <= M score'd. By Cauchy-Schwarz
    score'd <= l sqrt(d'Hd) with the Newton decrement l^2 = score' H^-1 score, hence d'Hd <= l^2 M^2. So when the
    smallest eigenvalue of H exceeds l^2 max M^2 over all unit d, nothing separates: at a true maximum l is 0 up to
    rounding and the proof succeeds by many orders; on the flat slope of a separated likelihood it cannot. There the
    score may round to zero, so l is taken at the largest score that rounds to the one at hand.

    Parameters
    ----------
    longest
        Length that no vector of scaled attributes exceeds, taken around the mean of its situation.
    choosers
        Total weight.
    score, information
        First and minus second derivative of the log-likelihood in the scaled coefficients.
    """
    smallest, largest = np.linalg.eigvalsh(information)[[0, -1]]
    if not smallest > SINGULAR * largest:
        return False
    rounding = SCORE_ROUNDING * choosers * longest / np.sqrt(smallest)
    decrement = np.sqrt(max(float(score @ np.linalg.solve(information, score)), 0.0)) + rounding
    return bool(np.sqrt(smallest) > decrement * 2.0 * longest)


def separating_terms(z: Floats, weights: Floats, sets: ChoiceSets) -> list[str]:
    """Name a smallest set of terms that predicts the choices perfectly or quasi-completely; empty if there is none.

    Linear programming decides whether a separating direction exists; terms are then dropped one by one for as long as
    the remaining ones still separate.
    """
    rows = _margins(z, weights, sets)
    if not _separates(rows):
        return []
    kept = list(range(rows.shape[1]))
    for term in range(rows.shape[1]):
        fewer = [other for other in kept if other != term]
        if fewer and _separates(rows[:, fewer]):
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


def _separates(rows: Floats) -> bool:
    """Decide whether some d has rows @ d >= 0 everywhere and > 0 somewhere: cutting planes around a linear programme.

    The sum of the margins is maximised over the box -1 <= d <= 1 under a growing selection of the rows. Fewer rows
    allow more, so a selection without a solution but d = 0 settles the question.
    """
    working = np.unique(np.linspace(0, len(rows) - 1, WORKING_ROWS).astype(np.intp))
    total = rows.mean(axis=0)
    while True:
        found = linprog(-total, A_ub=-rows[working], b_ub=np.zeros(len(working)), bounds=(-1, 1))
        if found.x is None:
            raise ModelError(
                f"conditional logit: the check on perfect prediction failed: {found.message}", Reason.NO_CONVERGENCE
            )
        margins = rows @ found.x
        worst = np.argsort(margins)[:WORKING_ROWS]
        violated = np.setdiff1d(worst[margins[worst] < -VIOLATED], working)
        if not len(violated) or np.max(np.abs(found.x)) < VIOLATED:
            return bool(np.max(margins) > STRICT)
        working = np.concatenate([working, violated])
