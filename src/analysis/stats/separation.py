"""Whether a log-likelihood of choices or categories has a finite maximum: perfect and quasi-complete prediction.

Each observation bounds a direction d of the coefficients by margins m: the log-likelihood rises for ever along d, ever
more slowly, if and only if no margin ``m d`` is negative and some are positive (Albert and Anderson, 1984; Haberman,
1974). Then there is no finite maximum; an optimiser stops somewhere on the slope and reports a large coefficient with
an error that is too small. A linear programme decides whether there is such a direction; where the optimiser ended at
a true maximum its score and information prove the contrary at no cost (`certified`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.errors import ModelError, Reason

SINGULAR = 1e-12  # smallest eigenvalue of the information relative to the largest
SCORE_ROUNDING = 1e-14  # of a score, relative to the total weight times the longest attribute vector
VIOLATED = 1e-6  # a row of the linear programme counts as violated: ten times the solver's own tolerance
STRICT = 1e-5  # a row counts as strictly separated, in standard deviations of the attributes
WORKING_ROWS = 2000  # rows of the linear programme to begin with, and to add per round

Floats = NDArray[np.floating[Any]]


def certified(longest: float, choosers: float, score: Floats, information: Floats) -> bool:
    r"""Prove that a finite maximum exists, from the score and information at one point.

    Suppose d separates and write a_ik = (x_ic - x_ik) d >= 0 for the chosen c, and M for the largest difference of
    x d within a set. Then score'd = sum_i w_i E(a_i) and d'Hd = sum_i w_i Var(a_i) <= M score'd. By Cauchy-Schwarz
    score'd <= l sqrt(d'Hd) with the Newton decrement l^2 = score' H^-1 score, hence d'Hd <= l^2 M^2. So when the
    smallest eigenvalue of H exceeds l^2 max M^2 over all unit d, nothing separates: at a true maximum l is 0 up to
    rounding and the proof succeeds by many orders; on the flat slope of a separated likelihood it cannot. There the
    score may round to zero, so l is taken at the largest score that rounds to the one at hand. A logit is the choice
    between two, of which one has attributes of zero.

    Parameters
    ----------
    longest : Length that no vector of scaled attributes exceeds, taken around the mean of its situation.
    choosers : Total weight.
    score, information : First and minus second derivative of the log-likelihood in the scaled coefficients.

    Returns
    -------
    bool
        Whether the proof succeeds.
    """
    smallest, largest = np.linalg.eigvalsh(information)[[0, -1]]
    if not smallest > SINGULAR * largest:
        return False
    rounding = SCORE_ROUNDING * choosers * longest / np.sqrt(smallest)
    decrement = np.sqrt(max(float(score @ np.linalg.solve(information, score)), 0.0)) + rounding
    return bool(np.sqrt(smallest) > decrement * 2.0 * longest)


def separates(margins: Floats) -> bool:
    """Decide whether some d has no negative margin and a positive one.

    Parameters
    ----------
    margins : Shape (rows, terms), in terms of standard deviation about one.

    Returns
    -------
    bool
        Whether there is no finite maximum.
    """
    return bool((_best(margins, margins.mean(axis=0)) > STRICT).any())


def strictly_separated(margins: Floats) -> NDArray[np.bool_]:
    """Find the margins that are positive along some d that separates.

    Sums of directions that separate do so too, so that these rows are all predicted perfectly in one limit.

    Parameters
    ----------
    margins : As of `separates`.

    Returns
    -------
    array
        Shape (rows,); none where there is a finite maximum.
    """
    strict = np.zeros(len(margins), dtype=np.bool_)
    while not strict.all():
        more = (_best(margins, margins[~strict].mean(axis=0)) > STRICT) & ~strict
        if not more.any():
            break
        strict |= more
    return strict


def _best(margins: Floats, total: Floats) -> Floats:
    """Return the margins along the d that has no negative one and the largest ``total d``: cutting planes.

    The sum is maximised over the box -1 <= d <= 1 under a growing selection of the rows. Fewer rows allow more, so a
    selection without a solution but d = 0 settles the question.
    """
    working = np.unique(np.linspace(0, len(margins) - 1, WORKING_ROWS).astype(np.intp))
    while True:
        solution = linprog(-total, A_ub=-margins[working], b_ub=np.zeros(len(working)), bounds=(-1, 1))
        if solution.x is None:
            raise ModelError(f"the check on perfect prediction failed: {solution.message}", Reason.NO_CONVERGENCE)
        along: Floats = margins @ solution.x
        worst = np.argsort(along)[:WORKING_ROWS]
        violated = np.setdiff1d(worst[along[worst] < -VIOLATED], working)
        if not len(violated) or np.max(np.abs(solution.x)) < VIOLATED:
            return along
        working = np.concatenate([working, violated])
