"""Parameters of the chapter on the inspectorate's judgements."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from analysis.declare import Block, key

Sizes = Annotated[tuple[int, ...], Field(min_length=2)]


class JudgementsBlock(Block):
    """What the inspectorate's judgements of schools and boards tell (notebook 04_judgements)."""

    years: tuple[int, int] = key("years whose weak schools are compared", unit="calendar year", default=(2019, 2020))
    sizes_shown: Sizes = key(
        "numbers of schools of a board at which the chance of good is drawn, where three boards lie on either side",
        unit="schools",
        default=(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30),
    )
    power: float = key("chance of finding a change at which it counts as detectable", default=0.8, gt=0.05, lt=1)
