"""Parameters of the chapter on newcomers and internationals."""

from __future__ import annotations

from pydantic import model_validator

from analysis.declare import Block, key


class NewcomersBlock(Block):
    """Newcomers and internationals by continent, and how unevenly schools have them (notebook 02_newcomers)."""

    first_year: int = key("first of the two years that are compared, 1 October", unit="year", default=2017)
    last_year: int = key("last of the two years, and the one of which schools are compared", unit="year", default=2019)
    random_draws: int = key("random allocations of families to schools for each spread", default=400, ge=100)

    @model_validator(mode="after")
    def _years_differ(self) -> NewcomersBlock:
        if self.first_year >= self.last_year:
            raise ValueError("first_year comes before last_year")
        return self
