r"""Errors, degrees of freedom and bias of coefficients that rest on few clusters of unequal weight.

With :math:`H = \sum_g H_g` the information and :math:`s_g` the score of cluster :math:`g` at the maximum, and
:math:`H = LL'`, the eigenvalues :math:`\lambda` of :math:`L^{-1} H_g L^{-T} = Q \Lambda Q'` say how far the cluster
alone settles each direction: its score is too small by that share, since the estimate has moved towards it.

- *covariance* (CR2): :math:`\sum_g d_g d_g'` with :math:`d_g = L^{-T} Q (1 - \Lambda)^{-1/2} Q' L^{-1} s_g`, unbiased
  where choosers are independent; a direction that one cluster settles alone has no residual and counts zero.
- *degrees of freedom* (Satterthwaite) of a combination :math:`a`: :math:`(\mathrm{tr} M)^2 / \mathrm{tr} M^2`, with
  :math:`M` the covariance that the :math:`a' d_g` have where choosers are independent.
- *bias* of second order: :math:`-\tfrac12 H^{-1} \sum_i w_i E[\tilde x_i \, (\tilde x_i' V \tilde x_i)]`, with
  :math:`\tilde x` the attributes around their mean in the set and V the covariance above.

Sources: Bell and McCaffrey (2002); Pustejovsky and Tipton (2018); for the bias Cox and Snell (1968), with a robust
covariance in the place of :math:`H^{-1}`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit.input import Floats

SETTLED = 1e-9  # a cluster whose eigenvalue is nearer to one settles that direction alone
NO_PART = 1e-6  # share of a coefficient in such directions that is rounding


@dataclass(frozen=True, eq=False)
class PostcodeMoments:
    """A conditional logit at its maximum; every cluster is one choice situation.

    Parameters
    ----------
    attributes : Clusters x alternatives x coefficients.
    probability : Clusters x alternatives.
    weights : Choosers of each cluster.
    scores : Clusters x coefficients.
    """

    attributes: Floats
    probability: Floats
    weights: Floats
    scores: Floats

    def centred(self, cluster: int) -> Floats:
        """Return the attributes around their expectation: alternatives x coefficients."""
        return np.asarray(self.attributes[cluster] - self.probability[cluster] @ self.attributes[cluster])

    def information(self, cluster: int) -> Floats:
        """Return what a cluster adds to the information."""
        centred = self.centred(cluster)
        mass = self.weights[cluster] * self.probability[cluster]
        return np.asarray((centred * mass[:, None]).T @ centred)


@dataclass(frozen=True, eq=False)
class SmallSample:
    """Covariance, degrees of freedom and bias of the coefficients of interest.

    Parameters
    ----------
    covariance : CR2: coefficients x coefficients.
    bias : Of each coefficient.
    working
        Covariances of the clusters' parts where choosers are independent: clusters x clusters x coefficients x
        coefficients.
    """

    covariance: Floats
    bias: Floats
    working: Floats

    def df(self, combination: Floats) -> float:
        """Return the degrees of freedom of a combination of the coefficients."""
        parts = np.einsum("a,ghab,b->gh", combination, self.working, combination)
        return float(np.trace(parts) ** 2 / (parts**2).sum())

    def in_units(self, size: Floats) -> SmallSample:
        """Return the same of the coefficients times `size`."""
        square = np.outer(size, size)
        return SmallSample(self.covariance * square, self.bias * size, self.working * square)


def small_sample(at: PostcodeMoments, information: Floats, n_terms: int) -> SmallSample:
    """Compute covariance, degrees of freedom and bias of the first coefficients; see the module.

    Parameters
    ----------
    at : The likelihood at its maximum.
    information : Minus its second derivative there.
    n_terms : How many of the coefficients are of interest; the others are nuisance, and their bias is not given.

    Returns
    -------
    SmallSample
        In the units of the coefficients.

    Raises
    ------
    ModelError
        One cluster alone settles a coefficient of interest: without it there is none, so there is no error either.
    """
    inverse = np.linalg.inv(np.linalg.cholesky(information))
    whitened = [_Cluster(at, inverse, cluster) for cluster in range(len(at.weights))]
    terms = inverse[:, :n_terms]
    if any(one.settles(terms) for one in whitened):
        raise ModelError(
            "school constants: one postcode alone settles a coefficient, so there are no errors by postcode. Leave the "
            "term out.",
            Reason.COLLINEAR,
        )
    moves = np.array([one.move for one in whitened]) @ inverse
    parts = np.array([one.part(terms) for one in whitened])
    working = -np.einsum("gka,hkb->ghab", parts, parts)
    for cluster, one in enumerate(whitened):
        working[cluster, cluster] += one.own(terms)
    return SmallSample(
        covariance=moves[:, :n_terms].T @ moves[:, :n_terms],
        bias=-0.5 * (inverse.T @ (inverse @ _third(at, moves)))[:n_terms],
        working=working,
    )


class _Cluster:
    """A cluster in units in which the whole information is one."""

    def __init__(self, at: PostcodeMoments, inverse: Floats, cluster: int) -> None:
        self.share, self.directions = np.linalg.eigh(inverse @ at.information(cluster) @ inverse.T)
        left = 1 - self.share
        self.open = left > SETTLED
        self.weight = np.where(self.open, left.clip(SETTLED) ** -0.5, 0.0)
        self.move = self._along(self.weight, inverse @ at.scores[cluster])

    def _along(self, size: Floats, vectors: Floats) -> Floats:
        """Multiply the parts of vectors along the directions."""
        scaled = (self.directions.T @ vectors).T * size
        return np.asarray(self.directions @ scaled.T)

    def settles(self, terms: Floats) -> bool:
        """Whether a term is in directions that this cluster settles alone."""
        inside = (self.directions.T @ terms)[~self.open]
        return bool(((inside**2).sum(axis=0) > NO_PART * (terms**2).sum(axis=0)).any())

    def part(self, terms: Floats) -> Floats:
        """Return the information of the cluster along what it weighs: coefficients x terms."""
        return self._along(self.share * self.weight, terms)

    def own(self, terms: Floats) -> Floats:
        """Return the information of the cluster on both sides of what it weighs: terms x terms."""
        return np.asarray(terms.T @ self._along(self.share * self.weight**2, terms))


def _third(at: PostcodeMoments, moves: Floats) -> Floats:
    """Sum the third moments of the attributes, two sides of them taken along the covariance of all coefficients."""
    total = np.zeros(moves.shape[1])
    for cluster, (probability, weight) in enumerate(zip(at.probability, at.weights, strict=True)):
        centred = at.centred(cluster)
        total += weight * (probability * ((centred @ moves.T) ** 2).sum(axis=1)) @ centred
    return total
