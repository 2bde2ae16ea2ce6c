"""Where nothing happened, no effect should be estimated: placebo cut-offs and years, donut, bandwidths, balance.

Rows of `by_school` are schools: ``rank`` (zero at the true cut-off), the outcome or traits, ``board`` (the cluster).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import Bandwidths, discontinuity
from analysis.stats.fit import Fit
from analysis.stats.panel import Engine, difference_in_differences

RANK, BOARD = "rank", "board"


def placebo_cutoffs(by_school: pd.DataFrame, outcome: str, cutoffs: Iterable[float]) -> pd.DataFrame:
    """Estimate jumps at cut-offs that decide nothing, each among schools on its own side of the true one.

    Parameters
    ----------
    by_school, outcome : Schools, and a column.
    cutoffs : In units of the rank.

    Returns
    -------
    DataFrame
        A row per cut-off: ``cutoff`` and the columns of `Discontinuity.row`.
    """
    check_complete(by_school, [RANK, outcome, BOARD], "at the cut-off")
    return pd.DataFrame(
        [{"cutoff": cutoff, **_jump(_own_side(by_school, cutoff), outcome, cutoff=cutoff)} for cutoff in cutoffs]
    )


def donut(by_school: pd.DataFrame, outcome: str, radii: Iterable[float]) -> pd.DataFrame:
    """Estimate the jump without the schools nearest to the cut-off.

    Parameters
    ----------
    by_school, outcome : Schools, and a column.
    radii : Ranks from the cut-off within which schools stay out.

    Returns
    -------
    DataFrame
        A row per radius: ``radius`` and the columns of `Discontinuity.row`.
    """
    check_complete(by_school, [RANK, outcome, BOARD], "at the cut-off")
    distance = by_school[RANK].abs()
    return pd.DataFrame([{"radius": radius, **_jump(by_school[distance >= radius], outcome)} for radius in radii])


def bandwidth_curve(by_school: pd.DataFrame, outcome: str, factors: Iterable[float]) -> pd.DataFrame:
    """Estimate the jump at multiples of the chosen bandwidths.

    Parameters
    ----------
    by_school, outcome : Schools, and a column.
    factors : By which both bandwidths are multiplied.

    Returns
    -------
    DataFrame
        A row per factor: ``factor`` and the columns of `Discontinuity.row`.
    """
    check_complete(by_school, [RANK, outcome, BOARD], "at the cut-off")
    chosen = discontinuity(by_school[RANK], by_school[outcome], cluster=by_school[BOARD]).bandwidths
    scaled = {factor: Bandwidths(chosen.main * factor, chosen.bias * factor) for factor in factors}
    return pd.DataFrame([{"factor": factor, **_jump(by_school, outcome, each)} for factor, each in scaled.items()])


def balance(by_school: pd.DataFrame, traits: Sequence[str]) -> pd.DataFrame:
    """Estimate the jump of traits from before the start.

    Parameters
    ----------
    by_school, traits : Schools, and numeric columns.

    Returns
    -------
    DataFrame
        ``trait``, the columns of `Discontinuity.row`, ``mean_left`` and ``mean_right`` within the bandwidth, and
        ``in_sd``: the jump in standard deviations, missing for a trait in which these schools do not differ.
    """
    rows = []
    check_complete(by_school, [RANK, *traits, BOARD], "at the cut-off")
    for trait in traits:
        jump = _jump(by_school, trait)
        near = by_school[by_school[RANK].abs() < jump["bandwidth"]]
        right, sd = near[RANK] >= 0, float(near[trait].std())
        means = {"mean_left": float(near.loc[~right, trait].mean()), "mean_right": float(near.loc[right, trait].mean())}
        rows.append({"trait": trait, **jump, **means, "in_sd": jump["estimate"] / sd if sd > 0 else np.nan})
    return pd.DataFrame(rows)


def placebo_years(
    frame: pd.DataFrame,
    outcome: str,
    starts: Iterable[int],
    *,
    before: int,
    treated: str,
    engine: Engine = "linearmodels",
) -> dict[int, Fit]:
    """Estimate differences in differences as if the treatment had started in earlier years.

    Parameters
    ----------
    frame, outcome, treated, engine : As of `panel.difference_in_differences`.
    starts : Years.
    before : Year in which the treatment started; only earlier ones are used.

    Returns
    -------
    dict
        The fit by start.

    Raises
    ------
    ModelError
        A start leaves no years before or after it.
    """
    check_complete(frame, ["year", treated], "the panel")
    rows = frame[frame["year"] < before]
    first, last = int(rows["year"].min()), int(rows["year"].max())
    starts = list(starts)
    wrong = [start for start in starts if not first < start <= last]
    if wrong:
        raise ModelError(
            f"a placebo start of {wrong[0]} leaves no years before or after it in {first}-{last}", Reason.INVALID
        )
    return {
        start: difference_in_differences(rows, outcome, treated=treated, start=start, engine=engine) for start in starts
    }


def _jump(
    by_school: pd.DataFrame, outcome: str, bandwidths: Bandwidths | None = None, cutoff: float = 0.0
) -> dict[str, float]:
    columns = by_school[RANK], by_school[outcome]
    return discontinuity(*columns, cutoff=cutoff, cluster=by_school[BOARD], bandwidths=bandwidths).row()


def _own_side(by_school: pd.DataFrame, cutoff: float) -> pd.DataFrame:
    if cutoff == 0:
        raise ModelError("a placebo cut-off is left or right of the true one, at zero", Reason.INVALID)
    return by_school[by_school[RANK] >= 0] if cutoff > 0 else by_school[by_school[RANK] < 0]
