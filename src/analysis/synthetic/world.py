"""The synthetic world: all its frames with the truth that generated them, and the city as open data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.sources import Sources
from analysis.synthetic.city import City
from analysis.synthetic.open_data import as_sources
from analysis.synthetic.people import make_people
from analysis.synthetic.truth import Truth

# Each part draws from a stream of its own, so that a change in one leaves the draws of the others alone. A new part
# comes last, so that the streams of the others stay what they are.
PARTS = ("people", "open data", "learning", "advice", "staffing")


@dataclass(frozen=True)
class World:
    """A synthetic world.

    Parameters
    ----------
    city
        The places, in more detail than any source tells.
    frames
        The frames by name; each is named for what one row is.
    truth
        What generated them.
    """

    city: City
    frames: Mapping[str, pd.DataFrame]
    truth: Truth


def make_world(scale: float, seed: int, truth: Truth | None = None) -> World:
    """Make a world.

    Parameters
    ----------
    scale
        Size; 1 is about 62,000 pupils at 213 schools in 80 postcodes.
    seed
        The same seed gives the same world, to the last bit.
    truth
        What generates it; by default the published truth.
    """
    truth = truth or Truth()
    streams = _streams(seed)
    city, frames = make_people(truth, scale, streams["people"])
    return World(city, frames, truth)


def make_sources(
    municipality: str, schoolweging_year: int, scale: float, seed: int, truth: Truth | None = None
) -> Sources:
    """Make the pupils and schools of a world, as the open data of DUO and CBS would tell of them.

    Parameters
    ----------
    municipality
        The name that the city bears.
    schoolweging_year
        The year that its schoolweging bears.
    scale, seed, truth
        As in `make_world`.

    Returns
    -------
    Sources
        Checked like real ones, gaps included: pupils from elsewhere, schools without a point or a schoolweging.
    """
    truth = truth or Truth()
    streams = _streams(seed)
    city, frames = make_people(truth, scale, streams["people"])
    return as_sources(city, frames, truth.gaps, municipality, schoolweging_year, streams["open data"])


def _streams(seed: int) -> dict[str, np.random.SeedSequence]:
    return dict(zip(PARTS, np.random.SeedSequence(seed).spawn(len(PARTS)), strict=True))
