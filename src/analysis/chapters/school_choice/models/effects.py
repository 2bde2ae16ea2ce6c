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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.constants import built, of_school
from analysis.chapters.school_choice.models.groups import GroupFit, GroupFits, least_of, refusal, refusals, stacked
from analysis.chapters.school_choice.models.laplace import LaplacePoint, maximum
from analysis.chapters.school_choice.models.likelihood import SchoolLikelihood
from analysis.chapters.school_choice.models.terms import term_name, unit_of
from analysis.chapters.school_choice.models.two_step import TwoStep, TwoSteps, two_step_covariance
from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit import ChoiceDesign
from analysis.stats.estimates import ESTIMATE_COLUMNS
from analysis.stats.fit import cluster_sums, influence_of

RANDOM_EFFECTS = "random_effects"
BESIDE = ("reference", "two_step", "two_step_std_error", "one_step", "one_step_std_error", "tau", "two_step_tau", "df")
NUMBERS = ["estimate", "std_error", "ci_low", "ci_high", "p_value", *BESIDE[1:]]


@dataclass(frozen=True, eq=False)
class RandomEffects:
    """What a model with random effects of schools finds.

    Parameters
    ----------
    params, covariance
        Of all terms of the formula, in its order.
    effects
        Mode of the effect of each school, in utility.
    tau
        Standard deviation between schools of what is not measured, in utility.
    df
        Degrees of freedom of Student's t.
    share
        Probabilities with the effects: situations x schools.
    """

    params: pd.Series
    covariance: pd.DataFrame
    effects: pd.Series
    tau: float
    df: float
    share: Floats

    @property
    def std_error(self) -> pd.Series:
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.params.index)


def fit_random_effects(
    fit: GroupFit, *, tolerance: float = 1e-10, max_iterations: int = 100, restricted: bool = True
) -> RandomEffects:
    """Estimate the model of a group anew, with a random effect of every school.

    Parameters
    ----------
    fit
        The group and its model without such effects. That it has an estimate shows that the attributes do not separate
        the choices, and then there is one with effects too.
    tolerance, max_iterations
        Newton decrement per chooser at which estimation stops, and steps before it gives up.
    restricted
        Whether the spread between schools is estimated by the restricted likelihood.

    Raises
    ------
    ModelError
        There are too few schools for the attributes, or no convergence.
    """
    made = fit.design
    schools = of_school(made)
    df = len(made.alternatives) - int(schools.sum()) - 1
    if df < 2:
        raise ModelError(
            f"random effects: {len(made.alternatives)} schools are too few for {int(schools.sum())} attributes",
            Reason.TOO_FEW,
        )
    likelihood = _likelihood(made, fit.choosers.counts)
    order = [str(name) for name in [*np.array(made.terms)[~schools], *np.array(made.terms)[schools]]]
    start = fit.result.params[order].to_numpy(float)
    top = maximum(likelihood, start, tolerance=tolerance, max_iterations=max_iterations, restricted=restricted)
    covariance = _covariance(top, fit.choosers.clusters) / np.outer(likelihood.scale, likelihood.scale)
    terms = list(made.terms)
    return RandomEffects(
        params=pd.Series(top.b / likelihood.scale, index=order)[terms],
        covariance=pd.DataFrame(covariance, order, order).loc[terms, terms],
        effects=pd.Series(top.tau * top.v, index=made.alternatives, name="effect"),
        tau=top.tau,
        df=float(df),
        share=top.moments.share,
    )


def _likelihood(made: ChoiceDesign, counts: Floats) -> SchoolLikelihood:
    schools = of_school(made)
    pairs = [built(made, int(term)) for term in np.flatnonzero(~schools)]
    attributes = made.columns.to_numpy(float) @ made.maps[0][len(made.pairs) :, schools]
    return SchoolLikelihood(pairs, attributes, counts)


