r"""Regressions on cells: pupils with the same row of terms are counted together, so that a million cost seconds.

Nothing is approximated. The normal equations and scores of a regression are sums over pupils, and pupils of one cell
add the same row :math:`x_c` to them; what differs between schools is how many of a cell they have, a sparse matrix. The
errors follow the convention of `analysis.models.regression`, whose `fit` gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

from analysis.errors import ModelError
from analysis.models.regression import INTERCEPT, t_interval

Floats = NDArray[np.floating[Any]]

MOST_STEPS, MOST_HALVINGS, SMALL_STEP, ROUNDING = 25, 30, 1e-9, 1e-12
"""Newton's method needs six to ten steps; where there is no maximum each step adds one to some log odds."""

BITS = 50
"""So many 0/1 terms make one number exactly."""

CONSTANT = 1e-12
"""A share of the sum of squares within schools below this is rounding."""


class NoMaximumError(ModelError):
    """A likelihood has no maximum: nobody or everybody with some term has the outcome."""


@dataclass(frozen=True)
class Fitted:
    """A fitted regression.

    Parameters
    ----------
    coefficients
        By term.
    influence
        What each school adds to the estimates, schools by terms; the sum of its outer products is their covariance, and
        sums of products with the influence of another fit are covariances between fits.
    n_obs
        Pupils that the estimates rest on.
    """

    coefficients: pd.Series
    influence: pd.DataFrame
    n_obs: int

    @property
    def n_clusters(self) -> int:
        """Number of schools."""
        return len(self.influence)

    @property
    def covariance(self) -> pd.DataFrame:
        """Of the coefficients, clustered by school."""
        return self.influence.T @ self.influence

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors, by term."""
        return pd.Series(np.sqrt((self.influence.to_numpy() ** 2).sum(axis=0)), self.coefficients.index)

    def told(self) -> pd.DataFrame:
        """Tell every term: ``term, estimate, std_error, ci_low, ci_high, p_value, n_obs, n_clusters``."""
        rows = t_interval(self.coefficients, self.std_errors, self.n_clusters)
        rows.insert(0, "term", list(self.coefficients.index))
        return rows.assign(n_obs=self.n_obs, n_clusters=self.n_clusters)


@dataclass(frozen=True)
class Cells:
    """Pupils counted by cell and school.

    Parameters
    ----------
    X
        Terms of each cell, shape (cells, terms), without intercept.
    n, y
        Number of pupils and sum of their outcomes, sparse (schools, cells), with their entries in the same places.
    schools
        Names of the schools.
    """

    X: pd.DataFrame
    n: csr_array
    y: csr_array
    schools: pd.Index

    @property
    def count(self) -> Floats:
        """Pupils of each cell."""
        return np.bincount(self.n.indices, self.n.data, minlength=len(self.X)).astype(float)

    @property
    def outcome(self) -> Floats:
        """Sum of the outcome in each cell."""
        return np.bincount(self.y.indices, self.y.data, minlength=len(self.X)).astype(float)

    def only(self, terms: Sequence[str]) -> Cells:
        """Return the same pupils with some of the terms, cells that have become alike put together."""
        X = self.X[list(terms)]
        codes = alike_rows(X)
        _, first = np.unique(codes, return_index=True)
        rows = X.iloc[first].reset_index(drop=True)
        # Renamed and not added up: sums over entries with the same name come out the same.
        where, shape = (codes[self.n.indices], self.n.indptr), (len(self.schools), len(first))
        return Cells(
            rows, csr_array((self.n.data, *where), shape), csr_array((self.y.data, *where), shape), self.schools
        )


def collapse(
    rows: pd.DataFrame, columns: Sequence[str], layout: Callable[[pd.DataFrame], pd.DataFrame], outcome: str = "y"
) -> Cells:
    """Count pupils by cell and school.

    Parameters
    ----------
    rows
        One row per pupil: ``location``, `columns` and `outcome`.
    columns
        The columns from which the terms follow.
    layout
        From rows to their terms.
    outcome
        Column.
    """
    refuse_missing(rows, [*columns, outcome, "location"])
    codes = number_rows(rows, columns)
    _, first = np.unique(codes, return_index=True)
    school, schools = pd.factorize(rows["location"])
    shape = (len(schools), len(first))
    ones, y = np.ones(len(rows)), rows[outcome].to_numpy(float)
    return Cells(
        layout(rows.iloc[first]).astype(float).reset_index(drop=True),
        csr_array((ones, (school, codes)), shape=shape),
        csr_array((y, (school, codes)), shape=shape),
        pd.Index(schools, name="location"),
    )


def number_rows(rows: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.int64]:
    """Give rows with the same values in all columns the same number, counted from 0 in order of appearance."""
    codes = np.zeros(len(rows), dtype=np.int64)
    for name in columns:
        own, values = pd.factorize(rows[name])
        codes, _ = pd.factorize(codes * len(values) + own)
    return codes


def alike_rows(X: pd.DataFrame) -> NDArray[np.int64]:
    """Give alike rows of terms one number; 0/1 terms are the bits of a number, so that only that is compared."""
    numbers = X.to_numpy()
    zero_one = ((numbers == 0) | (numbers == 1)).all(axis=0)
    codes = np.zeros(len(X), dtype=np.int64)
    for start in range(0, int(zero_one.sum()), BITS):
        bits = numbers[:, zero_one][:, start : start + BITS]
        codes = _joined(codes, bits @ 2.0 ** np.arange(bits.shape[1]))
    for column in numbers[:, ~zero_one].T:
        codes = _joined(codes, column)
    return codes


def _joined(codes: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    own, known = pd.factorize(values)
    joined: NDArray[np.int64] = pd.factorize(codes * len(known) + own)[0]
    return joined


def refuse_missing(rows: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse missing values: who leaves must be counted before."""
    missing = rows[list(dict.fromkeys(columns))].isna().sum()
    if missing.any():
        told = ", ".join(f"{name} ({number})" for name, number in missing[missing > 0].items())
        raise ModelError(f"values are missing in {told}; select the rows first, so that they are counted")


