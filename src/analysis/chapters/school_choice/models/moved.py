"""Where the pupils go of a school that closes, whence they come to one that opens, and who follows a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.draws import summary
from analysis.chapters.school_choice.models.scenarios import Change
from analysis.chapters.school_choice.models.worlds import FIT, Drawn
from analysis.stats.bands import in_bands
from analysis.stats.geography import great_circle_km

Floats = NDArray[np.float64]

MOVED_COUNTS = {"n_obs": ["estimate", "std_error", "ci_low", "ci_high"]}
MOVED_COLUMNS = ["scenario", "group", "term", *MOVED_COUNTS["n_obs"], "n_obs"]


def moved(choosers: Choosers, drawn: Drawn, changed: Mapping[str, Change], edges: Sequence[float]) -> pd.DataFrame:
    """Tell who goes where when a school closes, opens or changes, by group.

    Parameters
    ----------
    choosers, drawn
        The choosers, and what came out of the draws.
    changed
        The worlds with other schools, by the names that `drawn` has.
    edges
        Edges in km of the bands of distance from the school to the others.

    Returns
    -------
    DataFrame
        ``scenario, group, term, estimate, std_error, ci_low, ci_high, n_obs``. Of a school that closes or opens,
        ``term`` is a band of distance and ``estimate`` the share of its pupils who go to, or come from, schools that
        far from it. Of a school that changes, ``term`` is ``pupils`` and ``estimate`` the relative change in their
        number. No school is named, and no number is of the pupils of one school.

    Notes
    -----
    Expected numbers of choosers, averaged over the draws of the coefficients; normal intervals from these draws.
    """
    if not drawn.numbers:
        return pd.DataFrame(columns=MOVED_COLUMNS)
    weights = choosers.weights
    rows = []
    for name, change in changed.items():
        found = dict(_terms(choosers, change, drawn.numbers[FIT], drawn.numbers[name], edges))
        for place, group in enumerate(choosers.groups):
            members = int(weights[(choosers.situations["group"] == group).to_numpy()].sum())
            for term, draws in found.items():
                rows.append(
                    {"scenario": name, "group": group, "term": term} | summary(draws[:, place]) | {"n_obs": members}
                )
    return pd.DataFrame(rows, columns=MOVED_COLUMNS)


def _terms(
    choosers: Choosers, change: Change, before: Floats, after: Floats, edges: Sequence[float]
) -> Iterator[tuple[str, Floats]]:
    """Yield every term with its draws: draws x groups."""
    here, there = choosers.schools.index, change.choosers.schools.index
    both = here.intersection(there, sort=False)
    gained = after[:, :, there.get_indexer(both)] - before[:, :, here.get_indexer(both)]
    if len(here) == len(there):
        place = here.get_loc(change.school)
        yield "pupils", after[:, :, place] / before[:, :, place] - 1
        return
    km = great_circle_km(
        change.place["lat"],
        change.place["lon"],
        choosers.schools.loc[both, "lat"].to_numpy(float),
        choosers.schools.loc[both, "lon"].to_numpy(float),
    )
    bands = in_bands(km, edges)
    for band in bands.categories:
        yield _in_km(str(band)), gained[:, :, bands == band].sum(axis=2) / gained.sum(axis=2)


def _in_km(band: str) -> str:
    """Write a band with its unit, behind the number: below 1 km, 1-2 km, 2 km or more."""
    number, more, _ = band.partition(" or more")
    return f"{number} km{more}"
