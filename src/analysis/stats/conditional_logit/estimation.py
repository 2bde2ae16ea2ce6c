"""Estimation of a conditional logit, on rows or on factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import InputError, ModelError, Reason
from analysis.stats.conditional_logit.checks import counted_clusters, null_terms
from analysis.stats.conditional_logit.design import ChoiceDesign
from analysis.stats.conditional_logit.factored import FactoredLikelihood, available_threads
from analysis.stats.conditional_logit.input import (
    SAMPLED,
    Floats,
    choice_sets,
    chosen_pairs,
    chosen_weights,
    cluster_codes,
    listed,
)
from analysis.stats.conditional_logit.likelihood import Likelihood, maximum
from analysis.stats.conditional_logit.result import ConditionalLogitResult
from analysis.stats.fit import Fit, cluster_sums, influence_of
from analysis.stats.newton import Point

MEAT_SINGULAR = 1e-8  # smallest against largest eigenvalue of the clusters' share in the covariance


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
    choices : Weight of each choice, on the same kind of index. Pairs that are absent weigh zero.
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
    tolerance : Largest Newton decrement per chooser from which one last step is taken; above 0, at most 1e-6.
    max_iterations : Newton steps before giving up.

    Returns
    -------
    ConditionalLogitResult
        The estimates, with their covariance.

    Raises
    ------
    InputError
        A frame is malformed: index, duplicate rows, values that are missing, infinite or not numeric, negative
        weights, an offset that is not on the index, a situation without a cluster.
    ModelError
        There is no valid estimate: a situation without a choice or with two, a choice outside its set, an attribute
        that never varies within a set, collinear attributes, perfect or quasi-complete prediction, no convergence,
        clusters too few for the number of terms; alternatives that were sampled without the offset that corrects it.

    References
    ----------
    McFadden (1974), Conditional logit analysis of qualitative choice behavior; McFadden (1978), Modelling the choice
    of residential location (the offset).
    """
    _check_settings(tolerance, max_iterations)
    _check_corrected(attributes, offset)
    sets = choice_sets(attributes, offset)
    likelihood = Likelihood(sets, chosen_weights(choices, sets, grouped))
    return _estimated(likelihood, sets.situations, grouped, cluster, tolerance, max_iterations)


def fit_factored(
    design: ChoiceDesign,
    choices: pd.Series,
    *,
    grouped: bool = False,
    cluster: pd.Series | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
    threads: int | None = None,
) -> ConditionalLogitResult:
    """Estimate a conditional logit on attributes that are given as factors.

    The model, the checks, the covariances and the result are those of `fit` on ``design.rows()``, at a fraction of
    its time and memory.

    Parameters
    ----------
    design : The attributes: every chooser may choose every alternative.
    choices : Weight of each choice, indexed by (situation, alternative).
    grouped, cluster, tolerance, max_iterations : As in `fit`.
    threads
        Threads that work side by side; as many as there are processors for this process where None. The result is the
        same for any number.

    Returns
    -------
    ConditionalLogitResult
        As of `fit`.

    Raises
    ------
    InputError, ModelError
        As `fit`.
    """
    _check_settings(tolerance, max_iterations)
    chosen = chosen_pairs(choices, design.situations, design.alternatives, grouped)
    likelihood = FactoredLikelihood(design, chosen, threads or available_threads())
    result = _estimated(likelihood, design.situations, grouped, cluster, tolerance, max_iterations)
    return replace(result, coding=design.coding)


def _estimated(
    likelihood: Likelihood | FactoredLikelihood,
    situations: pd.Index,
    grouped: bool,
    cluster: pd.Series | None,
    tolerance: float,
    max_iterations: int,
) -> ConditionalLogitResult:
    n_situations, terms, choosers = len(situations), list(likelihood.terms), likelihood.choosers
    clusters = None
    if cluster is not None:
        clusters = counted_clusters(cluster_codes(cluster, situations), likelihood.informative, len(terms))
    top, iterations = maximum(likelihood, tolerance, max_iterations)
    params = pd.Series(top.b / likelihood.scale, index=terms, name="estimate")
    inverse = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    symmetric = (inverse + inverse.T) / 2.0 / np.outer(likelihood.scale, likelihood.scale)
    clustered = None
    if clusters is not None:
        counted = clusters >= 0
        scores = cluster_sums(clusters[counted], likelihood.scores(top.b)[counted], int(clusters.max()) + 1)
        _check_precision_known(scores, top, terms)
        influence = pd.DataFrame(influence_of(scores, inverse) / likelihood.scale, columns=terms)
        clustered = Fit(params.rename(None), influence, n_situations)
    weights = likelihood.choices
    return ConditionalLogitResult(
        params=params,
        covariance=pd.DataFrame(symmetric, index=terms, columns=terms),
        clustered=clustered,
        loglik=top.loglik,
        loglik_null=likelihood.loglik_null,
        n_obs=choosers if grouped else n_situations,
        n_choosers=choosers,
        n_situations=n_situations,
        n_alternatives=likelihood.n_alternatives,
        n_uninformative=int((~likelihood.informative).sum()),
        iterations=iterations,
        tolerance=tolerance,
        criterion=top.decrement / choosers,
        sampling_weights=not grouped and not np.all(weights[weights > 0] == 1.0),
    )


def _check_corrected(attributes: pd.DataFrame, offset: pd.Series | None) -> None:
    if attributes.attrs.get(SAMPLED) and offset is None:
        raise ModelError(
            "conditional logit: the alternatives are a sample and no offset corrects it: near ones were sampled more "
            "often than far ones, and the estimates would be of the sampling. Pass the offset of the sample.",
            Reason.INVALID,
        )


def _check_precision_known(by_cluster: Floats, top: Point, terms: Sequence[str]) -> None:
    meat = by_cluster.T @ by_cluster
    diagonal = np.sqrt(np.diag(top.information))
    relative = meat / np.outer(diagonal, diagonal)
    names = null_terms(relative, MEAT_SINGULAR * float(np.max(np.diag(relative))), terms)
    if names:
        raise ModelError(
            f"conditional logit: the clusters say nothing about the precision of {listed(names, 10)}: their scores "
            "are zero in every cluster, as with a term that varies in one cluster only. Use smaller clusters.",
            Reason.TOO_FEW_CLUSTERS,
        )


def _check_settings(tolerance: float, max_iterations: int) -> None:
    if not 0.0 < tolerance <= 1e-6:
        raise InputError("tolerance", "not usable", given=tolerance, allowed="above 0 and at most 1e-6")
    if max_iterations < 1:
        raise InputError("max_iterations", "not usable", given=max_iterations, allowed="1 or more")
