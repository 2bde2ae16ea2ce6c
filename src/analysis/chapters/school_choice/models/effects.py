r"""What schools attract with where schools differ in what no attribute measures: random effects of schools.

The utility of school j to chooser i of a group is

.. math:: z_{ij} \beta + x_j \gamma + u_j + \varepsilon_{ij}, \qquad u_j \sim N(0, \tau^2)

with one :math:`u_j` for all choosers of the group. Every school is kept: that nobody attends it is what a low
:math:`x_j \gamma + u_j` looks like, and leaving it out would select on the outcome. Coefficients maximise Laplace's
approximation (`analysis.chapters.school_choice.models.laplace`), :math:`\tau` its restricted form.

With :math:`V` the covariance of :math:`\gamma` given :math:`\beta`, :math:`B` how :math:`\gamma` follows :math:`\beta`
and :math:`W` the covariance of :math:`\beta`, the covariance is :math:`W`, :math:`B W` and :math:`V + B W B'`. Schools
are independent given their attributes, so :math:`V` is the model's. Choosers of one postcode need not be, so :math:`W`
is the sandwich clustered by postcode, to which the part of the effects is added, which are no choosers'. Intervals use
Student's t with the number of schools less that of their attributes and one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.constants import split
from analysis.chapters.school_choice.models.groups import ByGroup, GroupFit, Key, estimate_by_group
from analysis.chapters.school_choice.models.laplace import LaplacePoint, maximum
from analysis.chapters.school_choice.models.likelihood import SchoolLikelihood
from analysis.chapters.school_choice.models.logit import probabilities, term_name, unit_of
from analysis.chapters.school_choice.models.two_step import TWO_STEPS, TwoStep
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.conditional_logit.pairs import Pairs, blocks
from analysis.stats.estimates import ESTIMATE_COLUMNS, t_interval
from analysis.stats.fit import cluster_sums, influence_of

RANDOM_EFFECTS = "random_effects"
BESIDE = ("reference", "two_step", "two_step_std_error", "one_step", "one_step_std_error", "tau", "two_step_tau", "df")


@dataclass(frozen=True, eq=False)
class RandomEffects:
    """The estimates of a model with random effects of schools.

    Parameters
    ----------
    params, covariance : Of all terms of the formula, in its order.
    effects : Mode of the effect of each school, in utility.
    tau : Standard deviation between schools of what is not measured, in utility.
    df : Degrees of freedom of Student's t.
    """

    params: pd.Series
    covariance: pd.DataFrame
    effects: pd.Series
    tau: float
    df: float

    @property
    def std_error(self) -> pd.Series:
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.params.index)


def fit_random_effects(
    fit: GroupFit, *, tolerance: float = 1e-10, max_iterations: int = 100, restricted: bool = True
) -> RandomEffects:
    """Estimate the model of a group with a random effect of every school; see the head of this module.

    Parameters
    ----------
    fit
        The group and its model without such effects. That it has an estimate shows that the attributes do not separate
        the choices, and then there is one with effects too.
    tolerance, max_iterations : Newton decrement per chooser at which estimation stops, and steps before it gives up.
    restricted : Whether the standard deviation between schools is estimated by the restricted likelihood.

    Returns
    -------
    RandomEffects
        The estimates.

    Raises
    ------
    ModelError
        There are too few schools for the attributes, or no convergence.
    """
    pairs, attributes = split(fit.design)
    n_schools, n_attributes = attributes.shape
    if n_schools - n_attributes < 3:
        raise ModelError(
            f"random effects: {n_schools} schools are too few for {n_attributes} attributes", Reason.TOO_FEW
        )
    likelihood = SchoolLikelihood(list(pairs.values()), np.ascontiguousarray(attributes), fit.choosers.counts)
    order = [*pairs, *attributes]
    start = fit.result.params[order].to_numpy(float)
    top = maximum(likelihood, start, tolerance=tolerance, max_iterations=max_iterations, restricted=restricted)
    covariance = _covariance(top, fit.choosers.clusters) / np.outer(likelihood.scale, likelihood.scale)
    terms = list(fit.design.terms)
    return RandomEffects(
        params=pd.Series(top.b / likelihood.scale, index=order)[terms],
        covariance=pd.DataFrame(covariance, order, order).loc[terms, terms],
        effects=pd.Series(top.tau * top.v, index=attributes.index, name="effect"),
        tau=top.tau,
        df=float(n_schools - n_attributes - 1),
    )


def _covariance(top: LaplacePoint, clusters: pd.Series) -> Floats:
    """Compute the covariance of the scaled coefficients, those of pairs first; see the head of this module."""
    attributes, moments, n = top.likelihood.attributes, top.moments, top.n_pairs
    of_schools = np.asarray(np.linalg.inv(top.information[n:, n:]))
    follows = -of_schools @ top.information[n:, :n]
    left = moments.cross.T + moments.schools @ attributes @ follows
    effects = -(top.tau**2) * top.shrinkage @ left
    scores = _scores(top, attributes @ follows + effects)
    by_cluster = influence_of(cluster_sums(pd.factorize(clusters)[0], scores), np.eye(n))
    prior = top.tau**2 * left.T @ top.shrinkage @ top.shrinkage @ left
    inverse = np.linalg.inv(top.information)[:n, :n]
    pairs = inverse @ (by_cluster.T @ by_cluster + prior) @ inverse
    cross = follows @ pairs
    return np.asarray(np.block([[pairs, cross.T], [cross, of_schools + cross @ follows.T]]))


def _scores(top: LaplacePoint, of_schools: Floats) -> Floats:
    """Compute the score of each situation in the terms of pairs, which schools follow: situations x terms."""
    likelihood, scores = top.likelihood, np.empty((len(top.likelihood.weights), top.n_pairs))
    for rows in blocks(likelihood.counts.shape):
        left = likelihood.counts[rows] - likelihood.weights[rows, None] * top.moments.share[rows]
        for term, values in enumerate(likelihood.pairs):
            scores[rows, term] = (left * values[rows]).sum(axis=1)
        scores[rows] += left @ of_schools
    return scores


@remembered
def random_effects(
    fits: ByGroup[GroupFit], *, tolerance: float = 1e-10, max_iterations: int = 100
) -> ByGroup[RandomEffects]:
    """Estimate random effects for every group that has an estimate without them.

    Parameters
    ----------
    fits, tolerance, max_iterations : The models, and as in `fit_random_effects`.

    Returns
    -------
    ByGroup
        The estimates, and the groups without one.
    """

    def fit(key: Key) -> RandomEffects:
        return fit_random_effects(fits.estimates[key], tolerance=tolerance, max_iterations=max_iterations)

    return estimate_by_group({key: fit.choosers for key, fit in fits.estimates.items()}, RANDOM_EFFECTS, fit)


def random_effects_table(
    fits: ByGroup[GroupFit], effects: ByGroup[RandomEffects], steps: ByGroup[TwoStep]
) -> pd.DataFrame:
    """Tabulate random effects beside the estimates of two steps and of one.

    Parameters
    ----------
    fits, effects, steps : The estimates of one step, with random effects and of two steps.

    Returns
    -------
    DataFrame
        Tidy estimates, one row per model, group and term, with ``tau``, that of two steps, the degrees of freedom, the
        number of schools and how many of them nobody of the group attends (``schools_without``): random effects keep
        these, two steps leave them out.
    """
    columns = [*ESTIMATE_COLUMNS, *BESIDE, "n_schools", "schools_without", "n_least"]
    table = effects.table(
        lambda key: _rows(fits.estimates[key], effects.estimates[key], steps.estimates.get(key)), columns
    )
    return table[columns]


def _rows(fit: GroupFit, effects: RandomEffects, steps: TwoStep | None) -> pd.DataFrame:
    terms = list(effects.params.index)
    interval = t_interval(effects.params, effects.std_error, pd.Series(effects.df + 1, index=terms))
    two, of_two = (pd.Series(np.nan, index=terms), None) if steps is None else steps.all_terms(terms)
    return pd.DataFrame(
        {
            "model": fit.model,
            "group": fit.group,
            "term": [term_name(name) for name in terms],
            **interval,
            "n_obs": fit.choosers.number,
            "n_clusters": fit.result.n_clusters or 0,
            "unit": [unit_of(name) for name in terms],
            "reference": [fit.design.about[name].reference for name in terms],
            "two_step": two.to_numpy(),
            "two_step_std_error": np.nan if of_two is None else np.sqrt(np.diag(of_two)),
            "one_step": fit.result.params[terms].to_numpy(),
            "one_step_std_error": np.sqrt(np.diag(fit.covariance.loc[terms, terms])),
            "tau": effects.tau,
            "two_step_tau": np.nan if steps is None else steps.tau,
            "df": effects.df,
            "n_schools": len(effects.effects),
            "schools_without": int((fit.choosers.attending == 0).sum()),
            "n_least": [fit.n_least(name) for name in terms],
        }
    )


@dataclass(frozen=True, eq=False)
class Estimated:
    """The estimates of one model by one method.

    Parameters
    ----------
    method : Name of the method.
    params, covariance : Of the terms of the model.
    share : Probabilities by the model: situations x schools.
    df : Degrees of freedom of Student's t for intervals and p-values; normal where infinite.
    """

    method: str
    params: pd.Series
    covariance: pd.DataFrame
    share: Pairs
    df: float = np.inf


def methods(fit: GroupFit, effects: RandomEffects | None = None, steps: TwoStep | None = None) -> Iterator[Estimated]:
    """Yield the estimates of a model by every method: random effects, two steps and one.

    Parameters
    ----------
    fit : The model, estimated in one step.
    effects, steps : Its estimates by the other methods; None where there are none.

    Returns
    -------
    iterator of Estimated
        Those of two steps have the probabilities of one.
    """
    if effects is not None:
        share = probabilities(fit.design, effects.params, effects=effects.effects.to_numpy())
        yield Estimated(RANDOM_EFFECTS, effects.params, effects.covariance, share, effects.df)
    if steps is not None:
        yield Estimated(TWO_STEPS, *steps.all_terms(list(fit.design.terms)), fit.probabilities, steps.df)
    yield Estimated("one_step", fit.result.params, fit.covariance, fit.probabilities)
