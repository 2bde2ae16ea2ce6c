"""Parameters of the chapter on school choice."""

from __future__ import annotations

from analysis.blocks.base import Block, Edges, key


class SchoolChoiceBlock(Block):
    """Who chooses which school (notebook 03_school_choice)."""

    age: int = key("age of the entry cohort on 1 October", unit="years", default=4, ge=4, le=12)
    distance_edges_km: Edges = key(
        "edges of the distance bands of the fit figure; the last band is open",
        unit="km",
        default=(0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
    )
    nonwestern_edges: Edges = key(
        "edges of the neighbourhood types, by share of non-western inhabitants",
        unit="share",
        default=(0.2, 0.4, 0.6),
    )
    tolerance: float = key("Newton decrement at which the estimation stops", default=1e-10, gt=0, le=1e-6)
    max_iterations: int = key("Newton steps before the estimation gives up", unit="steps", default=100, ge=5)