def school_effects(cells: Cells) -> Fitted:
    r"""Least squares with an effect of every school, swept out.

    Notes
    -----
    With :math:`\bar x_g` the mean terms of school :math:`g`: :math:`\hat\beta = A^{-1} b`,
    :math:`A = \sum_i (x_i - \bar x_g)(x_i - \bar x_g)'`, and the score of a school is
    :math:`s_g = \sum_{i \in g} (x_i - \bar x_g)(e_i - \bar e_g)`.
    """
    X, size = cells.X.to_numpy(), np.asarray(cells.n.sum(axis=1), float)
    sums, y = cells.n @ X, np.asarray(cells.y.sum(axis=1), float)
    means = sums / size[:, None]
    total = X.T @ (cells.count[:, None] * X)
    A = total - sums.T @ means
    constant = np.diag(A) <= CONSTANT * np.diag(total)
    if constant.any():
        raise ModelError(f"does not differ within schools: {', '.join(cells.X.columns[constant])}")
    _refusealike_rows(A, cells.X.columns)
    beta = np.linalg.solve(A, X.T @ cells.outcome - means.T @ y)
    left = _left(cells, X @ beta)
    scores = left @ X - means * np.asarray(left.sum(axis=1), float)[:, None]
    return _fitted(cells, cells.X.columns, beta, scores, A)


def least_squares(cells: Cells) -> Fitted:
    """Least squares with an intercept and without school effects."""
    X = _with_intercept(cells.X)
    A = X.T @ (cells.count[:, None] * X)
    _refusealike_rows(A, cells.X.columns)
    beta: Floats = np.linalg.solve(A, X.T @ cells.outcome)
    return _fitted(cells, [INTERCEPT, *cells.X.columns], beta, _left(cells, X @ beta) @ X, A)


def logit(cells: Cells) -> Fitted:
    """Logit with an intercept, by Newton's method (for a logit the same as iteratively reweighted least squares).

    Raises
    ------
    ModelError
        If the terms cannot be told apart.
    NoMaximumError
        If nobody or everybody with some term has the outcome.
    """
    X, count, ones = _with_intercept(cells.X), cells.count, cells.outcome
    _refusealike_rows(X.T @ (count[:, None] * X), cells.X.columns)
    beta: Floats = _start(X, count, ones)
    for _ in range(MOST_STEPS):
        share = expit(X @ beta)
        A = X.T @ ((count * share * (1 - share))[:, None] * X)
        step = _step(A, X.T @ (ones - count * share))
        if np.abs(step).max() >= SMALL_STEP:
            beta = beta + _shortened(step, beta, X, count, ones)
        else:
            beta = beta + step
            return _fitted(cells, [INTERCEPT, *cells.X.columns], beta, _left(cells, expit(X @ beta)) @ X, A)
    raise NoMaximumError("nobody or everybody with some term has the outcome")


def _start(X: Floats, count: Floats, ones: Floats) -> Floats:
    """Begin at least squares on the log odds of cells, each with half a pupil more on either side.

    From one log odds for all, a band in which the outcome is far more frequent is left too far on the other side.
    """
    share = (ones + 0.5) / (count + 1)
    weight = count * share * (1 - share)
    return _step(X.T @ (weight[:, None] * X), X.T @ (weight * np.log(share / (1 - share))))


