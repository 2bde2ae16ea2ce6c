r"""How far treated and other schools may have drifted apart before a conclusion of the event study breaks down.

Write :math:`\delta_t` for the drift: what the event study would have shown without a treatment. Before the start it is
what the event study shows; after the start it cannot be seen. It is bounded relatively (Rambachan and Roth, 2023,
Review of Economic Studies 90(5)): no step of the drift from one year to the next is larger than `M` times the largest
step before the start. The intervals here are simple and err on the wide side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.fit import Fit
from analysis.stats.panel import event_term, event_year


@dataclass(frozen=True)
class EventCourse:
    """Estimates of an event study in the order of the years, the base (zero) left out.

    Parameters
    ----------
    before, after : Years since the base, below and above zero.
    estimates, covariance : Of the years in `before` and then those in `after`.
    df : Degrees of freedom of the errors.
    """

    before: Floats
    after: Floats
    estimates: Floats
    covariance: Floats
    df: int

    @property
    def mean_after(self) -> Floats:
        """Weights of the estimates in the mean over the years after the start."""
        return np.concatenate([np.zeros(len(self.before)), np.full(len(self.after), 1 / len(self.after))])

    @property
    def steps_before(self) -> Floats:
        """Weights of the estimates in every step from one year to the next up to the base: steps x estimates."""
        levels = np.vstack([np.eye(len(self.before), len(self.estimates)), np.zeros(len(self.estimates))])
        return np.diff(levels, axis=0)


def event_path(event: Fit, base: int) -> EventCourse:
    """Order the estimates of an event study by year; the treatment starts in the year after the base.

    Parameters
    ----------
    event, base : As of `panel.event_study`.

    Returns
    -------
    EventCourse
        In the unit of the outcome.

    Raises
    ------
    ModelError
        A year is missing in between, or there is none before or after the base.
    """
    years = sorted(event_year(str(term)) for term in event.coefficients.index)
    if years != [year for year in range(years[0], years[-1] + 1) if year != base]:
        raise ModelError(
            f"the event study lacks years between {years[0]} and {years[-1]}; its drift has no steps", Reason.MISSING
        )
    if not years[0] < base < years[-1]:
        raise ModelError(f"the event study has no year before or none after the base {base}", Reason.TOO_FEW)
    terms = [event_term(year) for year in years]
    since = np.array(years, dtype=np.float64) - base
    covariance = event.covariance.loc[terms, terms].to_numpy(float)
    return EventCourse(
        since[since < 0],
        since[since > 0],
        event.coefficients[terms].to_numpy(float),
        covariance,
        event.n_clusters - 1,
    )


def relative_bounds(event: Fit, *, base: int, magnitudes: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0)) -> pd.DataFrame:
    r"""Bound the mean effect after the start when later steps of the drift are at most `M` times the largest before.

    Parameters
    ----------
    event, base : As of `panel.event_study`.
    magnitudes : Values of `M`.

    Returns
    -------
    DataFrame
        ``magnitude, low, high`` (bounds of the estimate) and the 95% interval ``ci_low, ci_high``.

    Notes
    -----
    The mean drift is at most :math:`c M \max_s |d_s|`, with :math:`d_s` the steps before the start and :math:`c` the
    mean number of years since the base. The upper bound is thus the largest of the numbers
    :math:`\bar\beta \pm c M d_s`; the largest of their upper confidence limits covers it, however many there are.
    """
    path = event_path(event, base)
    steps, centre, reach = path.steps_before, path.mean_after, path.after.mean()
    rows = []
    for magnitude in magnitudes:
        weights = np.vstack([centre + sign * magnitude * reach * step for step in steps for sign in (-1, 1)])
        values = weights @ path.estimates
        errors = np.sqrt(np.einsum("ij,jk,ik->i", weights, path.covariance, weights))
        half = student.ppf(0.975, path.df) * errors
        rows.append((magnitude, values.min(), values.max(), (values - half).min(), (values + half).max()))
    return pd.DataFrame(rows, columns=["magnitude", "low", "high", "ci_low", "ci_high"])


def breakdown(bounds: pd.DataFrame, low: float = 0.0, high: float = 0.0) -> float | None:
    """Return the first magnitude at which a conclusion breaks down.

    Parameters
    ----------
    bounds : Of `relative_bounds`.
    low, high
        With the defaults: an interval that excluded zero includes it. With an equivalence margin as [-m, m]: the
        interval is no longer within the margin.

    Returns
    -------
    float
        Magnitude; None where the conclusion holds at all.
    """
    if low == high:
        broken = bounds[(bounds["ci_low"] <= low) & (bounds["ci_high"] >= high)]
    else:
        broken = bounds[(bounds["ci_low"] < low) | (bounds["ci_high"] > high)]
    return None if broken.empty else float(broken["magnitude"].iloc[0])
