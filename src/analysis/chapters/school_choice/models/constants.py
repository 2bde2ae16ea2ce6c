"""The school constants: a choice model in which every school has a coefficient of its own.

They hold all that makes a school attractive to everybody alike, measured or not. What differs between choosers, such as
the distance, keeps its own term. One matrix product of the probabilities gives the information on all constants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.chapters.school_choice.models.logit import design, rows_of
from analysis.stats.conditional_logit import ChoiceDesign
from analysis.stats.conditional_logit.constants import ConstantsLikelihood
from analysis.stats.conditional_logit.likelihood import maximum
from analysis.stats.conditional_logit.pairs import Pairs, blocks, made
from analysis.stats.fit import cluster_sums, influence_of


@dataclass(frozen=True, eq=False)
class Constants:
    """The estimates of the first of two steps.

    Parameters
    ----------
    constants : Of each school, around their mean.
    constants_covariance : Classical covariance of the constants.
    params, covariance : Of the terms that differ between choosers; the covariance is clustered by postcode.
    sensitivity : What an error of one in each of these adds to each constant: schools x terms.
    attributes : The terms of the formula that are the same for every chooser: schools x terms.
    """

    constants: pd.Series
    constants_covariance: Floats
    params: pd.Series
    covariance: pd.DataFrame
    sensitivity: Floats
    attributes: pd.DataFrame


def fit_constants(
    choosers: Choosers, formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> Constants:
    """Estimate the constants of the schools that somebody attends, beside the terms that differ between choosers.

    Parameters
    ----------
    choosers, formula : Who chooses, and by what.
    tolerance, max_iterations : As in `analysis.stats.conditional_logit.fit`.

    Returns
    -------
    Constants
        A school that nobody attends has none: it would be minus infinity.

    Raises
    ------
    ModelError
        The likelihood has no finite maximum.
    """
    attended = choosers.schools.index[choosers.attending > 0]
    attending = choosers.to_schools(attended)
    pairs, attributes = split(design(attending, formula))
    names, n = list(pairs), len(pairs)
    likelihood = ConstantsLikelihood(names, list(pairs.values()), attending.counts)
    top, _ = maximum(likelihood, tolerance, max_iterations)
    covariance: Floats = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    scale = likelihood.scale
    partial: Floats = np.asarray(np.linalg.solve(top.information[n:, n:], top.information[n:, :n]), dtype=np.float64)
    every = (likelihood.scores(top.b, rows) for rows in blocks(attending.counts.shape))
    left = np.vstack([scores[:, :n] - scores[:, n:] @ partial for scores in every])
    robust = _clustered(covariance[:n, :n], left, attending.clusters)
    around = np.vstack([np.zeros(len(attended) - 1), np.eye(len(attended) - 1)])
    around -= around.mean(axis=0)
    return Constants(
        constants=pd.Series(around @ top.b[n:], index=attended, name="constant"),
        constants_covariance=around @ covariance[n:, n:] @ around.T,
        params=pd.Series(top.b[:n] / scale, index=names),
        covariance=pd.DataFrame(robust / np.outer(scale, scale), names, names),
        sensitivity=around @ partial * -scale,
        attributes=attributes,
    )


def _clustered(inverse: Floats, scores: Floats, clusters: pd.Series) -> Floats:
    """Compute the sandwich of the terms that differ between choosers, the constants partialled out of their scores."""
    influence = influence_of(cluster_sums(pd.factorize(clusters)[0], scores), inverse)
    return np.asarray(influence.T @ influence)


def split(design: ChoiceDesign) -> tuple[dict[str, Pairs], pd.DataFrame]:
    """Split the terms of a design into those that differ between choosers and those that are the same for all.

    Parameters
    ----------
    design : Of a formula.

    Returns
    -------
    dict
        Values of the terms that differ: situations x schools each.
    DataFrame
        The attributes of schools: schools x terms.
    """
    by_pair = np.abs(design.maps[:, : len(design.pairs)]).max(axis=(0, 1), initial=0.0) > 0
    by_type = np.ptp(design.maps, axis=0).max(axis=0) > 0
    differs = by_pair | by_type
    pairs = {name: term_values(design, term) for term, name in enumerate(design.terms) if differs[term]}
    attributes = design.columns.to_numpy(float) @ design.maps[0][len(design.pairs) :, ~differs]
    return pairs, pd.DataFrame(attributes, design.alternatives, [name for name in design.terms if name not in pairs])


def term_values(design: ChoiceDesign, term: int) -> Pairs:
    """Compute the values of one term of a factored design.

    Parameters
    ----------
    design, term : The design, and the position of the term.

    Returns
    -------
    array
        Situations x schools.
    """
    return made((len(design.situations), len(design.alternatives)), rows_of(design, design.maps[:, :, term]))
