"""Frames of the figure and table of the cut-off, with the counts that they rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.staffing.models.toelage import HONEST, Study
from analysis.stats.binned import binned_means, fitted_lines
from analysis.stats.complete import where_known
from analysis.topics.staffing.models.rows import together

REACH = 15.0  # how far from the cut-off schools are drawn, in percent of the locations
LINE_POINTS = 9


def cutoff(of: Study, estimates: pd.DataFrame, jumps: pd.DataFrame, *, width: float) -> pd.DataFrame:
    """Put binned means, fitted lines and jumps of every outcome at the cut-off in one frame.

    Parameters
    ----------
    of : The schools.
    estimates : Of `toelage.at_cutoff`: the bandwidths of the lines; an outcome without one has no line.
    jumps : The same, gated.
    width : Of the bins, in percent of the locations.

    Returns
    -------
    DataFrame
        ``part`` (``bin``, ``line`` or ``jump``), ``outcome``, and of bins ``side, middle, mean``, of lines ``side, at,
        fitted, ci_low, ci_high``, of jumps ``estimate, ci_low, ci_high, n_left, n_right``; ``schools`` is the number
        that a row rests on.
    """
    by_outcome = {row["outcome"]: row for row in estimates.to_dict("records")}
    points = []
    lines = [pd.DataFrame(columns=["side", "at", "fitted", "ci_low", "ci_high", "outcome", "schools"])]
    for outcome in of.outcomes:
        schools = where_known(of.by_school, [outcome])
        rank, value = schools["rank"], schools[outcome]
        means = binned_means(rank, value, width=width, reach=REACH)
        points.append(means.rename(columns={"n_obs": "schools"}).assign(outcome=outcome))
        jump = by_outcome[outcome]
        if np.isfinite(jump["bandwidth"]):
            line = fitted_lines(rank, value, bandwidth=float(jump["bandwidth"]), points=LINE_POINTS)
            number = line["side"].map({side: jump[f"n_{side}"] for side in ("left", "right")})
            lines.append(line.assign(outcome=outcome, schools=number.astype(int)))
    shown = jumps[["outcome", "estimate", "ci_low", "ci_high", "n_left", "n_right", "n_least"]]
    parts = {
        "bin": pd.concat(points, ignore_index=True),
        "line": pd.concat(lines[1:] or lines, ignore_index=True),
        "jump": shown.rename(columns={"n_least": "schools"}),
    }
    frame = pd.concat([rows.assign(part=part) for part, rows in parts.items()], ignore_index=True)
    return frame.assign(schools=frame["schools"].astype("Int64"))


def both_intervals(robust: pd.DataFrame, honest: pd.DataFrame) -> pd.DataFrame:
    """Put the robust and the honest estimate of every jump below each other.

    Parameters
    ----------
    robust, honest : Of `toelage.at_cutoff` and `toelage.honestly`.

    Returns
    -------
    DataFrame : As `rows.together`, with ``interval`` (robust or honest) and `HONEST`.
    """
    parts = {"robust": robust, "honest": honest}
    tables = [
        together([rows]).assign(interval=name, **{column: rows.get(column, np.nan) for column in HONEST})
        for name, rows in parts.items()
    ]
    return pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
