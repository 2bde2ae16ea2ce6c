"""Several outcomes at once, and few clusters: the wild cluster bootstrap, and Romano-Wolf's stepdown on top of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.fit import cluster_sums
from analysis.stats.panel import PanelDesign

# Webb's six points: with a dozen clusters, two points would give few different draws.
WEBB = np.sqrt(np.array([1.5, 1.0, 0.5, 0.5, 1.0, 1.5])) * np.array([-1, -1, -1, 1, 1, 1])


def romano_wolf(
    panel: PanelDesign,
    outcomes: Sequence[str],
    term: str,
    *,
    rng: np.random.Generator,
    draws: int = 999,
) -> pd.DataFrame:
    r"""Adjust the p-values of one term for having been tested on several outcomes.

    Parameters
    ----------
    panel : With the only term `term`.
    outcomes : Columns; one that is another's mirror (retention and outflow) costs nothing, as they move together.
    term : Name of the term.
    rng, draws : Source of chance, and number of draws, of the bootstrap over boards.

    Returns
    -------
    DataFrame
        ``outcome, estimate, t_statistic, p_value_wild, p_value_romano_wolf``.

    Notes
    -----
    Romano and Wolf (2005): outcomes from the largest \|t\| down, each against the largest bootstrapped \|t\| of
    itself and of those still to come; never below the one before. Draws are shared by all outcomes.
    """
    estimates, observed, bootstrapped = wild_draws(panel, outcomes, term, rng=rng, draws=draws)
    size, drawn = np.abs(observed), np.abs(bootstrapped)
    order = np.argsort(-size)
    stepwise = [_p_value(drawn[:, order[step:]].max(axis=1), size[order[step]]) for step in range(len(order))]
    adjusted = np.empty(len(outcomes))
    adjusted[order] = np.maximum.accumulate(stepwise)
    own = [_p_value(drawn[:, outcome], size[outcome]) for outcome in range(len(outcomes))]
    return pd.DataFrame(
        {
            "outcome": list(outcomes),
            "estimate": estimates,
            "t_statistic": observed,
            "p_value_wild": own,
            "p_value_romano_wolf": adjusted,
        }
    )


def wild_draws(
    panel: PanelDesign, outcomes: Sequence[str], term: str, *, rng: np.random.Generator, draws: int
) -> tuple[Floats, Floats, Floats]:
    r"""Bootstrap the t-statistics of one term, its null imposed.

    Parameters
    ----------
    panel, outcomes, term, rng, draws : As of `romano_wolf`.

    Returns
    -------
    tuple
        Estimates and t-statistics, shape (outcomes,), and bootstrapped t-statistics, shape (draws, outcomes).

    Notes
    -----
    Cameron, Gelbach and Miller (2008): :math:`y^* = v_g \tilde y`, with :math:`\tilde y` the outcome without effects of
    schools and years (the residual under the null) and :math:`v_g` one weight per cluster and draw. All that a
    draw needs is a sum over clusters, weighted by :math:`v_g`, so that no regression is run again.
    """
    if tuple(panel.terms) != (term,):
        raise ModelError(
            f"the bootstrap is for one term, {term}; the panel has {', '.join(panel.terms)}", Reason.INVALID
        )
    check_complete(panel.rows, outcomes, "the panel")
    groups, _ = panel.clusters("board")
    x, years = panel.demeaned.to_numpy(), panel.years
    y = panel.demean(panel.rows[list(outcomes)].to_numpy(float))
    squares, with_years = cluster_sums(groups, x**2)[:, 0], cluster_sums(groups, x * years)
    weights = rng.choice(WEBB, size=(draws, len(squares)))
    project = np.linalg.inv(years.T @ years)
    estimates, observed, bootstrapped = [], [], []
    for outcome in y.T[:, :, None]:
        products, year_sums = cluster_sums(groups, x * outcome)[:, 0], cluster_sums(groups, years * outcome)
        estimates.append(products.sum() / squares.sum())
        observed.append(_t(products[None] - estimates[-1] * squares, estimates[-1:], squares)[0])
        drawn = weights * products
        beta = drawn.sum(axis=1) / squares.sum()
        scores = drawn - (weights @ year_sums) @ project @ with_years.T - np.outer(beta, squares)
        bootstrapped.append(_t(scores, beta, squares))
    return np.array(estimates), np.array(observed), np.stack(bootstrapped, axis=1)


def _t(scores: Floats, beta: Floats | list[float], squares: Floats) -> Floats:
    """T-statistics from cluster scores (draws x clusters); constants that all draws share are left out."""
    return np.asarray(np.asarray(beta) * squares.sum() / np.sqrt((scores**2).sum(axis=1)))


def _p_value(drawn: Floats, observed: float) -> float:
    return float((1 + (drawn >= observed).sum()) / (1 + len(drawn)))
