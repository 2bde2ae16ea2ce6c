"""The conditional logit (McFadden 1974): which alternative is chosen from a set, given the attributes of all in it.

An own estimator, because the libraries that have one take minutes to hours at the size of a school choice; see
docs/decisions/0003-own-conditional-logit.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import InputError, ModelError, nearest
from analysis.models.conditional_logit_checks import counted_clusters, informative, null_terms, within
from analysis.models.conditional_logit_input import (
    Floats,
    Integers,
    choice_sets,
    chosen_weights,
    listed,
)
from analysis.models.conditional_logit_likelihood import Likelihood, Point, log_shares, maximum
from analysis.models.estimates import normal_interval

MEAT_SINGULAR = 1e-8  # smallest against largest eigenvalue of the clusters' share in the covariance


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
            ``model, group, term, estimate, std_error, std_error_cluster, ci_low, ci_high, p_value, n_obs, n_clusters,
            unit``. `std_error` is classical; the 95% interval and the two-sided p-value use the normal distribution
            and the cluster-robust standard error where there is one. Without clusters the column `std_error_cluster`
            is absent and `n_clusters` is empty.

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
                "with each situation as its own cluster if choosers are independent."
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
                "std_error": classical,
                "std_error_cluster": robust,
                **interval,
                "n_obs": int(self.n_obs) if float(self.n_obs).is_integer() else self.n_obs,
                "n_clusters": pd.array([self.n_clusters] * len(self.params), dtype="Int64"),
                "unit": [_unit(unit, term) for term in self.params.index],
            }
        )
        return table if self.covariance_cluster is not None else table.drop(columns="std_error_cluster")


def fit(
    attributes: pd.DataFrame,
    choices: pd.Series,
    *,
    grouped: bool = False,
    offset: pd.Series | None = None,
    cluster: pd.Series | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
) -> ConditionalLogitResult:
    r"""Estimate a conditional logit by maximum likelihood.

    The probability that situation i chooses alternative j from its own set J_i is

        P_ij = exp(x_ij b + o_ij) / sum_{k in J_i} exp(x_ik b + o_ik)

    and b maximises sum_ij w_ij ln P_ij with w_ij the choices. Newton's method with step halving; the log-likelihood
    is concave, and that its maximum is finite is proven before anything is returned.

    Parameters
    ----------
    attributes
        One row per alternative of each choice set, indexed by (situation, alternative); sets may differ in size. One
        numeric column per term.
    choices
        Weight of each choice, on the same kind of index. Pairs that are absent weigh zero.
    grouped
        False: a situation is one chooser with exactly one choice, whose weight is its sampling weight. True: a
        situation is shared by many choosers and `choices` counts them per alternative; the estimates equal those of
        one situation per chooser.
    offset
        o_ij, on the index of `attributes`. For sampled alternatives McFadden's correction: minus the logarithm of the
        probability with which the alternative came into the set.
    cluster
        Label of the cluster of each situation, indexed by situation. The covariance is then also given as the sandwich
        H^-1 (sum_g s_g s_g') H^-1 x G / (G - 1), with H the observed information, s_g the score of cluster g and G the
        number of clusters with an informative situation; no other small-sample factor.
    tolerance
        Largest Newton decrement per chooser from which one last step is taken; above 0, at most 1e-6.
    max_iterations
        Newton steps before giving up.

    Raises
    ------
    InputError
        A frame is malformed: index, duplicate rows, values that are missing, infinite or not numeric, negative
        weights, an offset that is not on the index, a situation without a cluster.
    ModelError
        There is no valid estimate: a situation without a choice or with two, a choice outside its set, an attribute
        that never varies within a set, collinear attributes, perfect or quasi-complete prediction, no convergence,
        clusters too few for the number of terms.

    References
    ----------
    McFadden (1974), Conditional logit analysis of qualitative choice behavior; McFadden (1978), Modelling the choice
    of residential location (the offset).
    """
    _check_settings(tolerance, max_iterations)
    sets = choice_sets(attributes, offset)
    weights = chosen_weights(choices, sets, grouped)
    clusters = None if cluster is None else counted_clusters(cluster, sets)
    scaled, scale = within(sets)
    likelihood = Likelihood(scaled, weights, sets)
    top, iterations = maximum(likelihood, tolerance, max_iterations)
    inverse: Floats = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    return ConditionalLogitResult(
        params=pd.Series(top.b / scale, index=sets.terms, name="estimate"),
        covariance=_in_units(inverse, scale, sets.terms),
        covariance_cluster=None
        if clusters is None
        else _in_units(_sandwich(likelihood, top, inverse, clusters), scale, sets.terms),
        loglik=top.loglik,
        loglik_null=float(weights @ log_shares(sets.offset, sets.starts, sets.sizes)),
        n_obs=float(weights.sum()) if grouped else len(sets.situations),
        n_choosers=float(weights.sum()),
        n_situations=len(sets.situations),
        n_alternatives=sets.index.get_level_values(1).nunique(),
        n_uninformative=int((~informative(sets)).sum()),
        n_clusters=None if clusters is None else int(clusters.max()) + 1,
        iterations=iterations,
        tolerance=tolerance,
        criterion=top.decrement / float(weights.sum()),
        sampling_weights=not grouped and not np.all(weights[weights > 0] == 1.0),
    )


def probabilities(
    params: Mapping[str, float] | pd.Series, attributes: pd.DataFrame, offset: pd.Series | None = None
) -> pd.Series:
    """Predict P_ij, the probability that each situation chooses each alternative of its set.

    Parameters
    ----------
    params
        Coefficient by term; terms and columns of `attributes` must be the same.
    attributes, offset
        As in `fit`.

    Returns
    -------
    Series
        Probabilities on the index of `attributes`; they add to one in each situation.

    Raises
    ------
    InputError
        As in `fit`, or a coefficient is missing, superfluous or not finite.
    """
    sets = choice_sets(attributes, offset)
    given = pd.Series(params, dtype=np.float64)
    if not given.index.is_unique or set(given.index) != set(sets.terms):
        raise InputError("params", "not the terms of attributes", given=list(given.index), allowed=listed(sets.terms))
    b = given[sets.terms].to_numpy()
    if not np.isfinite(b).all():
        raise InputError("params", "a coefficient is not finite", given=given.to_dict())
    first = np.repeat(sets.starts, sets.sizes)
    share = log_shares((sets.attributes - sets.attributes[first]) @ b + sets.offset, sets.starts, sets.sizes)
    predicted = np.empty(len(share))
    predicted[sets.order] = np.exp(share)
    return pd.Series(predicted, index=attributes.index, name="probability")


def _sandwich(likelihood: Likelihood, top: Point, inverse: Floats, clusters: Integers) -> Floats:
    """Return the cluster-robust covariance in scaled coefficients; the convention stands in `fit`."""
    number = int(clusters.max()) + 1
    scores = np.zeros((number, len(top.b)))
    counted = clusters >= 0
    np.add.at(scores, clusters[counted], likelihood.scores(top.b)[counted])
    meat = scores.T @ scores
    diagonal = np.sqrt(np.diag(top.information))
    relative = meat / np.outer(diagonal, diagonal)
    names = null_terms(relative, MEAT_SINGULAR * float(np.max(np.diag(relative))), likelihood.sets.terms)
    if names:
        raise ModelError(
            f"conditional logit: the clusters say nothing about the precision of {listed(names, 10)}: their scores "
            "are zero in every cluster, as with a term that varies in one cluster only. Use smaller clusters."
        )
    return np.asarray(inverse @ meat @ inverse * (number / (number - 1)))


def _in_units(covariance: Floats, scale: Floats, terms: list[str]) -> pd.DataFrame:
    symmetric = (covariance + covariance.T) / 2.0
    return pd.DataFrame(symmetric / np.outer(scale, scale), index=terms, columns=terms)


def _check_settings(tolerance: float, max_iterations: int) -> None:
    if not 0.0 < tolerance <= 1e-6:
        raise InputError("tolerance", "not usable", given=tolerance, allowed="above 0 and at most 1e-6")
    if max_iterations < 1:
        raise InputError("max_iterations", "not usable", given=max_iterations, allowed="1 or more")


def _std_error(covariance: pd.DataFrame) -> Floats:
    return np.sqrt(np.diag(covariance.to_numpy()))


def _unit(unit: str | Mapping[str, str], term: str) -> str:
    if isinstance(unit, str):
        return unit
    if term not in unit:
        raise InputError("unit", f"no unit for term {term!r}", given=dict(unit), hint=nearest(term, unit))
    return unit[term]
