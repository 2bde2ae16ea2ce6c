"""The funnel of one spring: schools in hexagons of three or more, and the limits between which luck would keep most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.school_differences.models.exams import LIMITS, deviations
from analysis.chapters.school_differences.models.levels import LEVELS
from analysis.stats.funnel import exact_limits, widened
from analysis.stats.hexagons import in_hexagons

FEWEST = 3
"""Schools of a hexagon that is drawn."""
COLUMNS, ROWS, POINTS = 12, 8, 40
STEP = 0.02
"""Heights of hexagons are multiples of it, so that their centres are whole per cents."""
SMALLEST = 5
"""Candidates at which limits begin."""
SCHOOLS, LUCK, FREED = "schools", "luck", "freed"


def funnel(by_school_exam: pd.DataFrame, winsorise: float) -> pd.DataFrame:
    """Return hexagons of schools by candidates and share that passes in the last year, and limits.

    Parameters
    ----------
    by_school_exam : As its contract in `data.outcome_files` says.
    winsorise : Part of the schools at either end whose z is brought in before overdispersion is estimated.

    Returns
    -------
    DataFrame
        ``level, part, size, estimate, ci_low, ci_high, schools, pupils``. Part `SCHOOLS`: a hexagon per
        row, its centre at ``size, estimate``, with the schools and candidates in it, no fewer than `FEWEST` schools.
        `LUCK` and `FREED`: 95% limits at that size, by luck alone and allowing for what schools differ, with the
        schools and candidates behind them.
    """
    last = by_school_exam[by_school_exam["year"] == by_school_exam["year"].max()]
    parts = [last[last["level"] == level] for level in LEVELS]
    return pd.concat(
        [piece for rows in parts if len(rows) >= FEWEST for piece in (cells(rows), _limits(rows, winsorise))],
        ignore_index=True,
    )


def left_out(by_school_exam: pd.DataFrame, drawn: pd.DataFrame) -> float:
    """Return the part of the schools of the last year that no hexagon of `funnel` has."""
    last = by_school_exam[by_school_exam["year"] == by_school_exam["year"].max()]
    return 1 - float(drawn.loc[drawn["part"] == SCHOOLS, "schools"].sum()) / len(last)


def cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the schools of one level in hexagons, and leave out those of fewer than `FEWEST`."""
    share = (rows["passed"] / rows["candidates"]).to_numpy(float)
    width = float(np.quantile(rows["candidates"], 0.975)) / COLUMNS
    height = STEP * np.ceil(max(1 - float(np.quantile(share, 0.025)), STEP) / ROWS / STEP)
    centre = in_hexagons(rows["candidates"], 1 - share, width, height)
    counted = (
        pd.DataFrame({"size": centre[:, 0], "estimate": 1 - centre[:, 1], "pupils": rows["candidates"].to_numpy()})
        .groupby(["size", "estimate"])["pupils"]
        .agg(schools="size", pupils="sum")
        .reset_index()
    )
    kept = counted[counted["schools"] >= FEWEST]
    return kept.assign(level=rows["level"].iloc[0], part=SCHOOLS)


def _limits(rows: pd.DataFrame, winsorise: float) -> pd.DataFrame:
    found = deviations(rows, winsorise)
    size = np.unique(np.round(np.linspace(SMALLEST, max(2 * SMALLEST, np.quantile(rows["candidates"], 0.99)), POINTS)))
    share = np.full(len(size), found.share)
    wide = widened(size, share, found.spread.tau, LIMITS[0])
    ends = {LUCK: exact_limits(size, share, LIMITS[0]), FREED: exact_limits(size, share, wide)}
    counts = {"level": rows["level"].iloc[0], "schools": len(rows), "pupils": int(rows["candidates"].sum())}
    parts = [
        pd.DataFrame({"part": part, "size": size, "ci_low": low, "ci_high": high}) for part, (low, high) in ends.items()
    ]
    return pd.concat(parts).assign(**counts)
