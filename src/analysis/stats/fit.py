r"""A fitted model: its coefficients, and the influence of every cluster on them.

The one convention for clustered errors of this project. With :math:`A` the information (minus the derivative of the
summed scores; :math:`X'WX` in least squares) and :math:`s_g` the scores of cluster :math:`g`, summed, the influence of
the cluster on the coefficients and their covariance are

.. math:: u_g = \sqrt{c}\, A^{-1} s_g, \qquad V = \sum_g u_g u_g'

which is the sandwich of Liang and Zeger. The small-sample factor is

- :math:`c = \frac{G}{G-1}\frac{N-1}{N-K}` (known as CR1) in regressions, with :math:`G` clusters, :math:`N` rows and
  :math:`K` coefficients; absorbed effects (of schools, say) that are within clusters do not count;
- :math:`c = \frac{G}{G-1}` for means, choices and local polynomials.

Intervals and p-values come from Student's t with :math:`G - 1` degrees of freedom. Influence and not covariance is what
a fit holds: sums over clusters of products of the influence on two fits are the covariances between them.

References
----------
Liang and Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73(1). Cameron and Miller
(2015), A practitioner's guide to cluster-robust inference, Journal of Human Resources 50(2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.estimates import in_form, t_interval

Floats = NDArray[np.floating[Any]]
Number = TypeVar("Number", float, pd.Series)


@dataclass(frozen=True)
class Fit:
    """A fitted model with errors clustered by the convention of this module.

    Parameters
    ----------
    coefficients : By term, shape (terms,), in the unit of the outcome per unit of the term (log odds in a logit).
    influence
        Of every cluster on the coefficients, clusters by terms, in the same units; indexed by cluster, so that fits of
        the same clusters can be combined. The sum of its outer products is the covariance.
    n_obs : Rows (persons, schools in a year) that the estimates rest on.
    reason : Why the data do not determine the coefficients: all numbers are then missing. Empty where they do.
    of_one_cluster : Terms that vary in one cluster only, whose error is therefore not known.
    """

    coefficients: pd.Series
    influence: pd.DataFrame
    n_obs: int
    reason: str = ""
    of_one_cluster: frozenset[str] = frozenset()

    @property
    def n_clusters(self) -> int:
        return len(self.influence)

    @property
    def df(self) -> int:
        """Degrees of freedom of intervals and p-values."""
        return self.n_clusters - 1

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the coefficients, terms by terms."""
        return self.influence.T @ self.influence

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors by term, shape (terms,); missing for terms `of_one_cluster` or without an estimate."""
        errors = pd.Series(np.sqrt((self.influence.to_numpy() ** 2).sum(axis=0)), self.coefficients.index)
        return errors.mask(errors.index.isin(list(self.of_one_cluster)) | self.coefficients.isna())

    def only(self, terms: Sequence[str]) -> Fit:
        """Return the fit with some of its terms, in the order given."""
        return replace(self, coefficients=self.coefficients[list(terms)], influence=self.influence[list(terms)])

    def rows(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row per term.

        Parameters
        ----------
        level : Confidence level of the intervals.

        Returns
        -------
        DataFrame
            ``term, estimate, std_error, ci_low, ci_high, p_value, n_obs, n_clusters``. A term `of_one_cluster` has no
            estimate: nothing is known but its number in that cluster.
        """
        errors = self.std_errors
        known = self.coefficients.mask(errors.index.isin(list(self.of_one_cluster)))
        rows = t_interval(known, errors, self.df + 1, level)
        rows.insert(0, "term", list(self.coefficients.index))
        return rows.assign(n_obs=self.n_obs, n_clusters=self.n_clusters)

    def estimates(
        self,
        model: str,
        group: str,
        unit: str | Mapping[str, str],
        terms: Sequence[str] | None = None,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Return the estimates in the columns of `analysis.stats.estimates.ESTIMATE_COLUMNS`.

        Parameters
        ----------
        model, group : Constants of the rows.
        unit : What one unit of the coefficient is, for all terms or by term.
        terms : Which terms to report; by default all.
        level : Confidence level of the intervals.

        Returns
        -------
        DataFrame
            One row per term, with ``reason`` after the columns where the data do not determine the model.
        """
        rows = (self if terms is None else self.only(terms)).rows(level)
        rows["unit"] = unit if isinstance(unit, str) else [unit[term] for term in rows["term"]]
        return in_form(rows.assign(reason=self.reason) if self.reason else rows, model=model, group=group)

    def combination(self, weights: Mapping[Any, float]) -> tuple[float, float]:
        r"""Return a weighted sum of coefficients and its standard error.

        For instance the effect in a group, ``{"closure": 1, "closure:laag": 1}``.

        Parameters
        ----------
        weights : By term; terms that are absent weigh zero.

        Returns
        -------
        tuple of float
            :math:`w'\hat\beta` and :math:`\sqrt{w'Vw}`.
        """
        w = np.zeros(len(self.coefficients))
        for term, weight in weights.items():
            w[self.coefficients.index.get_loc(term)] = weight
        return float(w @ self.coefficients.to_numpy()), self.error(w)

    def error(self, gradient: ArrayLike) -> float:
        r"""Return the standard error of a function of the coefficients, by the delta method.

        Parameters
        ----------
        gradient : Derivative of the function with respect to the coefficients, shape (terms,).

        Returns
        -------
        float
            :math:`\sqrt{d'Vd}`, computed as :math:`\sqrt{\sum_g (u_g'd)^2}`.
        """
        return float(np.sqrt(((self.influence.to_numpy() @ np.asarray(gradient)) ** 2).sum()))

    def transformed(self, values: pd.Series, jacobian: Floats) -> Fit:
        r"""Return functions of the coefficients as a fit, by the delta method.

        Parameters
        ----------
        values : Of the functions at the coefficients, by name, shape (functions,).
        jacobian : Their derivatives :math:`J`, shape (functions, terms).

        Returns
        -------
        Fit
            With influence :math:`J u_g`, so that the covariance is :math:`J V J'`.
        """
        influence = pd.DataFrame(self.influence.to_numpy() @ jacobian.T, self.influence.index, values.index)
        own = self.of_one_cluster & set(values.index)
        return replace(self, coefficients=values, influence=influence, of_one_cluster=own)


def correction(clusters: Number, rows: Number | None = None, terms: float = 0) -> Number:
    r"""Return the small-sample factor of a clustered covariance.

    Parameters
    ----------
    clusters, rows : Numbers :math:`G` and :math:`N`, or Series of these; without rows the factor is that of means.
    terms : Coefficients :math:`K`.

    Returns
    -------
    float or Series
        :math:`\frac{G}{G-1}`, times :math:`\frac{N-1}{N-K}` where rows are given.
    """
    factor = clusters / (clusters - 1)
    return factor if rows is None else factor * (rows - 1) / (rows - terms)


def cluster_sums(codes: NDArray[np.integer[Any]], values: Floats, n_clusters: int = 0) -> NDArray[np.float64]:
    """Sum rows by cluster.

    Parameters
    ----------
    codes : Cluster of each row, counted from 0; shape (rows,).
    values : Shape (rows, columns).
    n_clusters : Clusters, where some of the last may have no row.

    Returns
    -------
    array
        Shape (clusters, columns).
    """
    return np.stack([np.bincount(codes, column, n_clusters) for column in values.T], axis=1)


def influence_of(scores: Floats, inverse: Floats, rows: int | None = None, terms: int = 0) -> NDArray[np.float64]:
    r"""Return the influence of clusters on coefficients, of which the cross product is their covariance.

    Parameters
    ----------
    scores : Of each cluster, summed; shape (clusters, terms).
    inverse : Of the information :math:`A`; shape (terms, terms).
    rows, terms : As in `correction`.

    Returns
    -------
    array
        :math:`\sqrt{c}\, A^{-1} s_g`, shape (clusters, terms).
    """
    scale = np.sqrt(correction(float(len(scores)), rows, terms))
    return np.asarray(scale * scores @ inverse, dtype=np.float64)


def of_scores(
    coefficients: pd.Series, scores: Floats, inverse: Floats, clusters: pd.Index, n_obs: int, used: int | None = None
) -> Fit:
    r"""Return the fit of an estimator that sets the sum of scores to zero, with CR1 errors.

    Parameters
    ----------
    coefficients : By term.
    scores, inverse : As in `influence_of`.
    clusters : Names of the clusters, in the order of `scores`.
    n_obs : Rows :math:`N`.
    used : Coefficients :math:`K`; by default those given. Effects that extend over clusters count too.

    Returns
    -------
    Fit
        With influence :math:`\sqrt{c}\, A^{-1} s_g`.

    Raises
    ------
    ModelError
        There are fewer than two clusters (``TOO_FEW_CLUSTERS``), or no more rows than coefficients (``TOO_FEW``).
    """
    k = len(coefficients) if used is None else used
    if len(clusters) < 2:
        raise ModelError("clustered errors need at least two clusters", Reason.TOO_FEW_CLUSTERS)
    if n_obs <= k:
        raise ModelError(f"{n_obs} rows are too few for {k} coefficients", Reason.TOO_FEW)
    influence = influence_of(scores, inverse, n_obs, k)
    return Fit(coefficients, pd.DataFrame(influence, clusters, coefficients.index), n_obs)


def mean(values: ArrayLike, clusters: ArrayLike, weights: ArrayLike | None = None) -> Fit:
    r"""Estimate a (weighted) mean, or a share, clustered.

    Parameters
    ----------
    values, clusters : Of each row; shape (rows,).
    weights : Of each row, shape (rows,); their scale does not matter.

    Returns
    -------
    Fit
        One term, ``mean``. Its error is missing with fewer than two clusters and where all values are the same: then
        nothing is known of how alike the rows of a cluster are.

    Notes
    -----
    :math:`\bar y = \sum_i p_i y_i` with :math:`p_i = w_i / \sum w`, and
    :math:`u_g = \sqrt{G/(G-1)} \sum_{i \in g} p_i (y_i - \bar y)`.
    """
    y, (codes, names) = np.asarray(values, float), pd.factorize(np.asarray(clusters))
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    share = w / w.sum() if len(y) else w
    value = float(share @ y) if len(y) else np.nan
    influence = np.full((len(names), 1), np.nan)
    if len(names) > 1 and np.ptp(y) > 0:
        influence = influence_of(cluster_sums(codes, (share * (y - value))[:, None]), np.eye(1))
    return Fit(pd.Series({"mean": value}), pd.DataFrame(influence, pd.Index(names), ["mean"]), len(y))


def stacked(fits: Mapping[str, Fit]) -> Fit:
    """Put fits together, with the covariances between them, so that functions of several have an error.

    Parameters
    ----------
    fits : By name; fits of which the clusters have the same names are not taken for independent.

    Returns
    -------
    Fit
        Its terms are pairs of a name and a term. A cluster without rows in a fit has no influence on its coefficients;
        `Fit.n_obs` adds up the rows of the fits.
    """
    clusters = reduce(pd.Index.union, (fit.influence.index for fit in fits.values()))
    influence = {name: fit.influence.reindex(clusters, fill_value=0.0) for name, fit in fits.items()}
    coefficients = pd.concat({name: fit.coefficients for name, fit in fits.items()})
    return Fit(coefficients, pd.concat(influence, axis=1), sum(fit.n_obs for fit in fits.values()))


def undetermined(terms: Iterable[str], clusters: ArrayLike | pd.Series, n_obs: int, reason: Reason) -> Fit:
    """Return the fit of a model that the data do not determine: a reason and no numbers.

    Parameters
    ----------
    terms : Names.
    clusters : Of the rows, or of each cluster once.
    n_obs : Rows.
    reason : Why there are no numbers.

    Returns
    -------
    Fit
        Missing numbers, with the reason.
    """
    names, index = list(terms), pd.Index(pd.Series(clusters).dropna().unique())
    return Fit(pd.Series(np.nan, names), pd.DataFrame(np.nan, index, names), n_obs, reason.value)


def where_determined(fit: Callable[[], Fit], terms: Iterable[str], clusters: pd.Series) -> Fit:
    """Call an estimator; its fit is `undetermined` where the data do not determine the model.

    Parameters
    ----------
    fit : The estimator, with its arguments.
    terms : Names of its coefficients.
    clusters : Of the rows.

    Returns
    -------
    Fit
        Of the estimator, or without numbers.

    Raises
    ------
    ModelError
        Of what is not in the data but in how the model was called, such as a missing value.
    """
    try:
        return fit()
    except ModelError as error:
        error.raise_unless_of_the_data()
        return undetermined(terms, clusters, len(clusters), error.reason)


def numbered(clusters: pd.Series) -> tuple[NDArray[np.intp], pd.Index]:
    """Return numbers for the clusters.

    Parameters
    ----------
    clusters : Name of the cluster of each row.

    Returns
    -------
    array
        Number of the cluster of each row, counted from 0.
    Index
        Names of the clusters.

    Raises
    ------
    ModelError
        There is one cluster only (``TOO_FEW_CLUSTERS``).
    """
    codes, names = pd.factorize(clusters)
    if len(names) < 2:
        raise ModelError("errors clustered by school need at least two schools", Reason.TOO_FEW_CLUSTERS)
    return codes, pd.Index(names)
