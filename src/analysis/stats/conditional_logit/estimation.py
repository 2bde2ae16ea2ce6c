"""Estimation of a conditional logit on rows: one per alternative of each choice set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import InputError, ModelError, Reason
from analysis.stats.conditional_logit.checks import counted_clusters, informative, null_terms, within
from analysis.stats.conditional_logit.input import (
    SAMPLED,
    Floats,
    Integers,
    choice_sets,
    chosen_weights,
    cluster_codes,
    listed,
)
from analysis.stats.conditional_logit.likelihood import Likelihood, log_shares, maximum
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
    check_settings(tolerance, max_iterations)
    _refuse_uncorrected(attributes, offset)
    sets = choice_sets(attributes, offset)
    weights = chosen_weights(choices, sets, grouped)
    counted = informative(sets)
    clusters = None
    if cluster is not None:
        clusters = counted_clusters(cluster_codes(cluster, sets.situations), counted, len(sets.terms))
    scaled, scale = within(sets)
    likelihood = Likelihood(scaled, weights, sets)
    top, iterations = maximum(likelihood, tolerance, max_iterations)
    scores = None if clusters is None else likelihood.scores(top.b)
    covariance, clustered = covariances(top, scores, clusters, scale, sets.terms, len(sets.situations))
    return ConditionalLogitResult(
        params=pd.Series(top.b / scale, index=sets.terms, name="estimate"),
        covariance=covariance,
        clustered=clustered,
        loglik=top.loglik,
        loglik_null=float(weights @ log_shares(sets.offset, sets.starts, sets.sizes)),
        n_obs=float(weights.sum()) if grouped else len(sets.situations),
        n_choosers=float(weights.sum()),
        n_situations=len(sets.situations),
        n_alternatives=sets.index.get_level_values(1).nunique(),
        n_uninformative=int((~counted).sum()),
        iterations=iterations,
        tolerance=tolerance,
        criterion=top.decrement / float(weights.sum()),
        sampling_weights=not grouped and not np.all(weights[weights > 0] == 1.0),
    )


def covariances(
    top: Point, scores: Floats | None, clusters: Integers | None, scale: Floats, terms: Sequence[str], n_obs: int
) -> tuple[pd.DataFrame, Fit | None]:
    """Return the classical covariance and the fit clustered, in the units of the attributes.

    Parameters
    ----------
    top : The maximum, in scaled coefficients.
    scores, clusters : Score and cluster of each situation (-1: not counted); None without clusters.
    scale : Scale of each term.
    terms : Names of the terms.
    n_obs : Situations.
    """
    names, inverse = list(terms), np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    symmetric = (inverse + inverse.T) / 2.0
    classical = pd.DataFrame(symmetric / np.outer(scale, scale), index=names, columns=names)
    if scores is None or clusters is None:
        return classical, None
    by_cluster = cluster_sums(clusters[clusters >= 0], scores[clusters >= 0], int(clusters.max()) + 1)
    _refuse_unknown_precision(by_cluster, top, terms)
    influence = pd.DataFrame(influence_of(by_cluster, inverse) / scale, columns=names)
    return classical, Fit(pd.Series(top.b / scale, index=names), influence, n_obs)


def _refuse_uncorrected(attributes: pd.DataFrame, offset: pd.Series | None) -> None:
    if attributes.attrs.get(SAMPLED) and offset is None:
        raise ModelError(
            "conditional logit: the alternatives are a sample and no offset corrects it: near ones were sampled more "
            "often than far ones, and the estimates would be of the sampling. Pass the offset of the sample.",
            Reason.INVALID,
        )


def _refuse_unknown_precision(by_cluster: Floats, top: Point, terms: Sequence[str]) -> None:
    """Refuse terms whose scores are zero in every cluster."""
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


def check_settings(tolerance: float, max_iterations: int) -> None:
    """Refuse a tolerance or a number of steps that is not usable."""
    if not 0.0 < tolerance <= 1e-6:
        raise InputError("tolerance", "not usable", given=tolerance, allowed="above 0 and at most 1e-6")
    if max_iterations < 1:
        raise InputError("max_iterations", "not usable", given=max_iterations, allowed="1 or more")
