r"""Linear mixed models: groups whose intercept and slopes are drawn from a normal distribution.

.. math:: y_{ij} = x_{ij}'\beta + z_{ij}'u_j + e_{ij},\quad u_j \sim N(0, \Omega),\; e_{ij} \sim N(0, \sigma^2)

The likelihood is profiled: given :math:`\Lambda` with :math:`\Omega = \sigma^2 \Lambda\Lambda'`, the best
:math:`\beta` and :math:`\sigma` have closed forms, and all that is needed of the rows are their cross products within
groups. That leaves one number to search for a random intercept and three with a slope. The search of statsmodels stops
short of the maximum where groups differ little, while it says that it has converged; hence this one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form, normal_interval
from analysis.stats.regression import INTERCEPT, check_distinct, in_sd

START = 0.3  # of the residual sd: start of the search for the standard deviation of groups
RESTARTS = 10
TOLERANCE = 1e-7  # of the log likelihood, between one search and the next from where it ended


@dataclass(frozen=True)
class MixedEffects:
    """A fitted mixed model.

    Parameters
    ----------
    coefficients, std_errors : Fixed effects by term; errors are those of the model.
    between
        Covariance of the groups' effects, terms by terms (``intercept`` and the slopes). A variance of exactly zero is
        the boundary of what it can be: the groups differ no more than by chance.
    within : Residual variance.
    by_group : Shrunken effects (best linear unbiased predictions) by group: a column per random term, and ``n`` rows.
    log_likelihood : Restricted, or not when fitted by maximum likelihood.
    n_obs : Rows.
    """

    coefficients: pd.Series
    std_errors: pd.Series
    between: pd.DataFrame
    within: float
    by_group: pd.DataFrame
    log_likelihood: float
    n_obs: int

    def estimates(self, model: str, group: str, unit: str | dict[str, str], variance_unit: str) -> pd.DataFrame:
        """Return the fixed effects and the variances in the columns of published estimates.

        Intervals of fixed effects are those of large samples (``df`` is empty). Variances have none; their terms are
        ``variance_<term>``, ``covariance_<term>_<term>`` and ``variance_residual``.
        """
        terms = list(self.coefficients.index)
        fixed = normal_interval(self.coefficients, self.std_errors).assign(
            term=terms,
            estimate=self.coefficients.to_numpy(),
            std_error=self.std_errors.to_numpy(),
            unit=unit if isinstance(unit, str) else [unit[term] for term in terms],
        )
        variances = {**self._between_by_term(), "variance_residual": self.within}
        random = pd.DataFrame({"term": list(variances), "estimate": list(variances.values()), "unit": variance_unit})
        rows = pd.concat([fixed, random], ignore_index=True)
        return in_form(rows, model=model, group=group, n_obs=self.n_obs, n_clusters=len(self.by_group), df=np.nan)

    def _between_by_term(self) -> dict[str, float]:
        terms, matrix = list(self.between.index), self.between.to_numpy()
        variances = {f"variance_{term}": float(matrix[i, i]) for i, term in enumerate(terms)}
        pairs = itertools.combinations(enumerate(terms), 2)
        return variances | {f"covariance_{one}_{other}": float(matrix[i, j]) for (i, one), (j, other) in pairs}


def fit_mixed(
    frame: pd.DataFrame,
    outcome: str,
    terms: Sequence[str],
    *,
    group: str,
    slopes: Sequence[str] = (),
    reml: bool = True,
) -> MixedEffects:
    """Fit a mixed model with a random intercept, and random slopes, per group.

    Parameters
    ----------
    frame : One row per observation; nothing missing.
    outcome, terms : Numeric columns; an intercept is added.
    group : Column; its values are a sample of all groups.
    slopes : Those of `terms` whose coefficient differs by group.
    reml : Restricted maximum likelihood; False for maximum likelihood.

    Returns
    -------
    MixedEffects
        In the unit of the outcome.

    Raises
    ------
    ModelError
        If a value is missing, there are hardly more rows or groups than terms, the terms are collinear, or the
        search does not converge.
    """
    numbers = _numbers(frame, outcome, terms, group)
    scale = _Scale.of(numbers)
    products = _products(scale.standardised(numbers), [INTERCEPT, *slopes], frame[group], reml)
    factor = _at_boundary(_maximum(products), products)
    fixed, covariance, within, effects = products.solution(factor)
    names, random = list(numbers.columns[:-1]), [INTERCEPT, *slopes]
    to_fixed, to_random = scale.back(names), scale.back(random)
    by_group = pd.DataFrame(effects @ to_random.T, index=products.groups, columns=random)
    coefficients = to_fixed @ fixed + scale.middle[outcome] * np.eye(len(names))[0]
    return MixedEffects(
        coefficients=pd.Series(coefficients, index=names),
        std_errors=pd.Series(np.sqrt(np.diag(to_fixed @ covariance @ to_fixed.T)), index=names),
        between=pd.DataFrame(within * to_random @ factor @ factor.T @ to_random.T, index=random, columns=random),
        within=within * scale.sd[outcome] ** 2,
        by_group=by_group.assign(n=frame[group].value_counts()),
        log_likelihood=products.log_likelihood(factor) - scale.lost(names, products.free, reml),
        n_obs=len(frame),
    )


@dataclass(frozen=True)
class _Scale:
    """Mean and standard deviation of the columns: the search is in these, whatever the units.

    The last column is the outcome. Cross products of numbers far from zero would lose their differences.
    """

    middle: pd.Series
    sd: pd.Series

    @classmethod
    def of(cls, numbers: pd.DataFrame) -> _Scale:
        outcome = numbers.columns[-1]
        in_sd(numbers[outcome], str(outcome))
        middle, sd = numbers.mean(), numbers.std(ddof=0)
        middle[INTERCEPT], sd[INTERCEPT] = 0.0, 1.0
        return cls(middle, sd)

    def standardised(self, numbers: pd.DataFrame) -> pd.DataFrame:
        return (numbers - self.middle) / self.sd

    def back(self, terms: Sequence[str]) -> Floats:
        """Return the matrix from coefficients of the standardised terms to those of the terms, the intercept first."""
        of_outcome = float(self.sd.iloc[-1])
        matrix = np.diag(of_outcome / self.sd[list(terms)].to_numpy(float))
        matrix[0, 1:] = -self.middle[list(terms[1:])].to_numpy(float) * np.diag(matrix)[1:]
        return np.asarray(matrix)

    def lost(self, terms: Sequence[str], free: int, reml: bool) -> float:
        """Return by how much the log likelihood of the standardised numbers is higher."""
        of_terms = float(np.log(self.sd[list(terms)].to_numpy(float)).sum()) if reml else 0.0
        return free * float(np.log(self.sd.iloc[-1])) + of_terms


@dataclass(frozen=True)
class _Products:
    """Cross products of the rows: of random terms Z and of all columns W = (X, y), within groups and over all.

    Parameters
    ----------
    groups : Names of the groups.
    zz, zw : Shapes (groups, random terms, random terms) and (groups, random terms, columns).
    ww : Shape (columns, columns).
    n : Rows.
    reml : Whether the likelihood is the restricted one.
    """

    groups: pd.Index
    zz: Floats
    zw: Floats
    ww: Floats
    n: int
    reml: bool

    @property
    def free(self) -> int:
        """Rows less the fixed effects that are taken off them (in the restricted likelihood)."""
        return self.n - (len(self.ww) - 1 if self.reml else 0)

    def weighted(self, factor: Floats) -> tuple[Floats, Floats, Floats]:
        """Return W'V^-1 W, I + F'Z'ZF by group and F'Z'W by group, for the covariance V = I + ZFF'Z'."""
        inner = np.eye(len(factor)) + factor.T @ self.zz @ factor
        half = factor.T @ self.zw
        lost = np.einsum("gqw,gqv->wv", half, np.linalg.solve(inner, half))
        return self.ww - lost, inner, half

    def log_likelihood(self, factor: Floats) -> float:
        """Return the log likelihood at a factor, at the best fixed effects and residual variance."""
        products, inner, _ = self.weighted(factor)
        X, Xy = products[:-1, :-1], products[:-1, -1]
        rest = float(products[-1, -1] - Xy @ np.linalg.solve(X, Xy))
        log_determinants = float(np.linalg.slogdet(inner)[1].sum())
        if self.reml:
            log_determinants += float(np.linalg.slogdet(X)[1])
        return float(-0.5 * (self.free * (1 + np.log(2 * np.pi * rest / self.free)) + log_determinants))

    def solution(self, factor: Floats) -> tuple[Floats, Floats, float, Floats]:
        """Return the fixed effects, their covariance, the residual variance and the groups' effects."""
        products, inner, half = self.weighted(factor)
        X, Xy = products[:-1, :-1], products[:-1, -1]
        fixed = np.asarray(np.linalg.solve(X, Xy), dtype=np.float64)
        within = float(products[-1, -1] - Xy @ fixed) / self.free
        left = half[:, :, -1] - half[:, :, :-1] @ fixed
        effects = np.linalg.solve(inner, left[:, :, None])[:, :, 0] @ factor.T
        covariance = np.asarray(within * np.linalg.inv(X), dtype=np.float64)
        return fixed, covariance, within, effects


