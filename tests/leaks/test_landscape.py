"""Few schools and few pupils do not leave through the chapter on how many pupils will come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import analysis.chapters.landscape as chapter
from analysis.chapters.landscape.models import sizes
from analysis.publish.exhibits import read_exhibits
from analysis.publish.release import Release

EXHIBITS = read_exhibits(Path(chapter.__file__).with_name("exhibits.yml"))
SIZES = ["small", "medium", "large"]
EDGES = (196.0, 401.0)
YEARS = (2012, 2017, 2019, 2024)
# Of each size of 2019, how many have each size in 2024, are gone, or have no pupils told.
AFTER = ["small", "medium", "large", "gone", "not told"]
COUNTED = {"small": [23, 10, 1, 12, 0], "medium": [7, 40, 9, 5, 0], "large": [0, 6, 30, 4, 0], "new": [8, 5, 4]}
TRANSITIONS = pd.DataFrame(
    [
        {"from_year": 2019, "to_year": 2024, "size_before": before, "size_after": after, "schools": n}
        for before, row in COUNTED.items()
        for after, n in zip(AFTER, row, strict=False)
    ]
)
TRANSITIONS["share"] = TRANSITIONS["schools"] / TRANSITIONS.groupby("size_before")["schools"].transform("sum")
Interval = tuple[float, float]


def gated(release: Release, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return release.gated(frame, **EXHIBITS.frame(name, frame))


def world(seed: int, locations: int) -> pd.DataFrame:
    """Make locations that grow, shrink, close, open and of which some years do not tell the pupils."""
    made = np.random.default_rng(seed)
    size = made.lognormal(5.4, 0.6, locations)
    rows = []
    for year in YEARS:
        size = size * made.lognormal(0, 0.15, locations)
        there, told = made.random(locations) > 0.06, made.random(locations) > 0.02
        names = [f"x{number}" for number in np.flatnonzero(there)]
        pupils = pd.Series(np.round(size), dtype="Int64").where(told)[there]
        rows.append(pd.DataFrame({"location": names, "area": "a", "year": year, "pupils": pupils.array}))
    return pd.concat(rows, ignore_index=True)


def margins(shown: pd.DataFrame, by_size: pd.DataFrame) -> Iterator[tuple[pd.Index, float]]:
    """Give the cells of each row and column of which the sizes of a year publish the sum, with that sum."""
    told = by_size.set_index(["year", "size"])["schools"].dropna().astype(float)
    for year, side in (("from_year", "size_before"), ("to_year", "size_after")):
        for key, cells in shown.groupby([year, side]).groups.items():
            if key in told.index:
                yield cells, told[key]


def attack(shown: pd.DataFrame, by_size: pd.DataFrame) -> dict[int, Interval]:
    """Narrow what each withheld number can be: at least 1, for zeros are published, and what others leave of a sum.

    Of a sum t with known numbers k and other withheld ones of at least l and at most h, a number lies between
    t - k - h and t - k - l. Until nothing moves.
    """
    known = shown["schools"].astype(float)
    bounds = {int(cell): (1.0, np.inf) for cell in known.index[known.isna()]}
    before: dict[int, Interval] = {}
    while before != bounds:
        before = dict(bounds)
        for cells, total in margins(shown, by_size):
            left = total - known[cells].sum()
            hidden = [int(cell) for cell in cells if int(cell) in bounds]
            for cell in hidden:
                others = [bounds[other] for other in hidden if other != cell]
                low, high = left - sum(high for _, high in others), left - sum(low for low, _ in others)
                bounds[cell] = (max(low, bounds[cell][0]), min(high, bounds[cell][1]))
    return bounds


def sizes_of(transitions: pd.DataFrame) -> pd.DataFrame:
    """Return the sizes by year that a table of transitions of one pair of years adds up to."""
    pairs = [
        transitions.groupby([year, side])["schools"].sum().rename_axis(["year", "size"])
        for year, side in (("from_year", "size_before"), ("to_year", "size_after"))
    ]
    sums = pd.concat(pairs).reset_index()
    return sums[sums["size"].isin(SIZES)].reset_index(drop=True)


@pytest.mark.parametrize("frame", ["transitions", "transitions_here"])
def test_one_school_that_changed_size_follows_neither_from_its_row_nor_from_its_column(
    release: Release, frame: str
) -> None:
    """One small school became large. The 46 small ones less 23, 10 and 12 are 1; so are 44 large less 9, 30 and 4."""
    by_size = sizes_of(TRANSITIONS).set_index(["year", "size"])["schools"]
    assert by_size[2019, "small"] - (23 + 10 + 12) == by_size[2024, "large"] - (9 + 30 + 4) == 1
    alone = TRANSITIONS.assign(schools=TRANSITIONS["schools"].astype("Int64").replace(1, pd.NA))
    assert set(attack(alone, sizes_of(TRANSITIONS)).values()) == {(1, 1)}
    of_rows = alone.assign(schools=alone["schools"].replace(10, pd.NA))  # the row is mended, its column is not
    assert attack(of_rows, sizes_of(TRANSITIONS))[2] == (1, 1)
    shown = gated(release, frame, TRANSITIONS)
    found = attack(shown, sizes_of(TRANSITIONS))
    assert 2 in found
    assert all(low < high for low, high in found.values())
    assert shown.loc[[*found], "share"].isna().all()


@pytest.mark.parametrize("seed", range(4))
def test_who_has_sizes_by_year_and_transitions_gets_no_number_that_is_withheld(release: Release, seed: int) -> None:
    rows = world(seed, 300)
    by_size = gated(release, "by_size", sizes.by_year(rows, EDGES))
    every = sizes.transitions(rows, EDGES)
    shown = gated(release, "transitions", every)
    found = attack(shown, by_size)
    assert found
    assert all(low < high for low, high in found.values())
    assert shown["schools"].sum() > every["schools"].sum() / 2  # most schools are told of


def test_of_a_municipality_what_becomes_of_most_small_schools_is_told(release: Release) -> None:
    shown = gated(release, "transitions_here", TRANSITIONS).set_index(["size_before", "size_after"])["schools"]
    assert shown["small"][["small", "gone"]].tolist() == [23, 12]


def test_the_pupils_of_a_tiny_municipality_are_withheld(release: Release) -> None:
    rows: list[dict[str, Any]] = [
        {"area": area, "year": 2019, "estimate": float(n), "pupils_2017": n, "pupils_counted": n, "pupils_scaled": n}
        for area, n in (("large", 900), ("tiny", 4))
    ]
    shown = gated(release, "forecast", pd.DataFrame(rows).assign(ci_low=float("nan"), ci_high=float("nan")))
    assert shown.set_index("area").loc["tiny", ["estimate", "pupils_2017", "pupils_counted"]].isna().all()


def test_cohorts_of_few_pupils_give_no_ratio(release: Release) -> None:
    rows = pd.DataFrame({"area": "tiny", "cohort": ["4 and 5", "6", "7"], "pupils_before": [40, 20, 21]})
    rows = rows.assign(pupils_after=[38, 18, 3], own=rows["pupils_before"] / 50, of_region=0.9, used=0.9, weight=0.0)
    shown = gated(release, "used", rows).set_index("cohort")
    assert shown.loc["7", ["pupils_after", "own"]].isna().all()
    assert pd.notna(shown.loc["4 and 5", "pupils_after"])


def test_the_error_of_a_municipality_of_few_pupils_is_withheld(release: Release) -> None:
    points = {"area": ["large", "tiny", ""], "part": ["municipality", "municipality", "interval"]}
    numbers = {"pupils": [900, 4, 50], "n_pupils": [900, 4, 904], "estimate": [1.5, 25.0, 0.1]}
    rows = pd.DataFrame({**points, **numbers}).assign(ci_low=-20.0, ci_high=20.0)
    shown = gated(release, "errors", rows)
    assert shown["estimate"].isna().tolist()[:2] == [False, True]
