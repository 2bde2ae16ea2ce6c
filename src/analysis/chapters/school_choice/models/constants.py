"""The school constants: a choice model in which every school has a coefficient of its own.

They hold all that makes a school attractive to everybody alike, measured or not. What differs between choosers, such as
the distance, keeps its own term. One matrix product of the probabilities gives the information on all constants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers, Floats, design
from analysis.stats.conditional_logit import ChoiceDesign
from analysis.stats.conditional_logit.constants import ConstantsLikelihood
from analysis.stats.conditional_logit.likelihood import maximum
from analysis.stats.fit import cluster_sums, influence_of


@dataclass(frozen=True, eq=False)
class Constants:
    """What the first of two steps finds.

    Parameters
    ----------
    constants
        Of each school, around their mean.
    constants_covariance
        Classical covariance of the constants.
    params, covariance
        Of the terms that differ between choosers; the covariance is clustered by postcode.
    sensitivity
        What an error of one in each of these adds to each constant: schools x terms.
    attributes
        The terms of the formula that are the same for every chooser: schools x terms.
    schools_without
        Schools that none of the choosers attends: their constant would be minus infinity.
    """

    constants: pd.Series
    constants_covariance: Floats
    params: pd.Series
    covariance: pd.DataFrame
    sensitivity: Floats
    attributes: pd.DataFrame
    schools_without: int


def fit_constants(
    choosers: Choosers, formula: str, *, tolerance: float = 1e-10, max_iterations: int = 100
) -> Constants:
    """Estimate the constants of the schools that somebody attends, beside the terms that differ between choosers.

    Raises
    ------
    ModelError
        The likelihood has no finite maximum; see `analysis.stats.conditional_logit.fit`.
    """
    attended = choosers.schools.index[choosers.counts.sum(axis=0) > 0]
    kept = choosers.to_schools(attended)
    made = design(kept, formula)
    schools = of_school(made)
    pairs = [built(made, int(term)) for term in np.flatnonzero(~schools)]
    names = [str(name) for name in np.array(made.terms)[~schools]]
    likelihood = ConstantsLikelihood(names, pairs, kept.counts)
    top, _ = maximum(likelihood, tolerance, max_iterations)
    covariance: Floats = np.asarray(np.linalg.inv(top.information), dtype=np.float64)
    n, scale = len(pairs), likelihood.scale
    partial: Floats = np.asarray(np.linalg.solve(top.information[n:, n:], top.information[n:, :n]), dtype=np.float64)
    robust = _clustered(covariance[:n, :n], likelihood.scores(top.b), partial, kept.clusters)
    around = np.vstack([np.zeros(len(attended) - 1), np.eye(len(attended) - 1)])
    around -= around.mean(axis=0)
    return Constants(
        constants=pd.Series(around @ top.b[n:], index=attended, name="constant"),
        constants_covariance=around @ covariance[n:, n:] @ around.T,
        params=pd.Series(top.b[:n] / scale, index=names),
        covariance=pd.DataFrame(robust / np.outer(scale, scale), names, names),
        sensitivity=around @ partial * -scale,
        attributes=pd.DataFrame(
            made.columns.to_numpy(float) @ made.maps[0][len(made.pairs) :, schools],
            index=attended,
            columns=list(np.array(made.terms)[schools]),
        ),
        schools_without=choosers.schools_without + len(choosers.schools) - len(attended),
    )


def _clustered(inverse: Floats, scores: Floats, partial: Floats, clusters: pd.Series) -> Floats:
    """Return the sandwich of the terms that differ between choosers, the constants partialled out of their scores."""
    n, (codes, _) = len(inverse), pd.factorize(clusters)
    influence = influence_of(cluster_sums(codes, scores[:, :n] - scores[:, n:] @ partial), inverse)
    return np.asarray(influence.T @ influence)


def built(made: ChoiceDesign, term: int) -> Floats:
    """Build one term out: situations x schools."""
    columns = made.maps[:, len(made.pairs) :, term] @ made.columns.to_numpy(float).T
    values: Floats = columns[made.types]
    for place, base in enumerate(made.pairs.values()):
        values += made.maps[made.types, place, term][:, None] * base
    return values


def of_school(made: ChoiceDesign) -> NDArray[np.bool_]:
    """Say of each term whether it is the same for every chooser."""
    by_pair = np.abs(made.maps[:, : len(made.pairs)]).max(axis=(0, 1), initial=0.0) > 0
    by_type = np.ptp(made.maps, axis=0).max(axis=0) > 0
    return np.asarray(~by_pair & ~by_type)
