"""Frames of the figures and tables of the chapter, with the counts that they rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.staffing.models import validity
from analysis.chapters.staffing.models.toelage import ALL, HONEST, Study
from analysis.errors import ModelError
from analysis.stats.binned import binned_means, fitted_lines
from analysis.topics.staffing.models.rows import JUMP, together

REACH = 15.0  # how far from the cut-off schools are drawn, in percent of the locations
LINE_POINTS = 9


def balance_table(of: Study) -> pd.DataFrame:
    """Return the jumps of traits at the cut-off; see `validity.balance`.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame : ``trait``, the columns of `JUMP`, ``mean_left, mean_right, in_sd``.
    """
    columns = ["trait", *JUMP, "mean_left", "mean_right", "in_sd"]
    return validity.balance(of)[columns].astype(dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), "int64"))


def density_table(of: Study) -> pd.DataFrame:
    """Return the densities on both sides of the cut-off, and the test that they are equal; see `validity.density`.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame
        ``density_left, density_right, std_error, p_value, n_left, n_right``: one row, without numbers if there are too
        few schools.
    """
    try:
        test = validity.density(of)
    except ModelError as error:
        error.raise_unless_of_the_data()
        empty = dict.fromkeys(("density_left", "density_right", "std_error", "p_value"), np.nan)
        return pd.DataFrame([{**empty, "n_left": 0, "n_right": 0}])
    numbers = {
        "density_left": test.left,
        "density_right": test.right,
        "std_error": test.std_error,
        "p_value": test.p_value,
    }
    return pd.DataFrame([{**numbers, "n_left": test.n_left, "n_right": test.n_right}])


def cutoff(of: Study, jumps: pd.DataFrame, *, width: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute binned means and fitted lines of every outcome at the cut-off.

    Parameters
    ----------
    of : The schools.
    jumps : Of `toelage.at_cutoff`: the bandwidths of the lines; an outcome without one has no line.
    width : Of the bins, in percent of the locations.

    Returns
    -------
    tuple of DataFrame
        ``outcome, side, middle, mean, schools`` and ``outcome, side, at, fitted, ci_low, ci_high, schools``.
    """
    rank, by_outcome = of.by_school["rank"], jumps.set_index("outcome")
    points = []
    lines = [pd.DataFrame(columns=["side", "at", "fitted", "ci_low", "ci_high", "outcome", "schools"])]
    for outcome in ALL:
        means = binned_means(rank, of.by_school[outcome], width=width, reach=REACH)
        points.append(means.rename(columns={"n_obs": "schools"}).assign(outcome=outcome))
        jump = by_outcome.loc[outcome]
        if np.isfinite(jump["bandwidth"]):
            line = fitted_lines(rank, of.by_school[outcome], bandwidth=float(jump["bandwidth"]), points=LINE_POINTS)
            schools = line["side"].map({side: jump[f"n_{side}"] for side in ("left", "right")})
            lines.append(line.assign(outcome=outcome, schools=schools.astype(int)))
    return pd.concat(points, ignore_index=True), pd.concat(lines[1:] or lines, ignore_index=True)


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


def stacked(points: pd.DataFrame, lines: pd.DataFrame, jumps: pd.DataFrame) -> pd.DataFrame:
    """Put dots, lines and jumps of a figure in one frame.

    Parameters
    ----------
    points, lines : Of `cutoff`.
    jumps : Of `toelage.at_cutoff`.

    Returns
    -------
    DataFrame : Their columns; ``part`` is ``bin``, ``line`` or ``jump``, ``schools`` the number that a row rests on.
    """
    estimates = jumps[["outcome", "estimate", "ci_low", "ci_high", "n_left", "n_right", "n_least"]]
    parts = {"bin": points, "line": lines, "jump": estimates.rename(columns={"n_least": "schools"})}
    frame = pd.concat([rows.assign(part=part) for part, rows in parts.items()], ignore_index=True)
    return frame.assign(schools=frame["schools"].astype("Int64"))
