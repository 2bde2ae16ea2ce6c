r"""How much of segregation comes of where groups live, and how much of how they choose.

Three things may differ between groups: their homes (residence), how much distance counts for them (distance), and what
they look for in a school (tastes). Segregation is simulated with every combination of these as it is or made equal, to
find the difference that each makes: in one order, in the other, and as its average over all orders (Shapley).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.chapters.school_choice.models.population import Population, summary
from analysis.chapters.school_choice.models.worlds import FACTORS, Drawn

Values = Mapping[frozenset[str], Floats]

CHANCE = "chance"
RESIDENCE_COLUMNS = (
    *("group", "index", "order", "factor", "estimate", "std_error", "ci_low", "ci_high", "share", "n_obs"),
)


def contributions(values: Values, order: Sequence[str]) -> dict[str, Floats]:
    """Compute what each factor adds when factors become as they are one after the other.

    Parameters
    ----------
    values : The index by the set of factors that are as they are; the others are equal for all.
    order
        The factors that are made equal, the first to become as it is first. Other factors in `values` are as they are.

    Returns
    -------
    dict
        Difference in the index by factor.
    """
    added, before = {}, _others(values, order)
    for factor in order:
        added[factor] = values[before | {factor}] - values[before]
        before |= {factor}
    return added


def shapley(values: Values, factors: Sequence[str]) -> dict[str, Floats]:
    """Average what each factor adds over all orders (Shapley 1953; Shorrocks 2013).

    Parameters
    ----------
    values, factors : As in `contributions`.

    Returns
    -------
    dict
        Difference in the index by factor.
    """
    every = [contributions(values, order) for order in permutations(factors)]
    return {factor: np.asarray(np.mean([each[factor] for each in every], axis=0)) for factor in factors}


def _others(values: Values, factors: Sequence[str]) -> frozenset[str]:
    """Return the factors that are never made equal."""
    return frozenset().union(*values) - set(factors)


def residence_and_choice(choosers: Choosers, drawn: Drawn) -> pd.DataFrame:
    """Split every index of segregation over chance, residence, distance and tastes.

    Parameters
    ----------
    choosers, drawn : The choosers, and what came out of the draws.

    Returns
    -------
    DataFrame
        ``group`` (who is compared), ``index``, ``order`` (``residence first``, ``tastes first`` or ``Shapley``),
        ``factor``, ``estimate`` in points of the index with standard error and interval, ``share`` of what chance does
        not explain, and ``n_obs``; empty where there are no models, or nobody to compare. ``chance`` is the index with
        all three equal, the same in every order; all four add up to the prediction of the models.

    Notes
    -----
    Equal homes: choosers swap homes at random. Equal distance: all have the coefficients of pairs of chooser and
    school of one model of all choosers. Equal tastes: all have its coefficients of schools. Held fixed throughout are
    the schools with their composition of a year before, which is itself an outcome of choice, and the homes, which
    may have been chosen for a school. Where all choosers are one group, only their homes can differ.
    """
    if not drawn.indices or not drawn.measures:
        return pd.DataFrame(columns=list(RESIDENCE_COLUMNS))
    factors = FACTORS if len(choosers.groups) > 1 else FACTORS[:1]
    orders = {"residence first": factors, "tastes first": factors[::-1]}
    sizes = Population.of(choosers).sizes
    rows = []
    for column, (group, index) in enumerate(drawn.measures):
        values = {name: draws[:, column] for name, draws in drawn.indices.items() if isinstance(name, frozenset)}
        by_order = {name: contributions(values, order) for name, order in orders.items()}
        by_order["Shapley"] = shapley(values, factors)
        chance = values[_others(values, factors)]
        for order, parts in by_order.items():
            explained = sum(float(part.mean()) for part in parts.values())
            for factor, draws in {CHANCE: chance, **parts}.items():
                share = np.nan if factor == CHANCE else float(draws.mean()) / explained
                rows.append(
                    {"group": group, "index": index, "order": order, "factor": factor}
                    | summary(draws)
                    | {"share": share, "n_obs": sizes[group]}
                )
    return pd.DataFrame(rows)
