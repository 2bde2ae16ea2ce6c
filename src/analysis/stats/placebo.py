"""Where nothing happened, nothing should be found: placebo cut-offs and years, donut, bandwidth curve, balance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.discontinuity import Bandwidths, discontinuity
from analysis.stats.fit import Fit
from analysis.stats.panel import Engine, difference_in_differences

RANK = "rank"


def placebo_cutoffs(
    by_school: pd.DataFrame, outcome: str, cutoffs: Iterable[float], *, cluster: str = "board"
) -> pd.DataFrame:
    """Estimate jumps at cut-offs that decide nothing, each among schools on its own side of the true one.

    Parameters
    ----------
    by_school : One row per school: ``rank`` (zero at the true cut-off), the outcome, the cluster.

    Returns
    -------
    DataFrame : A row per cut-off: ``cutoff`` and the columns of `Discontinuity.row`.
    """
    check_complete(by_school, [RANK, outcome, cluster], "at the cut-off")
    return _rows(
        "cutoff",
        cutoffs,
        lambda cutoff: _jump(_own_side(by_school, cutoff), outcome, cluster, cutoff=cutoff),
    )


def donut(by_school: pd.DataFrame, outcome: str, radii: Iterable[float], *, cluster: str = "board") -> pd.DataFrame:
    """Estimate the jump without the schools nearest to the cut-off; ``radius`` and the columns of `row`."""
    check_complete(by_school, [RANK, outcome, cluster], "at the cut-off")
    return _rows("radius", radii, lambda radius: _jump(_outside(by_school, radius), outcome, cluster))


def bandwidth_curve(
    by_school: pd.DataFrame, outcome: str, factors: Iterable[float], *, cluster: str = "board"
) -> pd.DataFrame:
    """Estimate the jump at multiples of the chosen bandwidths; ``factor`` and the columns of `row`."""
    check_complete(by_school, [RANK, outcome, cluster], "at the cut-off")
    chosen = discontinuity(by_school[RANK], by_school[outcome], cluster=by_school[cluster]).bandwidths

    def at(factor: float) -> dict[str, float]:
        return _jump(by_school, outcome, cluster, Bandwidths(chosen.main * factor, chosen.bias * factor))

    return _rows("factor", factors, at)


def balance(by_school: pd.DataFrame, traits: Sequence[str], *, cluster: str = "board") -> pd.DataFrame:
    """Estimate the jump of traits from before the start; ``trait``, the columns of `row` and means on either side.

    Returns
    -------
    DataFrame
        ``mean_left`` and ``mean_right`` are means within the bandwidth; ``in_sd`` is the jump in standard deviations,
        not known of a trait in which these schools do not differ.
    """
    rows = []
    check_complete(by_school, [RANK, *traits, cluster], "at the cut-off")
    for trait in traits:
        jump = _jump(by_school, trait, cluster)
        near = by_school[by_school[RANK].abs() < jump["bandwidth"]]
        right, spread = near[RANK] >= 0, float(near[trait].std())
        rows.append(
            {
                "trait": trait,
                **jump,
                "mean_left": float(near.loc[~right, trait].mean()),
                "mean_right": float(near.loc[right, trait].mean()),
                "in_sd": jump["estimate"] / spread if spread > 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def placebo_years(
    frame: pd.DataFrame,
    outcome: str,
    starts: Iterable[int],
    *,
    before: int = 2021,
    treated: str = "amt",
    cluster: str = "board",
    engine: Engine = "linearmodels",
) -> dict[int, Fit]:
    """Pretend that the treatment started earlier, in the years before it did: difference in differences by start."""
    check_complete(frame, ["year", treated], "the panel")
    rows = frame[frame["year"] < before]
    first, last = int(rows["year"].min()), int(rows["year"].max())
    chosen = list(starts)
    wrong = [start for start in chosen if not first < start <= last]
    if wrong:
        raise ModelError(
            f"a placebo start of {wrong[0]} leaves no years before or after it in {first}-{last}", Reason.INVALID
        )
    return {
        start: difference_in_differences(rows, outcome, treated=treated, start=start, cluster=cluster, engine=engine)
        for start in chosen
    }


def _rows(name: str, values: Iterable[float], estimate: Callable[[float], dict[str, float]]) -> pd.DataFrame:
    return pd.DataFrame([{name: value, **estimate(value)} for value in values])


def _jump(
    by_school: pd.DataFrame,
    outcome: str,
    cluster: str,
    bandwidths: Bandwidths | None = None,
    cutoff: float = 0.0,
) -> dict[str, float]:
    return discontinuity(
        by_school[RANK], by_school[outcome], cutoff=cutoff, cluster=by_school[cluster], bandwidths=bandwidths
    ).row()


def _own_side(by_school: pd.DataFrame, cutoff: float) -> pd.DataFrame:
    if cutoff == 0:
        raise ModelError("a placebo cut-off lies left or right of the true one, at zero", Reason.INVALID)
    return by_school[by_school[RANK] >= 0] if cutoff > 0 else by_school[by_school[RANK] < 0]


def _outside(by_school: pd.DataFrame, radius: float) -> pd.DataFrame:
    return by_school[by_school[RANK].abs() >= radius]
