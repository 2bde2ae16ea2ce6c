"""The result of a conditional logit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.errors import InputError, ModelError, Reason, nearest
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.estimates import normal_interval
from analysis.stats.fit import Fit


@dataclass(frozen=True, eq=False)
class ConditionalLogitResult:
    """The result of `fit`: a maximum, with its classical covariance and, where there are clusters, the fit clustered.

    Parameters
    ----------
    params : Estimates b by term, in utility per unit of the attribute.
    covariance : Classical: the inverse of the observed information, weights read as numbers of choosers.
    clustered
        The coefficients with the influence of every cluster with an informative situation, by number; factor
        :math:`G/(G-1)` (see `fit`). None when no clusters were given.
    loglik, loglik_null
        Log-likelihood at `params` and with all coefficients zero, offset included, without multinomial coefficients.
    n_obs : Observed choosers: the counted choosers in the grouped form, the situations in the individual form.
    n_choosers : Total weight. It differs from `n_obs` only under sampling weights.
    n_situations, n_alternatives : Choice situations, and distinct alternatives over all sets.
    n_uninformative
        Situations in whose set no attribute varies, such as sets of one alternative: they do not move the estimates.
    iterations, tolerance : Newton steps taken, and the tolerance of the climb.
    criterion
        Newton decrement per chooser at `params`: score' H^-1 score / n_choosers, twice the log-likelihood per chooser
        that is still to be gained. It does not depend on the units of the attributes or of the weights.
    sampling_weights : Whether the individual form was given weights other than one.
    coding : Levels of every category, the reference first, where the attributes follow from a formula.
    """

    params: pd.Series
    covariance: pd.DataFrame
    clustered: Fit | None
    loglik: float
    loglik_null: float
    n_obs: float
    n_choosers: float
    n_situations: int
    n_alternatives: int
    n_uninformative: int
    iterations: int
    tolerance: float
    criterion: float
    sampling_weights: bool
    coding: Coding = field(default_factory=dict)

    @property
    def covariance_cluster(self) -> pd.DataFrame | None:
        """Cluster-robust covariance; None without clusters."""
        return None if self.clustered is None else self.clustered.covariance

    @property
    def n_clusters(self) -> int | None:
        """Clusters with at least one informative situation; None without clusters."""
        return None if self.clustered is None else self.clustered.n_clusters

    @property
    def pseudo_r2(self) -> float:
        """McFadden's 1 - loglik / loglik_null."""
        return 1.0 - self.loglik / self.loglik_null

    def estimates(self, model: str, group: str = "all", unit: str | Mapping[str, str] = "utility") -> pd.DataFrame:
        """Return one row per term in the columns of published estimates.

        Parameters
        ----------
        model, group : Labels of the model and of the group of choosers.
        unit : Unit of the estimates: one for all, or one per term.

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
        if self.sampling_weights and self.clustered is None:
            raise ModelError(
                "conditional logit: sampling weights without clusters give no valid standard error. Pass cluster=, "
                "with each situation as its own cluster if choosers are independent.",
                Reason.INVALID,
            )
        classical = np.sqrt(np.diag(self.covariance.to_numpy()))
        robust = classical if self.clustered is None else self.clustered.std_errors.to_numpy()
        table = pd.DataFrame(
            {
                "model": model,
                "group": group,
                "term": self.params.index,
                "estimate": self.params.to_numpy(),
                "std_error": robust,
                "std_error_classical": classical,
                **normal_interval(self.params, robust),
                "n_obs": int(self.n_obs) if float(self.n_obs).is_integer() else self.n_obs,
                "n_clusters": pd.array([self.n_clusters] * len(self.params), dtype="Int64"),
                "unit": [_unit(unit, term) for term in self.params.index],
            }
        )
        return table if self.clustered is not None else table.drop(columns="std_error_classical")


def _unit(unit: str | Mapping[str, str], term: str) -> str:
    if isinstance(unit, str):
        return unit
    if term not in unit:
        raise InputError("unit", f"no unit for term {term!r}", given=dict(unit), hint=nearest(term, unit))
    return unit[term]
