"""Parameters of the chapter on the city's teachers."""

from __future__ import annotations

from analysis.declare import Block, Edges, key


class TeachersBlock(Block):
    """The city's teachers: who came and left, hours, pay, composition, the way to work (notebook 06_teachers)."""

    risk_edges: Edges = key(
        "edges of the bands of schools by share of pupils at risk", unit="share", default=(0.2, 0.4, 0.6, 0.8)
    )
    nonwestern_edges: Edges = key(
        "edges of the bands by share of pupils with a non-western background",
        unit="share",
        default=(0.2, 0.4, 0.6, 0.8),
    )
