r"""Ordered logit of the first advice given the test score.

.. math:: P(\text{advice}_i \le j) = \Lambda(\tau_j - x_i'\beta)

One coefficient tells how a group differs over the whole scale: by how much its log odds of a higher advice are above
those of the reference with the same score. It asks that this is the same at every border between levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

from analysis.chapters.advisering.models.terms import FACTORS, factors_of, group_terms, indicators, least_of, lone
from analysis.errors import ModelError, Reason
from analysis.stats.cells import alike_rows, number_rows
from analysis.stats.complete import refuse_missing
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit, of_scores, undetermined
from analysis.stats.regression import refuse_alike_terms
from analysis.stats.separation import certified, separates

SCORE = ("score", "score squared")
MODEL = "advice_ordered"
MOST_STEPS, ENOUGH = 50, 1e-10
SINGULAR = 1e13  # condition of the information beyond which no step can be computed
SCORE_MIDDLE, SCORE_UNIT = 535.0, 10.0

Floats = NDArray[np.floating[Any]]


def advice_given_score(rows: pd.DataFrame, *, outcome: str = "advice_first") -> pd.DataFrame:
    """Fit an ordered logit of the advice given the test score, groups, school composition and year.

    Parameters
    ----------
    rows
        Pupils with a test: the rows of a `sample.Sample` of under-advice, whose at-risk set has no condition on the
        advice.
    outcome
        Column of the advice, number of the level.

    Returns
    -------
    DataFrame
        As `regressions.headline`, with the score (in tens of points) and its square as factor ``score``: model
        ``advice_ordered``, both controls (``alone``: beside score and year), ``unit`` ``log odds`` of a higher advice.
        Where a term parts the advices perfectly there is no maximum: rows keep their counts and tell no estimate.
    """
    cells = _collapse(rows, outcome)
    factors = {**factors_of(cells.X, cells.count, ("advising",)), "score": list(SCORE)}
    every = [term for own in factors.values() for term in own]
    parts = [_told(cells, every, factors).assign(controls="mutual")]
    for factor, own in factors.items():
        chosen = list(dict.fromkeys([*own, *factors.get("year", []), *SCORE]))
        told = _told(cells, chosen, factors)
        parts.append(told[told["factor"] == factor].assign(controls="alone"))
    return in_form(pd.concat(parts, ignore_index=True), model=MODEL, group="all", unit="log odds", outcome="advice")


def _told(cells: _Cells, terms: Sequence[str], factors: dict[str, list[str]]) -> pd.DataFrame:
    cells = cells.only(terms)
    factor = {term: name for name, own in factors.items() for term in own}
    try:
        told = _maximised(cells).rows()
    except ModelError as error:
        if error.reason is not Reason.SEPARATED:
            raise
        told = undetermined(terms, cells.schools, int(cells.count.sum()), Reason.SEPARATED).rows()
    told = told[told["term"].isin(terms)]
    least = least_of(cells.X, cells.count)
    return told.assign(factor=told["term"].map(factor), n_least=told["term"].map(least))


@dataclass(frozen=True)
class _Cells:
    """Pupils with the same terms and advice; `level` counts the levels that occur from 0."""

    X: pd.DataFrame
    level: NDArray[np.int64]
    n: csr_array
    schools: pd.Index

    @property
    def count(self) -> Floats:
        return np.bincount(self.n.indices, self.n.data, minlength=len(self.X)).astype(float)

    def only(self, terms: Sequence[str]) -> _Cells:
        X = self.X[list(terms)]
        codes = alike_rows(X.assign(level=self.level.astype(float)))
        _, first = np.unique(codes, return_index=True)
        n = csr_array((self.n.data, codes[self.n.indices], self.n.indptr), shape=(len(self.schools), len(first)))
        return _Cells(X.iloc[first].reset_index(drop=True), self.level[first], n, self.schools)


def fit(rows: pd.DataFrame, outcome: str, terms: Sequence[str]) -> tuple[Fit, pd.Series[int]]:
    """Maximise the likelihood by Newton's method, which is concave; errors clustered by school.

    Returns
    -------
    tuple of Fit and Series
        The coefficients of the terms and then the borders (``border 1`` ...), and per term the pupils in the smaller of
        its group and all others.

    Raises
    ------
    ModelError
        If a value is missing, everybody has the same advice, the terms cannot be told apart, or there is no finite
        maximum: a term, or a combination, parts the advices at every border at which there is a choice
        (`Reason.SEPARATED`), such as a group with the highest advice only.
    """
    cells = _collapse(rows, outcome).only(terms)
    return _maximised(cells), least_of(cells.X, cells.count)


def _maximised(cells: _Cells) -> Fit:
    X, count, k = cells.X.to_numpy(), cells.count, cells.X.shape[1]
    if cells.level.max() == 0:
        raise ModelError("an ordered logit of the advice: everybody has the same", Reason.NO_VARIATION)
    _refuse_alike(X, count, list(map(str, cells.X)))
    theta, converged = _climbed(X, cells.level, count)
    scores, information = _derivatives(theta, X, cells.level, count)
    if not (converged and _proven(theta, X, cells.level, count)) and separates(_margins(X, cells.level, count)):
        raise ModelError(
            "an ordered logit of the advice: some (combination of) terms parts the advices perfectly, so that there is "
            "no finite maximum",
            Reason.SEPARATED,
        )
    if not converged:
        raise ModelError(
            f"an ordered logit of the advice finds no maximum in {MOST_STEPS} steps", Reason.NO_CONVERGENCE
        )
    names = [*cells.X, *(f"border {j}" for j in range(1, len(theta) - k + 1))]
    return _fitted(cells, theta, names, scores, information)


def _climbed(X: Floats, level: NDArray[np.int64], count: Floats) -> tuple[Floats, bool]:
    """Step to the maximum, and tell whether the steps came to an end."""
    theta: Floats = np.concatenate([np.zeros(X.shape[1]), _start(level, count)])
    value = _log_likelihood(theta, X, level, count)
    for _ in range(MOST_STEPS):
        scores, information = _derivatives(theta, X, level, count)
        gradient = count @ scores
        size = np.sqrt(np.abs(np.diag(information)))
        if not (size > 0).all() or np.linalg.cond(information / np.outer(size, size)) > SINGULAR:
            break
        step: Floats = np.linalg.solve(information, gradient)
        if gradient @ step < ENOUGH:
            return theta, True
        theta, value = _climb(theta, step, value, partial(_log_likelihood, X=X, level=level, count=count))
    return theta, False


def _refuse_alike(X: Floats, count: Floats, terms: Sequence[str]) -> None:
    """Refuse terms that the data cannot tell apart; the borders take the place of an intercept."""
    centred = X - count @ X / count.sum()
    refuse_alike_terms(centred.T @ (count[:, None] * centred), terms)


def _uncorrelated(X: Floats, count: Floats) -> Floats:
    """Bring the terms to coordinates of unit spread; the borders take up what is subtracted."""
    centred = X - count @ X / count.sum()
    upper = np.linalg.qr(np.sqrt(count / count.sum())[:, None] * centred, mode="r")
    return np.asarray(centred @ np.linalg.inv(upper))


def _margins(X: Floats, level: NDArray[np.int64], count: Floats) -> Floats:
    r"""Lay out what a direction that separates makes nowhere negative; see `analysis.stats.separation`.

    With :math:`d` a change of the coefficients and :math:`t` one of the borders, :math:`\ln(F_u - F_l)` does not fall
    where :math:`t_u - x'd \ge 0` at the border above the advice and :math:`x'd - t_l \ge 0` at the one below it.
    """
    rows, borders = _uncorrelated(X, count), np.eye(int(level.max()))
    above, below = level < len(borders), level > 0
    return np.vstack(
        [
            np.hstack([-rows[above], borders[level[above]]]),
            np.hstack([rows[below], -borders[level[below] - 1]]),
        ]
    )


def _proven(theta: Floats, X: Floats, level: NDArray[np.int64], count: Floats) -> bool:
    r"""Prove that the maximum is finite by `separation.certified`, its bound M widened by :math:`2r + 1`.

    With :math:`A, B \ge 0` what a separating direction adds to the border above and takes off the one below,
    :math:`r_u = f_u/p`, :math:`r_l = f_l/p` and `r` the largest of these: :math:`s'd = r_u A + r_l B`, while
    :math:`d'Hd \le r_u (r_u + 1) A^2 + r_l (r_l + 1) B^2 + 2 r_u r_l A B \le (2r + 1) M s'd`.
    """
    k, rows = X.shape[1], _uncorrelated(X, count)
    # The same point in the coordinates of `rows`: borders less what was subtracted, coefficients by least squares.
    eta = (X - count @ X / count.sum()) @ theta[:k]
    turned = np.concatenate(
        [np.linalg.lstsq(rows, eta, rcond=None)[0], theta[k:] - (count @ X / count.sum()) @ theta[:k]]
    )
    scores, information = _derivatives(turned, rows, level, count)
    upper, lower = _borders(turned, rows, level)
    densest = float((np.maximum(upper * (1 - upper), lower * (1 - lower)) / np.maximum(upper - lower, 1e-300)).max())
    longest = float(np.sqrt((rows**2).sum(axis=1).max() + 1.0)) * (2 * densest + 1)
    return certified(longest, float(count.sum()), count @ scores, information)


def _collapse(rows: pd.DataFrame, outcome: str) -> _Cells:
    columns = [*(name for name in FACTORS if name != "advising"), "year", "cet"]
    refuse_missing(rows, [*columns, outcome, "location"], outcome)
    codes = number_rows(rows, [*columns, outcome])
    _, first = np.unique(codes, return_index=True)
    chosen, years = rows.iloc[first], sorted(rows["year"].unique())
    score = (chosen["cet"] - SCORE_MIDDLE) / SCORE_UNIT
    X = group_terms(chosen).join(indicators(chosen["year"], years, "year"))
    X = X.assign(**dict(zip(SCORE, (score, score**2), strict=True)))
    alone = lone(X, np.bincount(codes).astype(float))
    if alone.any():
        return _collapse(rows[~alone[codes]], outcome)
    _, level = np.unique(chosen[outcome].to_numpy(), return_inverse=True)
    school, schools = pd.factorize(rows["location"])
    n = csr_array((np.ones(len(rows)), (school, codes)), shape=(len(schools), len(first)))
    return _Cells(X.astype(float).reset_index(drop=True), level, n, pd.Index(schools, name="location"))


def _start(level: NDArray[np.int64], count: Floats) -> Floats:
    below = np.bincount(level, count).cumsum()[:-1] / count.sum()
    start: Floats = np.log(below / (1 - below))
    return start


def _borders(theta: Floats, X: Floats, level: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Probability of an advice up to the level, and below it."""
    k = X.shape[1]
    padded = np.concatenate([[-np.inf], theta[k:], [np.inf]])
    eta = X @ theta[:k]
    return expit(padded[level + 1] - eta), expit(padded[level] - eta)


