"""Regressions on cells, with errors clustered by school; `analysis.stats.regression.fit` gives the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats import logit as likelihood
from analysis.stats.cells import Floats, PupilCells, residuals, with_intercept
from analysis.stats.estimates import ROUNDING
from analysis.stats.fit import Fit, of_scores
from analysis.stats.regression import INTERCEPT, check_distinct_products
from analysis.stats.support import of_one_cluster

CONSTANT = 1e-12
"""A share of the sum of squares within schools below this is rounding."""


def school_effects(cells: PupilCells) -> Fit:
    r"""Least squares with an effect of every school, absorbed.

    Notes
    -----
    With :math:`\bar x_g` the mean terms of school :math:`g`: :math:`\hat\beta = A^{-1} b`,
    :math:`A = \sum_i (x_i - \bar x_g)(x_i - \bar x_g)'`, and the score of a school is
    :math:`s_g = \sum_{i \in g} (x_i - \bar x_g)(e_i - \bar e_g)`.
    """
    X, size = _centred(cells), np.asarray(cells.n.sum(axis=1), float)
    sums, y = cells.n @ X, np.asarray(cells.y.sum(axis=1), float)
    means = sums / size[:, None]
    total = X.T @ (cells.count[:, None] * X)
    A = total - sums.T @ means
    rounding = (ROUNDING * np.abs(cells.X.to_numpy()).max(axis=0, initial=0.0)) ** 2 * cells.count.sum()
    constant = np.diag(A) <= CONSTANT * np.diag(total) + rounding
    if constant.any():
        names = ", ".join(cells.X.columns[constant])
        raise ModelError(
            f"effects of schools leave nothing of {names}: it does not differ within schools", Reason.ABSORBED
        )
    check_distinct_products(A, cells.X.columns)
    beta = np.linalg.solve(A, X.T @ cells.outcome - means.T @ y)
    left = residuals(cells, X @ beta)
    scores = left @ X - means * np.asarray(left.sum(axis=1), float)[:, None]
    return _of_scores(cells, cells.X.columns, beta, scores, np.linalg.inv(A), X, means)


def _centred(cells: PupilCells) -> Floats:
    """Take the terms from their means: effects of schools take up what is subtracted, and rounding stays small."""
    X, count = cells.X.to_numpy(), cells.count
    centred: Floats = X - count @ X / count.sum()
    return centred


def least_squares(cells: PupilCells) -> Fit:
    """Least squares with an intercept and without school effects."""
    X = with_intercept(cells.X)
    A = X.T @ (cells.count[:, None] * X)
    check_distinct_products(A, cells.X.columns)
    beta: Floats = np.linalg.solve(A, X.T @ cells.outcome)
    return _of_scores(cells, [INTERCEPT, *cells.X.columns], beta, residuals(cells, X @ beta) @ X, np.linalg.inv(A), X)


def logit(cells: PupilCells) -> Fit:
    """Logit with an intercept.

    Raises
    ------
    ModelError
        If the terms cannot be told apart.
    NoMaximumError
        If nobody or everybody with some term has the outcome.
    """
    X, count, ones = with_intercept(cells.X), cells.count, cells.outcome
    check_distinct_products(X.T @ (count[:, None] * X), cells.X.columns)
    found = likelihood.maximise(X, count, ones, [INTERCEPT, *cells.X.columns])
    scores = residuals(cells, expit(X @ found.beta)) @ X
    return _of_scores(cells, [INTERCEPT, *cells.X.columns], found.beta, scores, found.inverse, X)


def average_effects(cells: PupilCells, fitted: Fit, groups: Mapping[str, Sequence[str]]) -> Fit:
    r"""Average marginal effects of a logit, dummies as dummies.

    The effect of a 0/1 term is the mean difference in probability if every pupil had the term and none of the others of
    its factor, against the reference of the factor; that of a number is the mean derivative. (`get_margeff` of
    statsmodels with ``dummy=True`` changes one column only, so that a pupil may have two levels of education.)

    Parameters
    ----------
    cells, fitted : As `logit` took and gave them.
    groups : The terms of each factor reported; a factor of a single term that is not 0/1 is a number.

    Notes
    -----
    Errors by the delta method, of the coefficients only: the pupils are taken as they are.
    """
    X, weight = with_intercept(cells.X), cells.count / cells.count.sum()
    names, beta = list(fitted.coefficients.index), fitted.coefficients.to_numpy()
    effects, gradients = {}, []
    for terms in groups.values():
        places = [names.index(term) for term in terms]
        for term, place in zip(terms, places, strict=True):
            effect, gradient = _average_effect(X, weight, beta, place, places)
            effects[term] = effect
            gradients.append(gradient)
    return fitted.transformed(pd.Series(effects), np.stack(gradients))


def _average_effect(X: Floats, weight: Floats, beta: Floats, place: int, places: list[int]) -> tuple[float, Floats]:
    if not np.isin(X[:, place], (0, 1)).all():
        return likelihood.average_slope(X, beta, place, weight)
    without, with_it = X.copy(), X.copy()
    without[:, places] = with_it[:, places] = 0.0
    with_it[:, place] = 1.0
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
    coefficients = pd.Series(beta, list(terms))
    found = of_scores(coefficients, scores, inverse, cells.schools, int(cells.count.sum()))
    alone = _of_one_school(cells, X, np.zeros((len(cells.schools), X.shape[1])) if means is None else means)
    return replace(found, of_one_cluster=frozenset(coefficients.index[alone]))


def _of_one_school(cells: PupilCells, X: Floats, means: Floats) -> NDArray[np.bool_]:
    """Tell which terms one school alone says anything of; `support.of_one_cluster` on pupils, from cells.

    Parameters
    ----------
    X : Terms of the cells.
    means : What is taken off them at each school.
    """
    # A pupil of every cell of a school, as often as there are, is a row with the square root of their number.
    school = np.repeat(np.arange(len(cells.schools)), np.diff(cells.n.indptr))
    rows = X[cells.n.indices] - means[school]
    return of_one_cluster(rows, school, cells.n.data)
