"""Parameters of the chapter on the advices of schools."""

from __future__ import annotations

from analysis.declare import Block, Edges, key


class SchoolAdviceBlock(Block):
    """Schools, not pupils: the mean advice of schools against their test score (notebook 05_school_advice)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
    )
