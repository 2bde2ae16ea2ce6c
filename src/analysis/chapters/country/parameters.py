"""A country instead of a city's data."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from analysis.declare import OwnSource, key


class CountryBlock(OwnSource):
    """A country's groep-8 cohorts (notebook 01_country); stands in the place of the block `data`."""

    source: Literal["synthetic", "own"] = key(
        "synthetic: made-up cohorts with known truth; own: the table by_pupil_country of an office", default="synthetic"
    )

    pupils: int = key("pupils per cohort", unit="pupils", default=170_000, ge=1_000, le=400_000)
    first_year: int = key("first cohort: calendar year in which its groep 8 starts", unit="year", default=2010, ge=2008)
    last_year: int = key("last cohort, likewise", unit="year", default=2015, le=2030)

    @model_validator(mode="after")
    def _size_is_of_made_up_cohorts(self) -> CountryBlock:
        for name in ("pupils", "first_year", "last_year") if self.own else ():
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name} applies to synthetic cohorts only; leave it out")
        return self

    @model_validator(mode="after")
    def _years_in_order(self) -> CountryBlock:
        if self.last_year < self.first_year + 2:
            raise ValueError("the last cohort must come at least two years after the first: one is followed to year 3")
        return self
