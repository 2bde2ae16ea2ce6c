"""The open data of a made-up city without the parts of the world that are not in it."""

import numpy as np

from analysis.data.sources import Sources
from analysis.synthetic.people import make_people
from analysis.synthetic.truth import Truth
from analysis.synthetic.world import PARTS, World, open_data


def make_sources(
    municipality: str, schoolweging_year: int, scale: float, seed: int, truth: Truth | None = None
) -> Sources:
    """Make only the pupils and schools of a world, as open data; see `make_world` and `open_data`."""
    truth, streams = truth or Truth(), np.random.SeedSequence(seed).spawn(len(PARTS))
    city, frames = make_people(truth, scale, streams[PARTS.index("people")])
    return open_data(World(city, frames, truth, seed), municipality, schoolweging_year)