def _numbers(frame: pd.DataFrame, outcome: str, terms: Sequence[str], group: str) -> pd.DataFrame:
    check_complete(frame, [outcome, *terms, group], outcome)
    numbers = frame[[*terms, outcome]].astype(float)
    numbers.insert(0, INTERCEPT, 1.0)
    check_distinct(numbers.drop(columns=outcome), outcome)
    return numbers


def _products(numbers: pd.DataFrame, random: Sequence[str], group: pd.Series, reml: bool) -> _Products:
    codes, groups = pd.factorize(group, sort=True)
    columns = numbers.shape[1]
    if len(groups) <= len(random) + 1 or len(numbers) <= columns + len(groups):
        raise ModelError(
            f"{numbers.columns[-1]}: {len(groups)} groups and {len(numbers)} rows are too few for a mixed model",
            Reason.TOO_FEW,
        )
    Z, W = numbers[list(random)].to_numpy(), numbers.to_numpy()
    return _Products(
        groups=pd.Index(groups),
        zz=_within(Z, Z, codes, len(groups)),
        zw=_within(Z, W, codes, len(groups)),
        ww=W.T @ W,
        n=len(numbers),
        reml=reml,
    )


def _within(A: Floats, B: Floats, codes: NDArray[np.intp], groups: int) -> Floats:
    sums = np.empty((groups, A.shape[1], B.shape[1]))
    for i, j in itertools.product(range(A.shape[1]), range(B.shape[1])):
        sums[:, i, j] = np.bincount(codes, A[:, i] * B[:, j], groups)
    return sums


def _maximum(products: _Products) -> Floats:
    """Search the lower triangle of the factor, again from where the last search ended until nothing is gained."""
    size = products.zz.shape[1]
    lower = np.tril_indices(size)

    def factor_of(values: Floats) -> Floats:
        factor = np.zeros((size, size))
        factor[lower] = values
        return factor

    values = START * np.eye(size)[lower]
    best = -products.log_likelihood(factor_of(values))
    for _ in range(RESTARTS):
        result = minimize(
            lambda values: -products.log_likelihood(factor_of(values)),
            values,
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000},
        )
        gained, best, values = best - result.fun, result.fun, result.x
        if gained < TOLERANCE:
            return factor_of(values)
    raise ModelError("the mixed model: no convergence, the search keeps gaining", Reason.NO_CONVERGENCE)


def _at_boundary(factor: Floats, products: _Products) -> Floats:
    """Report a variance as zero where the likelihood is as high without it: groups differ no more than by chance."""
    for term in range(len(factor)):
        without = factor.copy()
        without[term] = without[:, term] = 0.0
        if products.log_likelihood(without) >= products.log_likelihood(factor) - TOLERANCE:
            factor = without
    return factor
