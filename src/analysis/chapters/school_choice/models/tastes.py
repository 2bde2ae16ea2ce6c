"""Whether tastes differ between groups, and within them, on one sample of choosers.

Asked in two steps: a logit with terms of groups against one without, then a mixed logit against that. A mixed logit
that does not know the groups cannot answer the second, and with one choice per chooser it hardly sees the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb

import numpy as np
import pandas as pd
from scipy.stats import chi2

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.mixed import MixedLogit, estimate_mixed
from analysis.chapters.school_choice.models.population import Population
from analysis.chapters.school_choice.models.sampling import Sampled, sampled
from analysis.errors import InputError, ModelError
from analysis.stats.conditional_logit import ConditionalLogitResult

SLACK = 0.1  # of a log-likelihood: what is left to gain where the optimiser stops
GROUP_TERM = "{}, {}"
"""Name of what a term adds in a group."""
MIXED_NUMBERS = ["loglik", "loglik_groups", "loglik_conditional", "lr_groups", "lr_within", "p_groups", "p_within"]
MIXED_COLUMNS = ["term", "estimate", "std_error", *MIXED_NUMBERS, "df_groups", "converged", "n_obs"]


@dataclass(frozen=True, eq=False)
class TasteModels:
    """Three models of one sample, each in the one after it.

    Parameters
    ----------
    random : Terms whose coefficients may differ between choosers.
    plain : The conditional logit.
    by_group : With a coefficient of the random terms for every group; None where the sample does not determine it.
    mixed : In which they also differ within groups; None where that is so, or it did not converge.
    """

    random: Sequence[str]
    plain: ConditionalLogitResult
    by_group: ConditionalLogitResult | None
    mixed: MixedLogit | None

    def table(self) -> pd.DataFrame:
        """Tabulate how much choosers differ, with the tests; columns as in `substitution`."""
        rows = pd.DataFrame({"term": list(self.random)}).assign(
            **dict.fromkeys(["estimate", "std_error", *MIXED_NUMBERS], np.nan)
        )
        rows = rows.assign(loglik_conditional=self.plain.loglik, df_groups=0)
        if self.by_group is not None:
            between = 2 * (self.by_group.loglik - self.plain.loglik)
            df = len(self.by_group.params) - len(self.plain.params)
            rows = rows.assign(loglik_groups=self.by_group.loglik, df_groups=df)
            if df:
                rows = rows.assign(lr_groups=between, p_groups=chi2.sf(between, df))
        if self.mixed is not None and self.by_group is not None:
            mixed, within = self.mixed, max(2 * (self.mixed.loglik - self.by_group.loglik), 0.0)
            errors = pd.Series(np.sqrt(np.diag(mixed.covariance))[len(mixed.means) :], index=mixed.deviations.index)
            rows = rows.assign(
                estimate=mixed.deviations[list(self.random)].to_numpy(),
                std_error=errors[list(self.random)].to_numpy(),
                loglik=mixed.loglik,
                lr_within=within,
                p_within=at_the_edge(within, len(self.random)),
            )
        return rows.assign(converged="no" if self.mixed is None else "yes", n_obs=int(self.plain.n_obs))


def fit_taste_models(
    choosers: Choosers, formula: str, random: Sequence[str], *, alternatives: int, seed: int
) -> TasteModels:
    """Estimate the three models on sampled alternatives.

    Parameters
    ----------
    choosers, formula, random : The choosers, the terms of all models, and those whose coefficients may differ.
    alternatives, seed : Sampled schools per chooser beyond the nearest ones, and the seed.

    Returns
    -------
    TasteModels
        The models.

    Raises
    ------
    InputError
        The formula has no such random term.
    """
    sample = sampled(choosers, formula, number=alternatives, seed=seed)
    unknown = sorted(set(random) - set(sample.attributes))
    if unknown:
        allowed = ", ".join(map(str, sample.attributes))
        raise InputError("random", "no such term", given=", ".join(unknown), allowed=allowed)
    grouped, plain = _with_groups(sample, choosers, random), sample.estimate()
    try:
        by_group = grouped.estimate()
    except ModelError as error:
        error.raise_unless_of_the_data()
        return TasteModels(random, plain, None, None)
    mixed = estimate_mixed(grouped, random)
    # With standard deviations of zero it is the logit with terms of groups. So where it is below that, the optimiser
    # stopped on the way, whatever it says.
    arrived = mixed.converged and mixed.loglik > by_group.loglik - SLACK
    return TasteModels(random, plain, by_group, mixed if arrived else None)


def _with_groups(sample: Sampled, choosers: Choosers, random: Sequence[str]) -> Sampled:
    """Add to a sample, of every random term, its difference in each group from the first one."""
    chooser = sample.attributes.index.get_level_values(0)
    group = choosers.situations["group"].to_numpy()[Population.of(choosers).row][chooser]
    differences = {
        GROUP_TERM.format(term, other): sample.attributes[term] * (group == other)
        for other in choosers.groups[1:]
        for term in random
    }
    attributes = sample.attributes.assign(**differences)
    attributes.attrs = sample.attributes.attrs
    return replace(sample, attributes=attributes)


def at_the_edge(ratio: float, number: int) -> float:
    """Compute the p-value of a likelihood ratio of standard deviations that are zero under the hypothesis.

    Parameters
    ----------
    ratio, number : The likelihood ratio, and how many standard deviations; see `substitution`.

    Returns
    -------
    float
        The p-value.
    """
    if ratio <= 0:
        return 1.0
    return float(sum(comb(number, k) * chi2.sf(ratio, k) for k in range(1, number + 1)) / 2**number)
