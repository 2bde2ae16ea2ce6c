"""Where the pupils go of a school that closes, whence they come to one that opens, and who follows a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers, Floats
from analysis.chapters.school_choice.models.population import summary
from analysis.chapters.school_choice.models.scenarios import Change
from analysis.chapters.school_choice.models.worlds import FIT, Drawn
from analysis.stats.bands import in_bands
from analysis.stats.geography import great_circle_km

MOVED_COLUMNS = ["scenario", "group", "term", "estimate", "std_error", "ci_low", "ci_high", "n_obs"]


def moved(choosers: Choosers, drawn: Drawn, changed: Mapping[str, Change], edges: Sequence[float]) -> pd.DataFrame:
    """Predict who goes where when a school closes, opens or changes, by group.

    Parameters
    ----------
    choosers, drawn : The choosers, and what came out of the draws.
    changed : The worlds with other schools, by the names that `drawn` has.
    edges : Edges in km of the bands of distance from the school to the others.

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
        terms = dict(_terms(choosers, change, drawn.numbers[FIT], drawn.numbers[name], edges))
        for column, group in enumerate(choosers.groups):
            n_obs = int(weights[(choosers.situations["group"] == group).to_numpy()].sum())
            rows += [
                {"scenario": name, "group": group, "term": term, **summary(draws[:, column]), "n_obs": n_obs}
                for term, draws in terms.items()
            ]
    return pd.DataFrame(rows, columns=MOVED_COLUMNS)


def _terms(
    choosers: Choosers, change: Change, before: Floats, after: Floats, edges: Sequence[float]
) -> Iterator[tuple[str, Floats]]:
    """Yield every term with its draws: draws x groups."""
    here, there = choosers.schools.index, change.choosers.schools.index
    both = here.intersection(there, sort=False)
    gained = after[:, :, there.get_indexer(both)] - before[:, :, here.get_indexer(both)]
    if len(here) == len(there):
        school = here.get_loc(change.school)
        yield "pupils", after[:, :, school] / before[:, :, school] - 1
        return
    km = great_circle_km(
        change.point["lat"],
        change.point["lon"],
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