def _log_likelihood(theta: Floats, X: Floats, level: NDArray[np.int64], count: Floats) -> float:
    if (np.diff(theta[X.shape[1] :]) <= 0).any():
        return -np.inf
    upper, lower = _borders(theta, X, level)
    return float(count @ np.log(np.maximum(upper - lower, 1e-300)))


def _derivatives(theta: Floats, X: Floats, level: NDArray[np.int64], count: Floats) -> tuple[Floats, Floats]:
    r"""Scores of each cell, and the observed information.

    With :math:`F_u, F_l` the two probabilities of `_borders`, :math:`f = F(1 - F)` and :math:`p = F_u - F_l`:
    :math:`\partial \ln p/\partial\eta = F_u + F_l - 1`, :math:`\partial \ln p/\partial\tau_u = f_u/p` and
    :math:`\partial \ln p/\partial\tau_l = -f_l/p`.
    """
    k, m = X.shape[1], len(theta) - X.shape[1]
    upper, lower = _borders(theta, X, level)
    p = np.maximum(upper - lower, 1e-300)
    fu, fl = upper * (1 - upper), lower * (1 - lower)
    rows, has_u, has_l = np.arange(len(level)), level < m, level > 0
    # Columns of a border above the highest or below the lowest level: their densities are zero.
    up = csr_array((np.ones(has_u.sum()), (rows[has_u], level[has_u])), shape=(len(level), m))
    low = csr_array((np.ones(has_l.sum()), (rows[has_l], level[has_l] - 1)), shape=(len(level), m))
    borders = up.multiply((fu / p)[:, None]).toarray() - low.multiply((fl / p)[:, None]).toarray()
    scores = np.hstack([(upper + lower - 1)[:, None] * X, borders])
    uu = (fu / p) ** 2 - fu * (1 - 2 * upper) / p
    ll = (fl / p) ** 2 + fl * (1 - 2 * lower) / p
    ul = fu * fl / p**2
    information = np.zeros((k + m, k + m))
    information[:k, :k] = X.T @ ((count * (fu + fl))[:, None] * X)
    cross = up.multiply((count * fu)[:, None]) + low.multiply((count * fl)[:, None])
    information[:k, k:] = -(cross.T @ X).T
    information[k:, :k] = information[:k, k:].T
    place = np.arange(m)
    information[k + place, k + place] = up.T @ (count * uu) + low.T @ (count * ll)
    # Only neighbouring borders share a level.
    between = np.bincount(level, count * ul, minlength=m + 1)[1:m]
    information[k + place[:-1], k + place[1:]] -= between
    information[k + place[1:], k + place[:-1]] -= between
    return scores, information


def _climb(theta: Floats, step: Floats, value: float, height: partial[float]) -> tuple[Floats, float]:
    """Take the step, halved until it goes up."""
    for halvings in range(30):
        there = theta + step / 2**halvings
        found = height(there)
        if found >= value:
            return there, found
    return theta + step / 2**30, value


def _fitted(cells: _Cells, theta: Floats, names: list[str], scores: Floats, information: Floats) -> Fit:
    coefficients, inverse = pd.Series(theta, names), np.linalg.inv(information)
    return of_scores(coefficients, cells.n @ scores, inverse, cells.schools, int(cells.count.sum()))
