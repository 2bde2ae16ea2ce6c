"""Parameters of the chapter on segregation."""

from __future__ import annotations

from analysis.blocks.base import Block, Edges, key


class SegregationBlock(Block):
    """How pupils are spread over schools (notebook 02_segregation)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
    )
    share_edges: Edges = key(
        "edges of the bands of schools by expected share of non-western pupils",
        unit="share",
        default=(0.2, 0.4, 0.6, 0.8),
    )
    bootstrap_draws: int = key("resamples of pupils for the intervals", unit="draws", default=400, ge=100)
    random_draws: int = key("random allocations of pupils over schools", unit="draws", default=200, ge=50)
