r"""Regressions by (weighted) least squares, with errors clustered by the convention of `analysis.stats.fit`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.estimates import ROUNDING
from analysis.stats.fit import Fit, cluster_sums, numbered, of_scores, where_determined
from analysis.stats.support import check_clusters

INTERCEPT = "intercept"
ABSORBED = 1e-9  # a term is nothing but effects when less than this part of its standard deviation is left
ALIKE = 1e-9  # smallest eigenvalue of the terms' correlations: the square of a relative size of 3e-5
PART = 1e-3  # loading from which a term takes part in a combination of terms that is nothing


def fit(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    cluster: str,
    entity: str | None = None,
    weights: str | None = None,
) -> Fit:
    r"""Regress by (weighted) least squares, with errors clustered by the convention of this module.

    Parameters
    ----------
    frame : One row per observation.
    outcome : Column.
    terms : Numeric or 0/1 columns; ``a:b`` is the product of two columns. An intercept is added.
    cluster : Column; errors may be correlated within its values.
    entity : Column whose effects are absorbed (no intercept then); its values must be within clusters.
    weights : Column of positive weights, such as inverse probabilities; their scale does not matter.

    Returns
    -------
    Fit
        Coefficients in the unit of the outcome per unit of the term.

    Raises
    ------
    ModelError
        If a value is missing, a weight is not positive, there is one cluster only, an entity is in several clusters,
        the effects of entities absorb a term, the terms are collinear, there are no more rows than terms, or
        one cluster alone determines a term.

    Notes
    -----
    Minimises :math:`\sum_i w_i (y_i - x_i'\beta - \alpha_{e(i)})^2`; effects of entities are absorbed by subtracting
    weighted means within entities.
    """
    if frame.empty:
        raise ModelError(f"{outcome}: there are no rows", Reason.TOO_FEW)
    data = _design(frame, outcome, terms, [name for name in (cluster, entity, weights) if name])
    w = pd.Series(1.0, index=data.index) if weights is None else data[weights].astype(float)
    if not (w > 0).all():
        raise ModelError(f"{weights}: weights must be positive", Reason.INVALID)
    numbers = data[[outcome, *terms]].astype(float)
    if entity is None:
        numbers.insert(1, INTERCEPT, 1.0)
    else:
        if data[[entity, cluster]].drop_duplicates()[entity].duplicated().any():
            raise ModelError(f"{entity} must be within {cluster} for its effects to be absorbed", Reason.INVALID)
        demeaned = _demeaned(numbers, data[entity], w)
        check_not_absorbed(demeaned[[*terms]].to_numpy(), numbers[[*terms]].to_numpy(), terms, entity)
        numbers = demeaned
    y, X = numbers[outcome], numbers.drop(columns=outcome)
    if len(X) <= X.shape[1]:
        raise ModelError(f"{outcome}: {len(X)} rows are too few for {X.shape[1]} terms", Reason.TOO_FEW)
    check_distinct(X, outcome)
    codes, clusters = numbered(data[cluster])
    largest = float(data[outcome].abs().max())
    if entity is not None:
        check_clusters(X.to_numpy(), codes, list(map(str, X.columns)), w.to_numpy())
        return _least_squares(y, X, w, codes, clusters, largest)
    middle = X.mean().where(X.columns != INTERCEPT, 0.0)  # far from zero terms would hardly differ from the intercept
    others = (X - middle)[[*X.columns[1:], INTERCEPT]]
    check_clusters(others.to_numpy(), codes, [str(term) for term in X.columns[1:]], w.to_numpy())
    return _from_means(_least_squares(y, X - middle, w, codes, clusters, largest), middle)


def fit_where_determined(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    cluster: str,
    entity: str | None = None,
    weights: str | None = None,
) -> Fit:
    """Fit as `fit` does; a regression that the data do not determine has a reason and no numbers.

    Parameters
    ----------
    frame, outcome, terms, cluster, entity, weights : As of `fit`.

    Returns
    -------
    Fit
        Of `fit`, or `fit.undetermined`.
    """
    names = [*([INTERCEPT] if entity is None else []), *terms]
    fitted = partial(fit, frame, outcome, terms, cluster=cluster, entity=entity, weights=weights)
    return where_determined(fitted, names, frame[cluster])


def _least_squares(
    y: pd.Series, X: pd.DataFrame, w: pd.Series, codes: NDArray[np.intp], clusters: pd.Index, largest: float
) -> Fit:
    result = sm.WLS(y, X, weights=w).fit()
    residuals = np.asarray(result.resid, dtype=np.float64)
    scores = cluster_sums(codes, X.to_numpy() * (w.to_numpy() * residuals)[:, None])
    fitted = of_scores(result.params, scores, np.asarray(result.normalized_cov_params), clusters, len(y))
    return without_rounding(fitted, residuals, largest)


def without_rounding(fitted: Fit, residuals: Floats, largest: float) -> Fit:
    """Set the errors to zero of a regression whose residuals are rounding.

    Parameters
    ----------
    fitted : The regression.
    residuals : Of the rows, in the unit of the outcome.
    largest : Largest absolute value of the outcome.

    Returns
    -------
    Fit
        With the same coefficients.
    """
    nothing = not (np.abs(residuals) > ROUNDING * largest).any()
    return replace(fitted, influence=0.0 * fitted.influence) if nothing else fitted


def _from_means(fitted: Fit, middle: pd.Series) -> Fit:
    """Turn a regression on distances to `middle` into one on the terms: only the intercept is another."""
    back = np.eye(len(middle))
    back[0, 1:] = -middle.to_numpy()[1:]
    return fitted.transformed(pd.Series(back @ fitted.coefficients.to_numpy(), middle.index), back)


def _design(frame: pd.DataFrame, outcome: str, terms: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Return the columns, products included; nothing may be missing."""
    check_complete(frame, [outcome, *terms, *others], outcome)
    products = {
        term: frame[list(term.split(":"))].astype(float).prod(axis=1, skipna=False) for term in terms if ":" in term
    }
    plain = dict.fromkeys([outcome, *(term for term in terms if ":" not in term), *others])
    return frame[list(plain)].assign(**products)