def _shortened(step: Floats, beta: Floats, X: Floats, count: Floats, ones: Floats) -> Floats:
    """Halve a step until the likelihood rises: a full one overshoots where a rare band differs much from the others."""

    def height(at: Floats) -> float:
        log_odds = X @ at
        return float(ones @ log_odds - count @ np.logaddexp(0.0, log_odds))

    here = height(beta)
    for _ in range(MOST_HALVINGS):
        if height(beta + step) >= here - ROUNDING * abs(here):
            break
        step = step / 2
    return step


def _step(A: Floats, gradient: Floats) -> Floats:
    try:
        step: Floats = np.linalg.solve(A, gradient)
    except np.linalg.LinAlgError as error:  # a separated outcome takes the weights of a group to zero
        raise NoMaximumError("nobody or everybody with some term has the outcome") from error
    return step


def average_effects(cells: Cells, fitted: Fitted, groups: Mapping[str, Sequence[str]]) -> Fitted:
    r"""Average marginal effects of a logit, dummies as dummies.

    The effect of a 0/1 term is the mean difference in probability if every pupil had the term and none of the others of
    its factor, against the reference of the factor; that of a number is the mean derivative. (`get_margeff` of
    statsmodels with ``dummy=True`` changes one column only, so that a pupil may have two levels of education.)

    Parameters
    ----------
    cells, fitted
        As `logit` took and gave them.
    groups
        The terms of each factor told; a factor of a single term that is not 0/1 is a number.

    Notes
    -----
    Errors by the delta method, of the coefficients only: the pupils are taken as they are.
    """
    X, weight = _with_intercept(cells.X), cells.count / cells.count.sum()
    names, beta = list(fitted.coefficients.index), fitted.coefficients.to_numpy()
    effects, gradients = {}, []
    for terms in groups.values():
        places = [names.index(term) for term in terms]
        for term, place in zip(terms, places, strict=True):
            effect, gradient = _average_effect(X, weight, beta, place, places)
            effects[term] = effect
            gradients.append(gradient)
    influence = fitted.influence.to_numpy() @ np.column_stack(gradients)
    return Fitted(pd.Series(effects), pd.DataFrame(influence, fitted.influence.index, list(effects)), fitted.n_obs)


def _average_effect(X: Floats, weight: Floats, beta: Floats, place: int, places: list[int]) -> tuple[float, Floats]:
    if not np.isin(X[:, place], (0, 1)).all():
        share = expit(X @ beta)
        slope = weight * share * (1 - share)
        gradient: Floats = beta[place] * (slope * (1 - 2 * share)) @ X
        gradient[place] += slope.sum()
        return float(beta[place] * slope.sum()), gradient
    base = X @ beta - X[:, places] @ beta[places]
    without, with_it = expit(base), expit(base + beta[place])
    before, after = weight * without * (1 - without), weight * with_it * (1 - with_it)
    gradient = (after - before) @ X
    gradient[places] = 0.0
    gradient[place] = after.sum()
    return float(weight @ (with_it - without)), gradient


def _with_intercept(X: pd.DataFrame) -> Floats:
    return np.column_stack([np.ones(len(X)), X.to_numpy()])


def _left(cells: Cells, expected: Floats) -> csr_array:
    """Residuals summed by school and cell."""
    left = cells.y.data - cells.n.data * expected[cells.n.indices]
    return csr_array((left, cells.n.indices, cells.n.indptr), shape=cells.n.shape)


def times(cells: Cells, values: Floats) -> csr_array:
    """Multiply the number of pupils of each school and cell by a value of the cell."""
    return csr_array((cells.n.data * values[cells.n.indices], cells.n.indices, cells.n.indptr), shape=cells.n.shape)


def _fitted(cells: Cells, terms: Iterable[str], beta: Floats, scores: Floats, A: Floats) -> Fitted:
    n, groups, k = int(cells.count.sum()), len(cells.schools), len(beta)
    if groups < 2:
        raise ModelError("errors clustered by school need at least two schools")
    correction = groups / (groups - 1) * (n - 1) / (n - k)
    influence = np.sqrt(correction) * np.linalg.solve(A, scores.T).T
    names = list(terms)
    return Fitted(pd.Series(beta, names), pd.DataFrame(influence, cells.schools, names), n)


def _refusealike_rows(A: Floats, terms: Iterable[str]) -> None:
    size = np.sqrt(np.diag(A))
    alike = A / np.outer(size, size) if (size > 0).all() else np.zeros_like(A)
    if np.linalg.matrix_rank(alike, tol=1e-9, hermitian=True) < len(A):
        raise ModelError(f"the data cannot tell apart {', '.join(map(str, terms))}")
