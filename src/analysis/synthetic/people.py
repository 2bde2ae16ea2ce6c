"""The pupils and the schools of the synthetic world, who made each other: children, schools, choice, composition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.synthetic.choice import choose
from analysis.synthetic.city import SyntheticCity, make_city
from analysis.synthetic.pupils import make_children
from analysis.synthetic.schools import describe, make_schools, make_special, shortages
from analysis.synthetic.truth import Truth

# Each part draws from a stream of its own, so that a change in one leaves the draws of the others alone.
PARTS = ("city", "children", "schools", "choice", "description", "special")
LOCATION_COLUMNS = (
    *("location", "stadsdeel", "wijk", "lat", "lon", "denomination", "concept", "board", "capacity", "pupils"),
    *("size_class", "share_hoog", "share_at_risk", "share_nonwestern", "schoolweging", "spread", "special"),
)


def make_people(
    truth: Truth, scale: float, seed: np.random.SeedSequence
) -> tuple[SyntheticCity, dict[str, pd.DataFrame]]:
    """Make the city, its pupils and its schools: about 62,000 pupils at 213 schools at scale 1.

    The frames: ``by_pupil`` (a pupil of a regular basisschool); ``by_location`` (a school; special schools, of sbo and
    so, have no composition or schoolweging); ``by_location_shortage`` (a regular school in a year);
    ``by_location_quality`` (the unobserved part of utility);
    ``by_location_lagged`` (places per groep and the composition a year before: what the choosers knew);
    ``by_pupil_special`` (a pupil of a special school: location, pc4, age).
    """
    streams = dict(zip(PARTS, seed.spawn(len(PARTS)), strict=True))
    city = make_city(truth.city, scale, streams["city"], tuple(truth.pupils.background))
    children = make_children(truth.pupils, truth.city, city, scale, streams["children"])
    schools = make_schools(truth.schools, city, scale, len(children), streams["schools"])
    by_pupil, lagged = choose(
        truth.choice, children, schools, streams["choice"], truth.pupils.nonwestern, truth.pupils.none
    )
    regular = describe(truth.schools, schools, by_pupil, streams["description"], truth.pupils.nonwestern)
    special, by_pupil_special = make_special(truth.schools, city, children, scale, streams["special"])
    by_location = pd.concat([regular, special], ignore_index=True)[list(LOCATION_COLUMNS)]
    frames = {
        "by_pupil": by_pupil,
        "by_location": by_location.astype({"capacity": np.int64, "pupils": np.int64}),
        "by_location_shortage": shortages(regular),
        "by_location_quality": schools[["location", "quality"]],
        "by_location_lagged": schools[["location", "places"]].join(lagged, on="location"),
        "by_pupil_special": by_pupil_special,
    }
    return city, frames