def _demeaned(numbers: pd.DataFrame, entity: pd.Series, weights: pd.Series) -> pd.DataFrame:
    totals = numbers.mul(weights, axis=0).groupby(entity).transform("sum")
    return numbers - totals.div(weights.groupby(entity).transform("sum"), axis=0)


def check_not_absorbed(left: Floats, raw: Floats, terms: Sequence[str], effects: str) -> None:
    """Check that no term is absorbed by fixed effects, on the scale of the term itself.

    Parameters
    ----------
    left, raw : The terms without and with what the effects explain, shape (rows, terms).
    terms : Their names.
    effects : What absorbs, for the message.

    Raises
    ------
    ModelError
        `Reason.ABSORBED`; it names the terms.
    """
    around_mean = np.linalg.norm(raw - raw.mean(axis=0), axis=0)
    rounding = ROUNDING * np.linalg.norm(raw, axis=0)
    absorbed = np.linalg.norm(left, axis=0) <= ABSORBED * around_mean + rounding
    if absorbed.any():
        names = ", ".join(name for name, none in zip(terms, absorbed, strict=True) if none)
        raise ModelError(f"{names}: absorbed by the effects of {effects}, so that it has no estimate", Reason.ABSORBED)


def check_distinct(X: pd.DataFrame, outcome: str) -> None:
    """Check that no term is a combination of others, whatever their origin and unit.

    Where there is an intercept the others are taken from their means: a constant is then the same as the intercept.

    Parameters
    ----------
    X : Terms, shape (rows, terms).
    outcome : For the message.

    Raises
    ------
    ModelError
        ``COLLINEAR``; it names the terms.
    """
    numbers = X.to_numpy(float)
    if INTERCEPT in X:
        others = (X.columns != INTERCEPT)[None, :]
        numbers = np.where(others, numbers - numbers.mean(axis=0), numbers)
        numbers = np.where(np.abs(numbers) <= ROUNDING * np.abs(X.to_numpy(float)).max(axis=0), 0.0, numbers)
    scale = np.linalg.norm(numbers, axis=0)
    scaled = numbers / np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    loads = np.abs(vectors[:, values < ALIKE]).max(axis=1, initial=0.0) > PART
    if loads.any():
        names = ", ".join(str(name) for name, part in zip(X.columns, loads, strict=True) if part)
        raise ModelError(f"{outcome}: the terms are collinear: {names}", Reason.COLLINEAR)


def check_distinct_products(information: NDArray[np.floating[Any]], terms: Iterable[str]) -> None:
    """Check that no term is a combination of others, from their cross products.

    Parameters
    ----------
    information : :math:`X'X`, or another information matrix; shape (terms, terms).
    terms : Their names, for the message.

    Raises
    ------
    ModelError
        ``COLLINEAR``.
    """
    size = np.sqrt(np.diag(information))
    alike = information / np.outer(size, size) if (size > 0).all() else np.zeros_like(information)
    if np.linalg.matrix_rank(alike, tol=1e-9, hermitian=True) < len(information):
        raise ModelError(f"the terms are collinear: {', '.join(map(str, terms))}", Reason.COLLINEAR)


def in_sd(values: pd.Series, what: str) -> pd.Series:
    """Standardise numbers over the rows.

    Parameters
    ----------
    values : Numbers.
    what : Their name, for the message.

    Returns
    -------
    Series
        In standard deviations from the mean.

    Raises
    ------
    ModelError
        If they do not vary.
    """
    distance = values - values.mean()
    if not (distance.abs() > ROUNDING * values.abs().max()).any():
        raise ModelError(f"{what} does not vary", Reason.NO_VARIATION)
    return distance / values.std()
