"""A mixed logit: choosers of one group differ in how much distance and the composition of a school count for them.

Estimated with xlogit on a sample of choosers with sampled alternatives; the prediction for full choice sets is ours.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats.qmc import Halton
from xlogit import MixedLogit as XlogitMixed

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.sampling import Sampled

HALTON_DRAWS = 50  # per chooser
START = 1.0  # standard deviation to start from, of a term divided by its own: at zero the likelihood is flat


@dataclass(frozen=True, eq=False)
class MixedLogit:
    """The estimates of a mixed logit.

    Parameters
    ----------
    means, deviations : Mean of the coefficient of each term; standard deviation of those that differ between choosers.
    covariance : Of the means and then the standard deviations.
    loglik : Log-likelihood.
    converged : Whether the optimiser says that it arrived; where it did not, no number of this counts.
    """

    means: pd.Series
    deviations: pd.Series
    covariance: pd.DataFrame
    loglik: float
    converged: bool

    def draws(self, number: int, seed: int) -> Floats:
        """Draw coefficients of that many choosers, evenly over the population: number x terms."""
        points = Halton(len(self.deviations), seed=np.random.default_rng(seed)).random(number)
        coefficients = np.tile(self.means.to_numpy(), (number, 1))
        random = self.means.index.get_indexer(self.deviations.index)
        coefficients[:, random] += ndtri(points) * self.deviations.to_numpy()
        return coefficients


def estimate_mixed(sample: Sampled, random: Sequence[str], *, max_iterations: int = 200) -> MixedLogit:
    """Estimate by simulated maximum likelihood with Halton draws, normal coefficients, uncorrelated.

    Parameters
    ----------
    sample
        Choosers and sampled alternatives. Their offset enters as in the conditional logit, which for a mixed logit is
        consistent up to an approximation of the chances that vanishes with the size of the sets (Guevara and Ben-Akiva
        2013).
    random : The terms whose coefficients differ between choosers.
    max_iterations : Steps of the optimiser.

    Returns
    -------
    MixedLogit
        The estimates, in the units of the terms.
    """
    x = sample.attributes.to_numpy(float)
    scale, n_choosers = x.std(axis=0), len(sample.choices)  # the optimiser starts every step equal
    index = sample.attributes.index
    size = len(index) // n_choosers
    start = [sample.estimate().params.to_numpy() * scale, np.full(len(random), START)]
    model = XlogitMixed()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge is in the result
        model.fit(
            X=x / scale,
            y=index.isin(sample.choices.index).astype(int),
            varnames=list(sample.attributes),
            ids=np.repeat(np.arange(n_choosers), size),
            alts=np.tile(np.arange(size), n_choosers),
            randvars=dict.fromkeys(random, "n"),
            addit=sample.offset.to_numpy(),
            n_draws=HALTON_DRAWS,
            maxiter=max_iterations,
            verbose=0,
            mnl_init=False,
            init_coeff=np.concatenate(start),
        )
    return _in_units(model, pd.Series(scale, index=list(sample.attributes)))


def _in_units(model: XlogitMixed, scale: pd.Series) -> MixedLogit:
    names = [str(name) for name in model.coeff_names]
    units = scale.loc[[name.removeprefix("sd.") for name in names]]
    values = pd.Series(model.coeff_ / units.to_numpy(), index=names)
    deviations = values[values.index.str.startswith("sd.")]
    return MixedLogit(
        means=values.loc[scale.index],
        deviations=deviations.abs().rename(lambda name: name.removeprefix("sd.")),
        covariance=pd.DataFrame(model.covariance / np.outer(units, units), index=names, columns=names),
        loglik=float(model.loglikelihood),
        converged=bool(model.convergence),
    )
