"""What the pictures and tables of the chapter show, as frames with the counts that they rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.staffing.models import validity
from analysis.chapters.staffing.models.toelage import ALL, HONEST, RD_COLUMNS, Study
from analysis.errors import ModelError
from analysis.stats.binned import binned_means, fitted_lines
from analysis.stats.panel import event_year
from analysis.topics.staffing.models.rows import together

REACH = 15.0  # how far from the cut-off schools are drawn, in percent of the locations
LINE_POINTS = 9
DRAWN = ("mean", "fitted", "ci_low", "ci_high", "estimate")
TOLD = (
    *("estimate", "std_error", "ci_low", "ci_high", "p_value", "p_tost", "inner_low", "inner_high", "mde"),
    *("power_at_margin", "p_corrected", "p_tost_corrected", "in_margins", "in_margins_low", "in_margins_high"),
    *("verdict", "falls_at", "drift_low", "drift_high", "equivalent"),
)


def balance_table(of: Study) -> pd.DataFrame:
    """Tell the jumps of traits at the cut-off with the columns that `JUMP_COUNTS` knows; see `validity.balance`."""
    found = validity.balance(of)
    columns = ["trait", *RD_COLUMNS, "mean_left", "mean_right", "in_sd"]
    counts = dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), "int64")
    return found[columns].astype(counts)


def density_table(of: Study) -> pd.DataFrame:
    """Tell the densities on both sides of the cut-off, and the test that they are equal; a row without, if too few."""
    try:
        found = validity.density(of)
    except ModelError as error:
        error.raise_unless_of_the_data()
        empty = dict.fromkeys(("density_left", "density_right", "std_error", "p_value"), np.nan)
        return pd.DataFrame([{**empty, "n_left": 0, "n_right": 0}])
    told = {
        "density_left": found.left,
        "density_right": found.right,
        "std_error": found.std_error,
        "p_value": found.p_value,
    }
    return pd.DataFrame([{**told, "n_left": found.n_left, "n_right": found.n_right}])


def cutoff(of: Study, jumps: pd.DataFrame, *, width: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out binned means and fitted lines of every outcome at the cut-off.

    Parameters
    ----------
    jumps
        Of `toelage.at_cutoff`: the bandwidths of the lines; an outcome without one has no line.
    width
        Of the bins, in percent of the locations.

    Returns
    -------
    tuple of DataFrame
        ``outcome, side, middle, mean, schools`` and ``outcome, side, at, fitted, ci_low, ci_high, schools``.
    """
    rank = of.by_school["rank"]
    chosen = {row["outcome"]: row for row in jumps.to_dict("records")}
    points, lines = [], []
    for outcome in ALL:
        means = binned_means(rank, of.by_school[outcome], width=width, reach=REACH)
        points.append(means.rename(columns={"n_obs": "schools"}).assign(outcome=outcome))
        bandwidth = float(chosen[outcome]["bandwidth"])
        if np.isfinite(bandwidth):
            line = fitted_lines(rank, of.by_school[outcome], bandwidth=bandwidth, points=LINE_POINTS)
            schools = line["side"].map({side: chosen[outcome][f"n_{side}"] for side in ("left", "right")})
            lines.append(line.assign(outcome=outcome, schools=schools.astype(int)))
    columns = ["side", "at", "fitted", "ci_low", "ci_high", "outcome", "schools"]
    return pd.concat(points, ignore_index=True), (
        pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=columns)
    )


def both_intervals(robust: pd.DataFrame, honest: pd.DataFrame) -> pd.DataFrame:
    """Put the robust and the honest estimate of every jump below each other; ``interval`` says which it is."""
    parts = {"robust": robust, "honest": honest}
    told = [
        together([rows]).assign(interval=name, **{column: rows.get(column, np.nan) for column in HONEST})
        for name, rows in parts.items()
    ]
    return pd.concat(told).sort_index(kind="stable").reset_index(drop=True)


def stacked(points: pd.DataFrame, lines: pd.DataFrame, jumps: pd.DataFrame) -> pd.DataFrame:
    """Put dots, lines and jumps of a picture in one frame, ``part`` tells which."""
    told = jumps[["outcome", "estimate", "ci_low", "ci_high", "n_left", "n_right", "n_least"]]
    parts = {"bin": points, "line": lines, "jump": told.rename(columns={"n_least": "schools"})}
    frame = pd.concat([rows.assign(part=part) for part, rows in parts.items()], ignore_index=True)
    return frame.assign(schools=frame["schools"].astype("Int64"))


def with_year(events: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of an event study their year."""
    return events.assign(year=events["term"].map(event_year))
