"""Synthetic cities that lack something: one school board, one stadsdeel, no small schools."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from analysis.data.derive import LARGE, SMALL
from analysis.synthetic.truth import Truth
from analysis.synthetic.world import World

BOARDS, STADSDELEN, SMALL_SCHOOLS = "boards", "stadsdelen", "small_schools"
MUCH_ALIKE = 1.5
"""The largest school has at most so many times the places of the smallest."""


def truth_without(lacks: Collection[str]) -> Truth:
    """Return the published truth with one board where it lacks `BOARDS`, and schools much alike without small ones."""
    truth = Truth()
    schools = truth.schools
    if BOARDS in lacks:
        schools = replace(schools, boards=1)
    if SMALL_SCHOOLS in lacks:
        schools = replace(schools, size_shares=(0.0, 0.0, 1.0), capacity_range=(SMALL, round(MUCH_ALIKE * LARGE)))
    return replace(truth, schools=schools)


def world_without(world: World, lacks: Collection[str]) -> World:
    """Return a world with all its homes and schools in one stadsdeel where it lacks `STADSDELEN`."""
    if STADSDELEN not in lacks:
        return world
    frames = {
        name: frame.assign(stadsdeel=frame["stadsdeel"].iloc[0]) if "stadsdeel" in frame else frame
        for name, frame in world.frames.items()
    }
    for name in ("by_stadsdeel_age_year", "by_stadsdeel_children", "by_stadsdeel_outturn"):
        frames[name] = _in_one_area(world.frames[name])
    return replace(world, frames=frames)


def _in_one_area(counts: pd.DataFrame) -> pd.DataFrame:
    one = counts.assign(area=counts["area"].iloc[0])
    return one.groupby([*counts.columns[:3]], as_index=False).sum()
