r"""Regression kink: the effect of money that rises from a threshold on, without a jump.

With :math:`b'` the change in the slope of the money at the threshold, and :math:`\mu'` that of the outcome, the effect
of a unit of money is :math:`\mu' / b'` (Card, Lee, Pei and Weber, 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import Discontinuity, discontinuity
from analysis.stats.fit import Fit, stacked


@dataclass(frozen=True)
class Kink:
    """A regression kink: the change in slope of the money and of the outcome, and the effect of a unit of money."""

    money: Discontinuity
    outcome: Discontinuity
    effect: Discontinuity


def kink(
    running: ArrayLike,
    outcome: ArrayLike,
    money: ArrayLike,
    *,
    cluster: Sequence[object] | pd.Series | None = None,
) -> Kink:
    r"""Estimate the effect of a unit of money on an outcome from the kink in the money at a threshold, at zero.

    Parameters
    ----------
    running : What the money depends on, shape (n,).
    outcome, money : Shape (n,), such as pupils per teacher and thousands of euros per pupil.
    cluster : Shape (n,); errors may be correlated within its values.

    Returns
    -------
    Kink
        The change in slope of the money and of the outcome, and their ratio, the effect.

    Notes
    -----
    Local quadratics, bias-corrected, with the bandwidths that suit the outcome. The error is by the delta method, with
    the covariance of the two slopes: that of :math:`(\hat\mu' - \hat\tau \hat b') / b'` at the estimates.

    Raises
    ------
    ModelError
        If the slope of the money does not change.
    """
    check_complete({"the outcome": outcome, "the money": money}, what="at the threshold")
    y, m = np.asarray(outcome, float), np.asarray(money, float)
    slope = partial(discontinuity, running, cluster=cluster, order=2, derivative=1)
    reduced = slope(y)
    first = slope(m, bandwidths=reduced.bandwidths)
    if abs(first.estimate) <= 2 * first.std_error or first.estimate == 0:
        raise ModelError(
            "the slope of the money does not change at the threshold, so that it identifies no effect", Reason.UNDEFINED
        )
    return Kink(first, reduced, replace(reduced, fit=_ratio(reduced.fit, first.fit)))


def _ratio(outcome: Fit, money: Fit) -> Fit:
    both, terms = stacked({"outcome": outcome, "money": money}), list(outcome.coefficients.index)
    y, m = outcome.coefficients.to_numpy(float), money.coefficients.to_numpy(float)
    jacobian = np.hstack([np.diag(1 / m), np.diag(-y / m**2)])
    return replace(both.transformed(pd.Series(y / m, terms), jacobian), n_obs=outcome.n_obs)
