r"""Regressions with errors clustered by school: the one convention for clustered errors of this project.

The convention, for every model that is fitted by statsmodels:

- the sandwich of Liang and Zeger, :math:`c\,A^{-1} \bigl(\sum_g s_g s_g'\bigr) A^{-1}` with :math:`s_g` the summed
  scores of cluster :math:`g`;
- :math:`c = \frac{G}{G-1}\frac{N-1}{N-K}` (known as CR1), :math:`G` clusters, :math:`N` rows, :math:`K` coefficients
  that are told; effects that are swept out (`entity`) do not count, as they lie within clusters;
- intervals and p-values from Student's t with :math:`G-1` degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.complete import refuse_missing
from analysis.stats.estimates import in_form
from analysis.stats.support import refuse_one_cluster

INTERCEPT = "intercept"
ABSORBED = 1e-9  # a term is nothing but effects when less than this part of its spread is left
ROUNDING = 64 * float(np.finfo(float).eps)  # what remains of a number when it is subtracted from itself
ALIKE = 1e-9  # smallest eigenvalue of the terms' correlations: the square of a relative spread of 3e-5
PART = 1e-3  # loading from which a term takes part in a combination of terms that is nothing
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Regression:
    """A fitted regression.

    Parameters
    ----------
    coefficients
        By term.
    covariance
        Of the coefficients, clustered; terms by terms.
    residuals
        Outcome minus what the terms (and the swept-out effects) expect, one per row.
    n_obs, n_clusters
        Rows and clusters that the estimates rest on.
    reason
        Why there are no estimates, when the data do not determine them: all numbers are then missing.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    residuals: pd.Series
    n_obs: int
    n_clusters: int
    reason: str = ""

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors, by term."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.coefficients.index)

    def estimates(
        self,
        model: str,
        group: str,
        unit: str | Mapping[str, str],
        terms: Sequence[str] | None = None,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Tell the estimates in the one form of `analysis.stats.estimates`.

        Parameters
        ----------
        model, group
            Constants of the rows.
        unit
            What one unit of the coefficient is, for all terms or by term.
        terms
            Which terms to tell; by default all.
        level
            Confidence level of the intervals.
        """
        told = list(self.coefficients.index if terms is None else terms)
        rows = t_interval(self.coefficients[told], self.std_errors[told], self.n_clusters, level)
        rows["unit"] = unit if isinstance(unit, str) else [unit[term] for term in told]
        rows.insert(0, "term", told)
        if self.reason:
            rows["reason"] = self.reason
        return in_form(rows, model=model, group=group, n_obs=self.n_obs, n_clusters=self.n_clusters)

    def combination(self, weights: Mapping[str, float]) -> tuple[float, float]:
        """Return a weighted sum of coefficients and its standard error.

        For instance the effect in a group, ``{"closure": 1, "closure:laag": 1}``.
        """
        terms, w = list(weights), np.array(list(weights.values()))
        variance = w @ self.covariance.loc[terms, terms].to_numpy() @ w
        return float(w @ self.coefficients[terms].to_numpy()), float(np.sqrt(variance))


def t_interval(
    estimate: pd.Series, std_error: pd.Series, n_clusters: int | pd.Series, level: float = 0.95
) -> pd.DataFrame:
    """Give estimates their interval and p-value by Student's t with one degree of freedom less than clusters.

    Returns
    -------
    DataFrame
        ``estimate, std_error, ci_low, ci_high, p_value``; the p-value is two-sided, against zero. An error of zero is
        that of an outcome which does not vary, such as one salary for all: nothing is known of how exact it is.
    """
    value, error = np.asarray(estimate, float), np.asarray(std_error, float)
    error = np.where(error > ROUNDING * np.abs(value), error, np.nan)
    df = np.asarray(n_clusters) - 1
    half = student.ppf((1 + level) / 2, df) * error
    return pd.DataFrame(
        {
            "estimate": value,
            "std_error": error,
            "ci_low": value - half,
            "ci_high": value + half,
            "p_value": 2 * student.sf(np.abs(value / error), df),
        }
    )


def fit(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    cluster: str,
    entity: str | None = None,
    weights: str | None = None,
) -> Regression:
    r"""Regress by (weighted) least squares, with errors clustered by the convention of this module.

    Parameters
    ----------
    frame
        One row per observation.
    outcome
        Column.
    terms
        Numeric or 0/1 columns; ``a:b`` is the product of two columns. An intercept is added.
    cluster
        Column; errors may be correlated within its values.
    entity
        Column whose effects are swept out (no intercept then); its values must lie within clusters.
    weights
        Column of positive weights, such as inverse probabilities; their scale does not matter.

    Raises
    ------
    ModelError
        If a value is missing, a weight is not positive, there is one cluster only, an entity lies in several clusters,
        the effects of entities absorb a term, the terms cannot be told apart, there are no more rows than terms, or
        one cluster alone says something of a term.

    Notes
    -----
    Minimises :math:`\sum_i w_i (y_i - x_i'\beta - \alpha_{e(i)})^2`; effects of entities are swept out by subtracting
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
            raise ModelError(f"{entity} must lie within {cluster} for its effects to be swept out", Reason.INVALID)
        swept = _swept(numbers, data[entity], w)
        refuse_absorbed(swept[[*terms]].to_numpy(), numbers[[*terms]].to_numpy(), terms, entity)
        numbers = swept
    y, X = numbers[outcome], numbers.drop(columns=outcome)
    if len(X) <= X.shape[1]:
        raise ModelError(f"{outcome}: {len(X)} rows are too few for {X.shape[1]} terms", Reason.TOO_FEW)
    refuse_alike(X, outcome)
    codes = numbered(data[cluster])
    largest = float(data[outcome].abs().max())
    if entity is not None:
        refuse_one_cluster(X.to_numpy(), codes, list(map(str, X.columns)), w.to_numpy())
        return without_rounding(clustered(sm.WLS(y, X, weights=w), data[cluster]), largest)
    middle = X.mean().where(X.columns != INTERCEPT, 0.0)  # far from zero terms would hardly differ from the intercept
    others = (X - middle)[[*X.columns[1:], INTERCEPT]]
    refuse_one_cluster(others.to_numpy(), codes, [str(term) for term in X.columns[1:]], w.to_numpy())
    found = without_rounding(clustered(sm.WLS(y, X - middle, weights=w), data[cluster]), largest)
    return _from_means(found, middle)


def fit_where_determined(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    cluster: str,
    entity: str | None = None,
    weights: str | None = None,
) -> Regression:
    """Fit as `fit` does; a regression that the data do not determine has a reason and no numbers."""
    try:
        return fit(frame, outcome, terms, cluster=cluster, entity=entity, weights=weights)
    except ModelError as error:
        error.raise_unless_of_the_data()
        names = [*([INTERCEPT] if entity is None else []), *terms]
        covariance = pd.DataFrame(np.nan, index=names, columns=names)
        left = pd.Series(np.nan, index=frame.index)
        clusters = int(frame[cluster].nunique())
        return Regression(pd.Series(np.nan, names), covariance, left, len(frame), clusters, error.reason.value)


def without_rounding(found: Regression, largest: float) -> Regression:
    """Give a regression that leaves nothing but rounding of an outcome (its `largest` value) errors of zero."""
    nothing = not (found.residuals.abs() > ROUNDING * largest).any()
    return replace(found, covariance=0.0 * found.covariance) if nothing else found


def _from_means(found: Regression, middle: pd.Series) -> Regression:
    """Turn a regression on distances to `middle` into one on the terms: only the intercept is another."""
    back = np.eye(len(middle))
    back[0, 1:] = -middle.to_numpy()[1:]
    covariance = pd.DataFrame(back @ found.covariance.to_numpy() @ back.T, middle.index, middle.index)
    coefficients = pd.Series(back @ found.coefficients.to_numpy(), middle.index)
    return replace(found, coefficients=coefficients, covariance=covariance)


def clustered(model: Any, clusters: pd.Series, **fit_options: Any) -> Regression:  # noqa: ANN401 (statsmodels has no types)
    """Fit a model of statsmodels (WLS, Logit, GLM ...) with errors by the convention of this module.

    Parameters
    ----------
    model
        Unfitted, made of a DataFrame, so that its terms have names.
    clusters
        Cluster of every row, in the order of the rows.
    **fit_options
        Passed on to ``model.fit``, such as ``method``, ``maxiter`` or ``disp``.
    """
    result = statsmodels_fit(model, clusters, **fit_options)
    covariance = pd.DataFrame(result.cov_params(), index=result.params.index, columns=result.params.index)
    left = model.endog - np.asarray(model.predict(np.asarray(result.params)))
    residuals = pd.Series(left, index=clusters.index)
    return Regression(result.params, covariance, residuals, len(clusters), int(clusters.nunique()))


def statsmodels_fit(model: Any, clusters: pd.Series, **fit_options: Any) -> Any:  # noqa: ANN401 (the same)
    """Fit as `clustered` does, but return statsmodels' own results, for what only they offer (``get_margeff``)."""
    terms = dict(zip(map(str, model.exog_names), np.asarray(model.exog).T, strict=True))
    refuse_missing({"the outcome": model.endog, "the clusters": clusters, **terms}, what="a regression")
    how = {"groups": numbered(clusters), "use_correction": True}
    return model.fit(cov_type="cluster", cov_kwds=how, use_t=True, **fit_options)


def numbered(clusters: pd.Series) -> NDArray[np.intp]:
    """Give the clusters of rows numbers from 0; there must be two."""
    codes, names = pd.factorize(clusters)
    if len(names) < 2:
        raise ModelError("errors clustered by school need at least two schools", Reason.TOO_FEW_CLUSTERS)
    return codes


def _design(frame: pd.DataFrame, outcome: str, terms: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Lay out the columns, products included; nothing may be missing."""
    refuse_missing(frame, [outcome, *terms, *others], outcome)
    products = {
        term: frame[list(term.split(":"))].astype(float).prod(axis=1, skipna=False) for term in terms if ":" in term
    }
    plain = dict.fromkeys([outcome, *(term for term in terms if ":" not in term), *others])
    return frame[list(plain)].assign(**products)


def _swept(numbers: pd.DataFrame, entity: pd.Series, weights: pd.Series) -> pd.DataFrame:
    totals = numbers.mul(weights, axis=0).groupby(entity).transform("sum")
    return numbers - totals.div(weights.groupby(entity).transform("sum"), axis=0)


def refuse_absorbed(left: Floats, raw: Floats, terms: Sequence[str], effects: str) -> None:
    """Refuse terms of which the effects leave nothing but rounding, judged on the scale of the term itself.

    Parameters
    ----------
    left, raw
        The terms without and with what the effects explain, shape (rows, terms).
    terms
        Their names.
    effects
        What was taken off, for the message.

    Raises
    ------
    ModelError
        `Reason.ABSORBED`; it names the terms.
    """
    spread = np.linalg.norm(raw - raw.mean(axis=0), axis=0)
    rounding = ROUNDING * np.linalg.norm(raw, axis=0)
    nothing = np.linalg.norm(left, axis=0) <= ABSORBED * spread + rounding
    if nothing.any():
        names = ", ".join(name for name, none in zip(terms, nothing, strict=True) if none)
        raise ModelError(f"effects of {effects} leave nothing of {names}, so that it tells no effect", Reason.ABSORBED)


def refuse_alike(X: pd.DataFrame, outcome: str) -> None:
    """Refuse terms that the data cannot tell apart, whatever their origin and unit.

    Where there is an intercept the others are taken from their means: a constant is then the same as the intercept.
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
        raise ModelError(f"{outcome}: the data cannot tell the terms apart: {names}", Reason.COLLINEAR)


def in_sd(values: pd.Series, what: str) -> pd.Series:
    """Standardise numbers over the rows.

    Raises
    ------
    ModelError
        If they do not vary.
    """
    distance = values - values.mean()
    if not (distance.abs() > ROUNDING * values.abs().max()).any():
        raise ModelError(f"{what} does not vary", Reason.NO_VARIATION)
    return distance / values.std()
