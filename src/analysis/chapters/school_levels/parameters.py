"""Parameters of the chapter on reference levels."""

from __future__ import annotations

from analysis.declare import Block, Edges, key


class SchoolLevelsBlock(Block):
    """Whether schools with the same pupils reach the same reference levels (notebook 04_school_levels)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
    )
    spline_df: int = key("terms of the curve over schoolweging beside the intercept", default=4, ge=1, le=8)
    winsorise: float = key(
        "part of schools at either end whose z is brought in before overdispersion is estimated",
        default=0.1,
        ge=0,
        lt=0.5,
    )
