"""One small world as an office would get it, for all forms."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.intake import microdata_of
from analysis.synthetic.truth_rows import truth_rows
from analysis.synthetic.world import make_world, open_data

SEED = 7


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    """The tables of a world of 2,000 pupils, with some that go along with them."""
    world = make_world(0.03, SEED)
    weging = open_data(world, "Amsterdam", 2017).by_location_weging
    return {**microdata_of(world), "by_location_weging": weging, "truth": truth_rows(world.truth)}
