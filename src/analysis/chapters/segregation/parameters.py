"""Parameters of the chapter on segregation."""

from __future__ import annotations

from analysis.declare import Block, Edges, key


class SegregationBlock(Block):
    """How pupils are spread over schools (notebook 02_segregation)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
    )
    share_edges: Edges = key(
        "edges of the bands of schools by share of highly educated parents (open data: expected non-western share)",
        unit="share",
        default=(0.2, 0.4, 0.6, 0.8),
    )
    size_edges: tuple[int, int] = key(
        "pupils from which a school is medium, and from which it is large", unit="pupils", default=(196, 401)
    )
    mirror_points: Edges = key(
        "differences in shares up to which a school mirrors the children of its area",
        unit="share",
        default=(0.1, 0.2),
    )
    capacity_slack: float = key(
        "places of a school as a multiple of its pupils, where all attend the nearest school with a place",
        unit="ratio",
        default=1.05,
        ge=1.0,
    )
    priority: int = key(
        "at how many schools nearest to the home a pupil has priority, where all attend the nearest one with a place",
        unit="schools",
        default=8,
        ge=0,
    )
    bootstrap_draws: int = key("resamples of pupils for the intervals", unit="draws", default=400, ge=100)
    random_draws: int = key("random allocations of pupils over schools", unit="draws", default=200, ge=50)
