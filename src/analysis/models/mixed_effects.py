r"""Linear mixed models: groups whose intercept and slopes are drawn from a normal distribution.

.. math:: y_{ij} = x_{ij}'\beta + z_{ij}'u_j + e_{ij},\quad u_j \sim N(0, \Omega),\; e_{ij} \sim N(0, \sigma^2)

Fitted by statsmodels. Its own starting values end at a false maximum where groups differ little, so that it starts from
the variances that moments give, and every doubt it has about its result is an error here.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.regression.mixed_linear_model import MixedLMParams
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from analysis.errors import ModelError
from analysis.models.estimates import in_form, normal_interval
from analysis.models.regression import INTERCEPT

LEAST_SHARE = 0.01  # of the residual variance: where a search for the variance of groups starts at the least


@dataclass(frozen=True)
class MixedEffects:
    """A fitted mixed model.

    Parameters
    ----------
    coefficients, std_errors
        Fixed effects by term; errors are those of the model.
    between
        Covariance of the groups' effects, terms by terms (``intercept`` and the slopes).
    within
        Residual variance.
    by_group
        Shrunken effects (best linear unbiased predictions) by group: a column per random term, and ``n`` rows.
    log_likelihood
        Restricted, or not when fitted by maximum likelihood.
    n_obs
        Rows.
    """

    coefficients: pd.Series
    std_errors: pd.Series
    between: pd.DataFrame
    within: float
    by_group: pd.DataFrame
    log_likelihood: float
    n_obs: int

    def estimates(self, model: str, group: str, unit: str | dict[str, str], variance_unit: str) -> pd.DataFrame:
        """Tell the fixed effects and the variances in the one form.

        Intervals of fixed effects are those of large samples. Variances have none; their terms are
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
        return in_form(rows, model=model, group=group, n_obs=self.n_obs, n_clusters=len(self.by_group))

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
    frame
        One row per observation; nothing missing.
    outcome, terms
        Numeric columns; an intercept is added.
    group
        Column; its values are a sample of all groups.
    slopes
        Those of `terms` whose coefficient differs by group.
    reml
        Restricted maximum likelihood; False for maximum likelihood.

    Raises
    ------
    ModelError
        If a value is missing or the maximum is not found.
    """
    columns = [outcome, *terms]
    missing = int(frame[[*columns, group]].isna().any(axis=1).sum())
    if missing:
        raise ModelError(f"{outcome}: {missing} rows lack a value; select the rows first, so that they are counted")
    numbers = frame[columns].astype(float)
    numbers.insert(1, INTERCEPT, 1.0)
    X, random = numbers.drop(columns=outcome), [INTERCEPT, *slopes]
    model = sm.MixedLM(numbers[outcome], X, groups=frame[group], exog_re=X[random])
    share = _share_between(numbers[outcome], X, frame[group])
    start = MixedLMParams.from_components(fe_params=np.zeros(X.shape[1]), cov_re=np.diag([share] * len(random)))
    return _read(_maximum(model, start, reml), frame[group])


def _share_between(y: pd.Series, X: pd.DataFrame, group: pd.Series) -> float:
    """Compute the variance between groups as a share of the residual one, by moments."""
    left = pd.Series(np.asarray(sm.OLS(y, X).fit().resid), index=y.index)
    cells = left.groupby(group).agg(["mean", "var", "size"])
    within = float((cells["var"] * (cells["size"] - 1)).sum() / (cells["size"] - 1).sum())
    between = float(cells["mean"].var() - (within / cells["size"]).mean())
    return max(between / within, LEAST_SHARE)


def _maximum(model: Any, start: Any, reml: bool) -> Any:  # noqa: ANN401 (statsmodels has no types)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            result = model.fit(reml=reml, method=["lbfgs"], start_params=start)
        except (ConvergenceWarning, np.linalg.LinAlgError) as error:
            raise ModelError(f"the maximum of the mixed model is not found: {error}") from error
    return result


def _read(result: Any, group: pd.Series) -> MixedEffects:  # noqa: ANN401 (the same)
    effects = pd.DataFrame(result.random_effects).T
    effects.columns = result.cov_re.index
    fixed = result.fe_params.index
    return MixedEffects(
        coefficients=result.fe_params,
        std_errors=result.bse_fe.loc[fixed],
        between=result.cov_re,
        within=float(result.scale),
        by_group=effects.assign(n=group.value_counts()),
        log_likelihood=float(result.llf),
        n_obs=len(group),
    )
