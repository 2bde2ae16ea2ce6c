"""Parameters of the chapter on the inspectorate's judgements."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from analysis.declare import Block, key

Sizes = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=2)]


class JudgementsBlock(Block):
    """What the inspectorate's judgements of schools and boards tell (notebook 04_judgements)."""

    years: tuple[int, int] = key("years whose weak schools are compared", unit="calendar year", default=(2019, 2020))
    sizes_shown: Sizes = key(
        "numbers of schools of a board at which the chance of good is drawn, where three boards lie on either side",
        unit="schools",
        default=(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30),
    )
    power: float = key("chance of finding a change at which it counts as detectable", default=0.8, gt=0.05, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> JudgementsBlock:
        if self.years[0] >= self.years[1]:
            raise ValueError("the first of the years comes before the second")
        if any(size >= larger for size, larger in pairwise(self.sizes_shown)):
            raise ValueError("sizes_shown go up")
        return self
