r"""The conditional logit of one municipality, with a constant for every school.

A pupil of postcode :math:`i` attends school :math:`j` with probability
:math:`P_{ij} = e^{x_{ij}'\beta + c_j} / \sum_k e^{x_{ik}'\beta + c_k}`. The constant :math:`c_j` holds all that makes a
school attractive to every postcode alike, measured or not, so :math:`\beta` rests on nothing but how the same school is
attended from near and from far. The expected pupils :math:`n_i P_{ij}` have the observed totals of postcodes and of
schools: it is the doubly constrained gravity model, and its likelihood that of Poisson counts with a dummy per postcode
and per school.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.choice_by_municipality.models.small_sample import PostcodeMoments, SmallSample, small_sample
from analysis.stats.conditional_logit.checks import separating_terms, within
from analysis.stats.conditional_logit.constants import ConstantsLikelihood
from analysis.stats.conditional_logit.input import Floats, choice_sets
from analysis.stats.conditional_logit.likelihood import maximum
from analysis.stats.estimates import in_form, t_interval


class _SchoolsLikelihood(ConstantsLikelihood):
    """The likelihood of a municipality, which says which terms separate; see `ConstantsLikelihood`."""

    def separating(self) -> list[str]:
        """Name the terms and constants that predict the choices perfectly, if any do."""
        columns = [*(values.ravel() for values in self._whole), *self._dummies.T]
        index = pd.MultiIndex.from_product([range(size) for size in self.counts.shape])
        sets = choice_sets(pd.DataFrame(np.column_stack(columns), index=index, columns=self.terms), None)
        return separating_terms(within(sets)[0], self.counts[:].ravel(), sets)

    def probabilities(self, b: Floats) -> Floats:
        """Return the probability of every school: postcodes x schools."""
        utility = self._utility(b)
        share = np.exp(utility - utility.max(axis=1, keepdims=True))
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def moments(self, b: Floats) -> PostcodeMoments:
        """Return what the covariance of few postcodes needs, a postcode at a time."""
        schools = self.counts.shape[1]
        rows = np.dstack([*self._whole, np.broadcast_to(np.eye(schools)[:, 1:], (*self.counts.shape, schools - 1))])
        return PostcodeMoments(rows, self.probabilities(b), self.weights, self.scores(b))

    @property
    def _whole(self) -> list[Floats]:
        """Scaled terms: postcodes x schools of a municipality are few."""
        return [values[:] for values in self.scaled]

    @property
    def _dummies(self) -> Floats:
        return np.tile(np.eye(self.counts.shape[1])[:, 1:], (len(self.counts), 1))


@dataclass(frozen=True, eq=False)
class Decay:
    """How attendance depends on the terms that differ between postcodes.

    Parameters
    ----------
    params : Coefficients by term, in utility per unit: at the maximum of the likelihood, less their bias.
    bias : The bias of second order that was taken off.
    covariance : Classical: pupils choose independently.
    small_sample : The covariance that knows that pupils of a postcode are alike (CR2), and its degrees of freedom.
    n_pupils, n_postcodes : Pupils, and the postcodes by which errors are clustered.
    """

    params: pd.Series
    bias: pd.Series
    covariance: pd.DataFrame
    small_sample: SmallSample
    n_pupils: int
    n_postcodes: int

    def error(self, combination: Mapping[str, float]) -> dict[str, float]:
        """Return the error of a combination of the coefficients, given by term, and its degrees of freedom."""
        weights = np.array([combination.get(term, 0.0) for term in self.params.index])
        covariance = self.small_sample.covariance
        return {"std_error": float(np.sqrt(weights @ covariance @ weights)), "df": self.small_sample.df(weights)}

    def estimates(self, group: str) -> pd.DataFrame:
        """Return tidy estimates; ``df`` are the degrees of freedom of interval and p-value."""
        errors = pd.DataFrame([self.error({term: 1.0}) for term in self.params.index])
        rows = t_interval(self.params, errors["std_error"], errors["df"] + 1)
        classical = np.sqrt(np.diag(self.covariance))
        rows = rows.assign(term=self.params.index, std_error_classical=classical, df=errors["df"])
        return in_form(
            rows, model="municipality", group=group, n_obs=self.n_pupils, n_clusters=self.n_postcodes, unit="utility"
        )


def fit_with_constants(
    pairs: Mapping[str, Floats],
    pupils: Floats,
    *,
    robust: bool,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
) -> tuple[Floats, Decay | None]:
    r"""Estimate the coefficients of terms of pairs beside a constant for every school.

    Parameters
    ----------
    pairs : Values of every term: postcodes x schools.
    pupils : Pupils by postcode and school; every postcode and every school has some.
    robust : Whether to give the coefficients their error, clustered by postcode.
    tolerance, max_iterations : As in `conditional_logit.fit`.

    Returns
    -------
    probability : array
        Of every school at the maximum of the likelihood: postcodes x schools.
    decay : Decay or None
        The coefficients with their errors; None unless `robust`.

    Raises
    ------
    ModelError
        The likelihood has no finite maximum (``SEPARATED``), or a postcode alone settles a coefficient, so that errors
        by postcode do not exist (``COLLINEAR``).
    """
    names = list(pairs)
    likelihood = _SchoolsLikelihood(names, list(pairs.values()), pupils)
    top, _ = maximum(likelihood, tolerance, max_iterations)
    probability = likelihood.probabilities(top.b)
    if not robust:
        return probability, None
    scale, n = likelihood.scale, len(names)
    small = small_sample(likelihood.moments(top.b), top.information, n).in_units(1 / scale)
    decay = Decay(
        params=pd.Series(top.b[:n] / scale - small.bias, index=names),
        bias=pd.Series(small.bias, index=names),
        covariance=pd.DataFrame(np.linalg.inv(top.information)[:n, :n] / np.outer(scale, scale), names, names),
        small_sample=small,
        n_pupils=int(likelihood.choosers),
        n_postcodes=len(pupils),
    )
    return probability, decay
