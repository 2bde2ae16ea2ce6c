"""Whether tastes differ between groups, and within them, on one sample of choosers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.mixed import MixedLogit
from analysis.chapters.school_choice.models.population import Population
from analysis.chapters.school_choice.models.sampling import Sampled
from analysis.errors import ModelError
from analysis.stats.conditional_logit import ConditionalLogitResult

SLACK = 0.1  # of a log-likelihood: what is left to gain where the optimiser stops
MIXED_NUMBERS = ["loglik", "loglik_groups", "loglik_conditional", "lr_groups", "lr_within", "p_groups", "p_within"]
MIXED_COLUMNS = ["term", "estimate", "std_error", *MIXED_NUMBERS, "df_groups", "converged", "n_obs"]


def with_groups(sample: Sampled, few: Choosers, random: Sequence[str]) -> Sampled:
    """Add to a sample, of every random term, its difference in each group from the first one."""
    population = Population.of(few)
    chooser = sample.attributes.index.get_level_values(0)
    group = few.situations["group"].to_numpy()[population.row][chooser]
    more = {
        of_group(term, other): sample.attributes[term] * (group == other) for other in few.groups[1:] for term in random
    }
    attributes = sample.attributes.assign(**more)
    attributes.attrs = sample.attributes.attrs
    return replace(sample, attributes=attributes)


def estimated(sample: Sampled) -> ConditionalLogitResult | None:
    """Estimate the conditional logit; None where the sample does not determine it."""
    try:
        return sample.estimate(clustered=False)
    except ModelError as error:
        if not error.reason.of_the_data:
            raise
        return None


def arrived(mixed: MixedLogit, by_group: ConditionalLogitResult) -> MixedLogit | None:
    """Return the mixed logit if it is at its maximum.

    With standard deviations of zero it is the logit with terms of groups. So where it is below that, the optimiser
    stopped on the way, whatever it says.
    """
    return mixed if mixed.converged and mixed.loglik > by_group.loglik - SLACK else None


def of_group(term: str, group: str) -> str:
    """Name what a term adds in a group."""
    return f"{term}, {group}"


def about(
    random: Sequence[str],
    mixed: MixedLogit | None,
    by_group: ConditionalLogitResult | None,
    plain: ConditionalLogitResult,
) -> pd.DataFrame:
    """Report how much choosers differ; of a mixed logit that did not converge (None) nothing but that."""
    rows = pd.DataFrame({"term": list(random)}).assign(
        **dict.fromkeys(["estimate", "std_error", *MIXED_NUMBERS], np.nan)
    )
    rows = rows.assign(loglik_conditional=plain.loglik, df_groups=0)
    if by_group is not None:
        between, df = 2 * (by_group.loglik - plain.loglik), len(by_group.params) - len(plain.params)
        rows = rows.assign(loglik_groups=by_group.loglik, df_groups=df)
        if df:
            rows = rows.assign(lr_groups=between, p_groups=chi2.sf(between, df))
    if mixed is not None and by_group is not None:
        within = max(2 * (mixed.loglik - by_group.loglik), 0.0)
        errors = pd.Series(np.sqrt(np.diag(mixed.covariance))[len(mixed.means) :], index=mixed.spreads.index)
        rows = rows.assign(
            estimate=mixed.spreads[list(random)].to_numpy(),
            std_error=errors[list(random)].to_numpy(),
            loglik=mixed.loglik,
            lr_within=within,
            p_within=at_the_edge(within, len(random)),
        )
    return rows.assign(converged=yes_or_no(mixed is not None), n_obs=int(plain.n_obs))


def at_the_edge(ratio: float, number: int) -> float:
    """Return the p-value of a likelihood ratio of standard deviations that are zero under the hypothesis."""
    if ratio <= 0:
        return 1.0
    return float(sum(comb(number, k) * chi2.sf(ratio, k) for k in range(1, number + 1)) / 2**number)


def yes_or_no(arrived: bool | pd.Series[bool]) -> NDArray[np.str_]:
    return np.where(arrived, "yes", "no")
