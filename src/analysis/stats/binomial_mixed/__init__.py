r"""Shares of groups that differ by more than chance: a binomial logit with normal differences between groups.

.. math:: y_j \sim \mathrm{Bin}(n_j, p_j), \qquad \mathrm{logit}\, p_j = x_j'\beta + u_j, \qquad u_j \sim N(0, \tau^2)

by maximum likelihood or, with the coefficients integrated out too, by restricted likelihood (`restricted`); the
integral over u is by adaptive Gauss-Hermite quadrature (`one_term`); with a second normal
term that passes, :math:`v_{jt}`, by Laplace's approximation (`two_terms`) or by quadrature (`nested`); what is known of
one group afterwards (`posterior`). A count that is only known to lie between limits enters as what it may be
(`counts`).
"""

from analysis.stats.binomial_mixed.counts import Counts, OpenCounts
from analysis.stats.binomial_mixed.nested import fit_nested
from analysis.stats.binomial_mixed.one_term import MixedLogit, fit_one_term
from analysis.stats.binomial_mixed.posterior import Posterior, posterior
from analysis.stats.binomial_mixed.two_terms import NestedLogit, fit_two_terms

__all__ = [
    "Counts",
    "MixedLogit",
    "NestedLogit",
    "OpenCounts",
    "Posterior",
    "fit_nested",
    "fit_one_term",
    "fit_two_terms",
    "posterior",
]
