"""A mixed logit: choosers of one group differ in how much distance and the composition of a school count for them.

Estimated with xlogit on a sample of choosers with sampled alternatives; the prediction for full choice sets is ours.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats.qmc import Halton
from xlogit import MixedLogit as XlogitMixed

from analysis.chapters.school_choice.models.sampling import Sampled
from analysis.errors import InputError

Floats = NDArray[np.float64]

HALTON_DRAWS = 50
START = 1.0  # spread to start from, of a term divided by its own spread: at zero the likelihood is flat


@dataclass(frozen=True, eq=False)
class MixedLogit:
    """What was found.

    Parameters
    ----------
    means, spreads
        Mean of the coefficient of each term; standard deviation of those that differ between choosers.
    covariance
        Of the means and then the spreads.
    loglik
        Log-likelihood.
    n_obs
        Number of choosers.
    converged
        Whether the optimiser says that it arrived; where it did not, no number of this should be told.
    seconds
        How long it took.
    """

    means: pd.Series
    spreads: pd.Series
    covariance: pd.DataFrame
    loglik: float
    n_obs: int
    converged: bool
    seconds: float

    def draws(self, number: int, seed: int) -> Floats:
        """Return coefficients of that many choosers, spread evenly over the population: number x terms."""
        points = Halton(len(self.spreads), seed=np.random.default_rng(seed)).random(number)
        found = np.tile(self.means.to_numpy(), (number, 1))
        places = self.means.index.get_indexer(self.spreads.index)
        found[:, places] += ndtri(points) * self.spreads.to_numpy()
        return found


def estimate_mixed(
    sample: Sampled, random: Sequence[str], *, draws: int = HALTON_DRAWS, max_iterations: int = 200
) -> MixedLogit:
    """Estimate by simulated maximum likelihood with Halton draws, normal coefficients, uncorrelated.

    Parameters
    ----------
    sample
        Choosers and sampled alternatives. Their offset enters as in the conditional logit, which for a mixed logit is
        consistent up to an approximation of the chances that vanishes with the size of the sets (Guevara and Ben-Akiva
        2013).
    random
        The terms whose coefficients differ between choosers.
    draws
        Halton draws per chooser.
    max_iterations
        Steps of the optimiser.

    Raises
    ------
    InputError
        A term is not in the sample.
    """
    names = list(sample.attributes.columns)
    unknown = sorted(set(random) - set(names))
    if unknown:
        raise InputError("random", "no such term", given=", ".join(unknown), allowed=", ".join(names))
    x, scale = _scaled(sample)
    index = sample.attributes.index
    size = len(index) // len(sample.choices)
    chosen = index.isin(sample.choices.index).astype(int)
    model, start = XlogitMixed(), perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge stands in the result
        model.fit(
            X=x,
            y=chosen,
            varnames=names,
            ids=np.repeat(np.arange(len(sample.choices)), size),
            alts=np.tile(np.arange(size), len(sample.choices)),
            randvars=dict.fromkeys(random, "n"),
            addit=sample.offset.to_numpy(),
            n_draws=draws,
            maxiter=max_iterations,
            verbose=0,
            mnl_init=False,
            init_coeff=np.concatenate(
                [sample.estimate(clustered=False).params.to_numpy() * scale, np.full(len(random), START)]
            ),
        )
    return _result(model, names, scale, len(sample.choices), perf_counter() - start)


def _scaled(sample: Sampled) -> tuple[Floats, Floats]:
    """Divide each term by its spread: the optimiser starts every step equal."""
    x = sample.attributes.to_numpy(float)
    scale = x.std(axis=0)
    return x / scale, scale


def _result(model: XlogitMixed, names: list[str], scale: Floats, n_obs: int, seconds: float) -> MixedLogit:
    found = [str(name) for name in model.coeff_names]
    units = pd.Series(scale, index=names)
    of = [name.removeprefix("sd.") for name in found]
    values = pd.Series(model.coeff_ / units.loc[of].to_numpy(), index=found)
    covariance = model.covariance / np.outer(units.loc[of], units.loc[of])
    spreads = [name for name in found if name.startswith("sd.")]
    return MixedLogit(
        means=values.loc[names],
        spreads=values.loc[spreads].abs().rename(lambda name: name.removeprefix("sd.")),
        covariance=pd.DataFrame(covariance, index=found, columns=found),
        loglik=float(model.loglikelihood),
        n_obs=n_obs,
        converged=bool(model.convergence),
        seconds=seconds,
    )
