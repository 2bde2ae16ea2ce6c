"""What a regression with errors clustered by school gives, by the convention of `analysis.stats.regression`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.regression import t_interval

ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")

Floats = NDArray[np.floating[Any]]


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
    of_one_school
        Terms of which one school alone says anything, so that their errors are not known.
    """

    coefficients: pd.Series
    influence: pd.DataFrame
    n_obs: int
    of_one_school: frozenset[str] = frozenset()

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
        """Standard errors, by term; missing `of_one_school`."""
        errors = pd.Series(np.sqrt((self.influence.to_numpy() ** 2).sum(axis=0)), self.coefficients.index)
        return errors.mask(errors.index.isin(list(self.of_one_school)))

    def told(self) -> pd.DataFrame:
        """Tell every term: ``term, estimate, std_error, ci_low, ci_high, p_value, n_obs, n_clusters``.

        Of a term `of_one_school` nothing is known but its number in that school: it has no estimate.
        """
        errors = self.std_errors
        rows = t_interval(self.coefficients.mask(errors.isna()), errors, self.n_clusters)
        rows.insert(0, "term", list(self.coefficients.index))
        return rows.assign(n_obs=self.n_obs, n_clusters=self.n_clusters)


def no_estimates(terms: Iterable[str], n_obs: int, n_clusters: int) -> pd.DataFrame:
    """Lay out rows as `Fitted.told` without an estimate, for a likelihood without a maximum."""
    rows = pd.DataFrame({"term": list(terms), **dict.fromkeys(ESTIMATE, np.nan)})
    return rows.assign(n_obs=n_obs, n_clusters=n_clusters)


def of_scores(terms: Iterable[str], beta: Floats, scores: Floats, A: Floats, schools: pd.Index, n: int) -> Fitted:
    """Make a fitted regression of the scores of schools.

    Parameters
    ----------
    terms, beta
        Names and coefficients.
    scores
        Of each school, summed over its pupils; shape (schools, terms).
    A
        Information; shape (terms, terms).
    n
        Pupils.
    """
    groups, k = len(schools), len(beta)
    if groups < 2:
        raise ModelError("errors clustered by school need at least two schools", Reason.TOO_FEW_CLUSTERS)
    if n <= k:
        raise ModelError(f"{n} pupils are too few for {k} terms", Reason.TOO_FEW)
    correction = groups / (groups - 1) * (n - 1) / (n - k)
    influence = np.sqrt(correction) * np.linalg.solve(A, scores.T).T
    names = list(terms)
    return Fitted(pd.Series(beta, names), pd.DataFrame(influence, schools, names), n)


def refuse_alike_terms(A: Floats, terms: Iterable[str]) -> None:
    """Refuse terms that the data cannot tell apart."""
    size = np.sqrt(np.diag(A))
    alike = A / np.outer(size, size) if (size > 0).all() else np.zeros_like(A)
    if np.linalg.matrix_rank(alike, tol=1e-9, hermitian=True) < len(A):
        raise ModelError(f"the data cannot tell apart {', '.join(map(str, terms))}", Reason.COLLINEAR)
