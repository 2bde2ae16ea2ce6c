r"""Logit of a share or a yes-no.

A share between zero and one has the conditional mean :math:`\Lambda(x'\beta)` (fractional response; Papke and
Wooldridge, 1996): the likelihood of the logit serves as quasi-likelihood, and errors are clustered, so that no
distribution is assumed. Errors follow the convention of `analysis.stats.fit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit, numbered, where_determined
from analysis.stats.logit import clustered, maximise
from analysis.stats.regression import INTERCEPT, check_distinct
from analysis.stats.support import check_clusters


def probability(fitted: Fit, rows: pd.DataFrame) -> Floats:
    """Return the expected value of every row.

    Parameters
    ----------
    fitted : A logit.
    rows : Of a `design`.

    Returns
    -------
    array
        Between zero and one, shape (rows,).
    """
    return np.asarray(expit(rows[fitted.coefficients.index].to_numpy() @ fitted.coefficients.to_numpy()))


def slope(fitted: Fit, rows: pd.DataFrame) -> Floats:
    """Return the derivative of `probability` with respect to the coefficients.

    Parameters
    ----------
    fitted, rows : As of `probability`.

    Returns
    -------
    array
        Shape (rows, terms).
    """
    p = probability(fitted, rows)
    return np.asarray((p * (1 - p))[:, None] * rows[fitted.coefficients.index].to_numpy())


def design(frame: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    """Return the terms of a model.

    Parameters
    ----------
    frame : One row per observation.
    terms : Numeric columns, and ``a:b`` for products.

    Returns
    -------
    DataFrame
        An intercept and the terms.
    """
    columns = {term: frame[term.split(":")].astype(float).prod(axis=1, skipna=False) for term in terms}
    return pd.DataFrame({INTERCEPT: 1.0, **columns}, index=frame.index)


def fit_fractional(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], *, cluster: str, weights: str | None = None
) -> Fit:
    r"""Fit a logit of a share or a yes-no.

    Parameters
    ----------
    frame : One row per observation, nothing missing.
    outcome : Column with values between zero and one.
    terms : As in `design`.
    cluster : Column; errors may be correlated within its values.
    weights : Column of positive weights, or None for equal ones.

    Returns
    -------
    Fit
        Coefficients in log odds per unit of the term.

    Raises
    ------
    ModelError
        If values are missing or outside zero to one, the terms are collinear, there are fewer than two
        clusters, one cluster alone determines a term, or a term predicts the outcome perfectly
        (`Reason.SEPARATED`): then there is no finite maximum.

    Notes
    -----
    Maximises :math:`\sum_i w_i \{y_i \ln \Lambda(x_i'\beta) + (1 - y_i) \ln \Lambda(-x_i'\beta)\}`; errors as in
    `logit.clustered`.
    """
    used = [outcome, *terms, cluster, *([weights] if weights else [])]
    check_complete(frame, used, outcome)
    X, y = design(frame, terms), frame[outcome].astype(float)
    w = pd.Series(1.0, index=frame.index) if weights is None else frame[weights].astype(float)
    if not y.between(0, 1).all() or not (w > 0).all():
        raise ModelError(f"{outcome}: values are outside 0 to 1, or without a positive weight", Reason.INVALID)
    check_distinct(X, outcome)
    w = w / w.mean()
    maximum = maximise(X.to_numpy(float), w.to_numpy(), (w * y).to_numpy(), list(X.columns))
    codes, _ = numbered(frame[cluster])
    last = X.to_numpy()[:, ::-1]  # the intercept last, which is not reported
    check_clusters(last, codes, [str(term) for term in X.columns[:0:-1]], w.to_numpy())
    return clustered(maximum, X, y, w, frame[cluster])


def fit_where_determined(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], *, cluster: str, weights: str | None = None
) -> Fit:
    """Fit as `fit_fractional` does; a model that the data do not determine has a reason and no numbers.

    Parameters
    ----------
    frame, outcome, terms, cluster, weights : As of `fit_fractional`.

    Returns
    -------
    Fit
        Of `fit_fractional`, or `fit.undetermined`.
    """
    fitted = partial(fit_fractional, frame, outcome, terms, cluster=cluster, weights=weights)
    return where_determined(fitted, [INTERCEPT, *terms], frame[cluster])
