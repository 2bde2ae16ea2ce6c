"""The default edition's world against the figures in print, at full size."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.data.published import read_published
from analysis.edition.params import read_edition
from analysis.synthetic.moments import PARTS, compare_with_published
from analysis.synthetic.world import make_world

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    edition = read_edition(ROOT / "params" / "amsterdam-2020.yml")
    world = make_world(edition.data.scale, edition.seed)
    return compare_with_published(world.frames, read_published(ROOT / "params" / "published"), edition.data.scale)


def test_at_least_95_per_cent_of_the_figures_lie_within_their_tolerance(figures: pd.DataFrame) -> None:
    assert len(figures) >= 60
    assert figures["within"].mean() >= 0.95


def test_every_miss_says_why(figures: pd.DataFrame) -> None:
    missed = figures[~figures["within"]]
    assert missed["note"].str.len().gt(20).all(), missed.loc[missed["note"].str.len() <= 20, "figure_id"].tolist()


def test_no_tolerance_is_so_wide_that_it_cannot_fail(figures: pd.DataFrame) -> None:
    """A share could be anywhere between 0 and 1: its tolerance must rule most of that out."""
    shares = figures[figures["unit"].str.startswith("share")]
    assert len(shares) > 40
    assert shares["tolerance"].max() < 0.25


def test_every_moment_has_a_published_figure(figures: pd.DataFrame) -> None:
    assert {name for part in PARTS for name in part} == set(figures["figure_id"])