def _covariance(top: LaplacePoint, clusters: pd.Series) -> Floats:
    """Return the covariance of the scaled coefficients, those of pairs first; see the head of this module."""
    attributes, found, n = top.likelihood.attributes, top.moments, top.n_pairs
    of_schools = np.asarray(np.linalg.inv(top.information[n:, n:]))
    follows = -of_schools @ top.information[n:, :n]
    left = found.cross.T + found.schools @ attributes @ follows
    effects = -(top.tau**2) * top.shrinkage @ left
    scores = _pair_scores(top) + (top.likelihood.counts - found.mass) @ (attributes @ follows + effects)
    by_cluster = influence_of(cluster_sums(pd.factorize(clusters)[0], scores), np.eye(n))
    prior = top.tau**2 * left.T @ top.shrinkage @ top.shrinkage @ left
    inverse = np.linalg.inv(top.information)[:n, :n]
    pairs = inverse @ (by_cluster.T @ by_cluster + prior) @ inverse
    cross = follows @ pairs
    return np.asarray(np.block([[pairs, cross.T], [cross, of_schools + cross @ follows.T]]))


def _pair_scores(top: LaplacePoint) -> Floats:
    """Return the score of each situation in the terms of pairs: situations x terms."""
    left = top.likelihood.counts - top.moments.mass
    scores = [(left * values).sum(axis=1) for values in top.likelihood.pairs]
    return np.array(scores).reshape(len(scores), len(left)).T


@dataclass(frozen=True, eq=False)
class SchoolEffects:
    """The random effects of every model and group, and those for which there are none, with the reason."""

    found: Mapping[tuple[str, str], RandomEffects]
    refused: pd.DataFrame


def random_effects(fits: GroupFits, *, tolerance: float = 1e-10, max_iterations: int = 100) -> SchoolEffects:
    """Estimate random effects for every group that has an estimate without them."""
    found, refused = {}, []
    for fit in fits.fits:
        try:
            each = fit_random_effects(fit, tolerance=tolerance, max_iterations=max_iterations)
        except ModelError as error:
            refused.append(refusal(fit.model, fit.group, fit.choosers, RANDOM_EFFECTS, error))
        else:
            found[fit.model, fit.group] = each
    return SchoolEffects(found, refusals(refused))


def random_effects_table(fits: GroupFits, effects: SchoolEffects, steps: TwoSteps) -> pd.DataFrame:
    """Return one row per model, group and term in the form of all estimates, those of two and one step beside them.

    Returns
    -------
    DataFrame
        Also ``tau``, that of two steps, the degrees of freedom, the number of schools and how many of them nobody of
        the group attends (``schools_without``): random effects keep these, two steps leave them out.
    """
    rows = [_rows(fits[key], found, steps.found.get(key)) for key, found in effects.found.items()]
    columns = [*ESTIMATE_COLUMNS, *BESIDE, "n_schools", "schools_without", "n_least"]
    return stacked(rows, columns)[columns]


def _rows(fit: GroupFit, found: RandomEffects, steps: TwoStep | None) -> pd.DataFrame:
    terms = list(found.params.index)
    error = found.std_error
    half = stats.t.ppf(0.975, found.df) * error
    two, of_two = (pd.Series(np.nan, index=terms), None) if steps is None else two_step_covariance(fit, steps)
    return pd.DataFrame(
        {
            "model": fit.model,
            "group": fit.group,
            "term": [term_name(name) for name in terms],
            "estimate": found.params.to_numpy(),
            "std_error": error.to_numpy(),
            "ci_low": (found.params - half).to_numpy(),
            "ci_high": (found.params + half).to_numpy(),
            "p_value": 2 * stats.t.sf(np.abs(found.params / error), found.df),
            "n_obs": fit.choosers.number,
            "n_clusters": fit.result.n_clusters or 0,
            "unit": [unit_of(name) for name in terms],
            "reference": [fit.design.about[name].reference for name in terms],
            "two_step": two.to_numpy(),
            "two_step_std_error": np.nan if of_two is None else np.sqrt(np.diag(of_two)),
            "one_step": fit.result.params[terms].to_numpy(),
            "one_step_std_error": np.sqrt(np.diag(fit.covariance.loc[terms, terms])),
            "tau": found.tau,
            "two_step_tau": np.nan if steps is None else steps.tau,
            "df": found.df,
            "n_schools": len(found.effects),
            "schools_without": int((fit.choosers.counts.sum(axis=0) == 0).sum()),
            "n_least": [least_of(fit, name) for name in terms],
        }
    )
