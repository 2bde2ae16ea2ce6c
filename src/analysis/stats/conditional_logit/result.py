"""What a conditional logit found, in the form in which every estimate is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import InputError, ModelError, Reason, nearest
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.conditional_logit.input import Floats
from analysis.stats.estimates import normal_interval


@dataclass(frozen=True, eq=False)
class ConditionalLogitResult:
    """What `fit` found.

    Parameters
    ----------
    params
        Estimates b by term, in utility per unit of the attribute.
    covariance
        Classical: the inverse of the observed information, weights read as numbers of choosers.
    covariance_cluster
        Cluster-robust (see `fit`); None when no clusters were given.
    loglik, loglik_null
        Log-likelihood at `params` and with all coefficients zero (offset kept), without the multinomial coefficients.
    n_obs
        Observed choosers: the counted choosers in the grouped form, the situations in the individual form.
    n_choosers
        Total weight. It differs from `n_obs` only under sampling weights.
    n_situations, n_alternatives
        Choice situations, and distinct alternatives over all sets.
    n_uninformative
        Situations in whose set no attribute varies, such as sets of one alternative: they do not move the estimates.
    n_clusters
        Clusters with at least one informative situation; None when no clusters were given.
    iterations, tolerance
        Newton steps taken, and the tolerance that was asked for.
    criterion
        Newton decrement per chooser at `params`: score' H^-1 score / n_choosers, twice the log-likelihood per chooser
        that is still to be gained. It does not depend on the units of the attributes or of the weights.
    sampling_weights
        Whether the individual form was given weights other than one.
    coding
        Levels of every category, the reference first, where the attributes were made from a formula.
    """

    params: pd.Series
    covariance: pd.DataFrame
    covariance_cluster: pd.DataFrame | None
    loglik: float
    loglik_null: float
    n_obs: float
    n_choosers: float
    n_situations: int
    n_alternatives: int
    n_uninformative: int
    n_clusters: int | None
    iterations: int
    tolerance: float
    criterion: float
    sampling_weights: bool
    coding: Coding = field(default_factory=dict)

    @property
    def pseudo_r2(self) -> float:
        """McFadden's 1 - loglik / loglik_null."""
        return 1.0 - self.loglik / self.loglik_null

    def estimates(self, model: str, group: str = "all", unit: str | Mapping[str, str] = "utility") -> pd.DataFrame:
        """Return one row per term in the form in which every estimate is published.

        Parameters
        ----------
        model, group
            Labels of the model and of the group of choosers.
        unit
            Unit of the estimates: one for all, or one per term.

        Returns
        -------
        DataFrame
            ``model, group, term, estimate, std_error, std_error_classical, ci_low, ci_high, p_value, n_obs, n_clusters,
            unit``. The 95% interval and the two-sided p-value use `std_error` and the normal distribution. With
            clusters it is the cluster-robust error; without them the classical one, `std_error_classical` is absent
            and `n_clusters` is empty.

        Raises
        ------
        ModelError
            Sampling weights without clusters: the classical interval would count weights as people.
        InputError
            `unit` lacks a term.
        """
        if self.sampling_weights and self.covariance_cluster is None:
            raise ModelError(
                "conditional logit: sampling weights without clusters give no valid standard error. Pass cluster=, "
                "with each situation as its own cluster if choosers are independent.",
                Reason.INVALID,
            )
        classical = _std_error(self.covariance)
        robust = classical if self.covariance_cluster is None else _std_error(self.covariance_cluster)
        interval = normal_interval(self.params, robust)
        table = pd.DataFrame(
            {
                "model": model,
                "group": group,
                "term": self.params.index,
                "estimate": self.params.to_numpy(),
                "std_error": robust,
                "std_error_classical": classical,
                **interval,
                "n_obs": int(self.n_obs) if float(self.n_obs).is_integer() else self.n_obs,
                "n_clusters": pd.array([self.n_clusters] * len(self.params), dtype="Int64"),
                "unit": [_unit(unit, term) for term in self.params.index],
            }
        )
        return table if self.covariance_cluster is not None else table.drop(columns="std_error_classical")


def _std_error(covariance: pd.DataFrame) -> Floats:
    return np.sqrt(np.diag(covariance.to_numpy()))


def _unit(unit: str | Mapping[str, str], term: str) -> str:
    if isinstance(unit, str):
        return unit
    if term not in unit:
        raise InputError("unit", f"no unit for term {term!r}", given=dict(unit), hint=nearest(term, unit))
    return unit[term]
