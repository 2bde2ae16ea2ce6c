"""Regressions on cells, with errors clustered by school; `analysis.stats.regression.fit` returns the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats import logit as likelihood
from analysis.stats.cells import Floats, PupilCells, residuals
from analysis.stats.estimates import ROUNDING
from analysis.stats.fit import Fit, of_scores
from analysis.stats.regression import INTERCEPT, check_distinct_products
from analysis.stats.support import of_one_cluster

CONSTANT = 1e-12
"""A share of the sum of squares within schools below this is rounding."""


def school_effects(cells: PupilCells) -> Fit:
    r"""Least squares with an effect of every school, absorbed.

    Parameters
    ----------
    cells : The pupils.

    Returns
    -------
    Fit
        Coefficients of the terms, in the unit of the outcome.

    Raises
    ------
    ModelError
        The effects of schools absorb a term (``ABSORBED``), or the terms are collinear (``COLLINEAR``).

    Notes
    -----
    With :math:`\bar x_g` the mean terms of school :math:`g`: :math:`\hat\beta = A^{-1} b`,
    :math:`A = \sum_i (x_i - \bar x_g)(x_i - \bar x_g)'`, and the score of a school is
    :math:`s_g = \sum_{i \in g} (x_i - \bar x_g)(e_i - \bar e_g)`.
    """
    # Terms from their means: effects of schools take up what is subtracted, and rounding stays small.
    raw, count, size = cells.X.to_numpy(), cells.count, np.asarray(cells.n.sum(axis=1), float)
    X = raw - count @ raw / count.sum()
    sums, y = cells.n @ X, np.asarray(cells.y.sum(axis=1), float)
    means = sums / size[:, None]
    total = X.T @ (count[:, None] * X)
    A = total - sums.T @ means
    rounding = (ROUNDING * np.abs(raw).max(axis=0, initial=0.0)) ** 2 * count.sum()
    constant = np.diag(A) <= CONSTANT * np.diag(total) + rounding
    if constant.any():
        names = ", ".join(cells.X.columns[constant])
        raise ModelError(
            f"{names}: absorbed by the effects of schools, as it does not differ within schools", Reason.ABSORBED
        )
    check_distinct_products(A, cells.X.columns)
    beta = np.linalg.solve(A, X.T @ cells.outcome - means.T @ y)
    left = residuals(cells, X @ beta)
    scores = left @ X - means * np.asarray(left.sum(axis=1), float)[:, None]
    return _of_scores(cells, cells.X.columns, beta, scores, np.linalg.inv(A), X, means)


def least_squares(cells: PupilCells) -> Fit:
    """Least squares with an intercept and without school effects.

    Parameters
    ----------
    cells : The pupils.

    Returns
    -------
    Fit
        Coefficients of the intercept and the terms, in the unit of the outcome.

    Raises
    ------
    ModelError
        The terms are collinear (``COLLINEAR``).
    """
    X = _with_intercept(cells)
    A = X.T @ (cells.count[:, None] * X)
    check_distinct_products(A, cells.X.columns)
    beta: Floats = np.linalg.solve(A, X.T @ cells.outcome)
    return _of_scores(cells, [INTERCEPT, *cells.X.columns], beta, residuals(cells, X @ beta) @ X, np.linalg.inv(A), X)


def logit(cells: PupilCells) -> Fit:
    """Logit with an intercept.

    Parameters
    ----------
    cells : The pupils.

    Returns
    -------
    Fit
        Coefficients of the intercept and the terms, in log odds.

    Raises
    ------
    ModelError
        If the terms are collinear.
    NoMaximumError
        If nobody or everybody with some term has the outcome.
    """
    X, count, terms = _with_intercept(cells), cells.count, [INTERCEPT, *cells.X.columns]
    check_distinct_products(X.T @ (count[:, None] * X), cells.X.columns)
    maximum = likelihood.maximise(X, count, cells.outcome, terms)
    scores = residuals(cells, expit(X @ maximum.beta)) @ X
    return _of_scores(cells, terms, maximum.beta, scores, maximum.inverse, X)


def _with_intercept(cells: PupilCells) -> Floats:
    return np.column_stack([np.ones(len(cells.X)), cells.X.to_numpy()])


def average_effects(cells: PupilCells, fitted: Fit, groups: Mapping[str, Sequence[str]]) -> Fit:
    r"""Average marginal effects of a logit, dummies as dummies.

    The effect of a 0/1 term is the mean difference in probability if every pupil had the term and none of the others of
    its factor, against the reference of the factor; that of a number is the mean derivative. (`get_margeff` of
    statsmodels with ``dummy=True`` changes one column only, so that a pupil may have two levels of education.)

    Parameters
    ----------
    cells, fitted : As `logit` takes and returns them.
    groups : The terms of each factor reported; a factor of a single term that is not 0/1 is a number.

    Returns
    -------
    Fit
        Differences in probability, by term.

    Notes
    -----
    Errors by the delta method, of the coefficients only: the pupils are taken as they are.
    """
    X, weight = _with_intercept(cells), cells.count / cells.count.sum()
    names, beta = list(fitted.coefficients.index), fitted.coefficients.to_numpy()
    effects, gradients = {}, []
    for terms in groups.values():
        columns = [names.index(term) for term in terms]
        for term, column in zip(terms, columns, strict=True):
            effects[term], gradient = _average_effect(X, weight, beta, column, columns)
            gradients.append(gradient)
    return fitted.transformed(pd.Series(effects), np.stack(gradients))


def _average_effect(X: Floats, weight: Floats, beta: Floats, column: int, factor: list[int]) -> tuple[float, Floats]:
    if not np.isin(X[:, column], (0, 1)).all():
        return likelihood.average_slope(X, beta, column, weight)
    without, with_it = X.copy(), X.copy()
    without[:, factor] = with_it[:, factor] = 0.0
    with_it[:, column] = 1.0
    return likelihood.average_difference(with_it, without, beta, weight)


def _of_scores(
    cells: PupilCells,
    terms: Iterable[str],
    beta: Floats,
    scores: Floats,
    inverse: Floats,
    X: Floats,
    means: Floats | None = None,
) -> Fit:
    """Return the fit; `means` of the schools are subtracted from the terms `X` of the cells."""
    coefficients = pd.Series(beta, list(terms))
    fitted = of_scores(coefficients, scores, inverse, cells.schools, int(cells.count.sum()))
    # A pupil of every cell of a school, as often as there are, is a row with the square root of their number.
    school = np.repeat(np.arange(len(cells.schools)), np.diff(cells.n.indptr))
    alone = of_one_cluster(X[cells.n.indices] - (0.0 if means is None else means[school]), school, cells.n.data)
    return replace(fitted, of_one_cluster=frozenset(coefficients.index[alone]))
