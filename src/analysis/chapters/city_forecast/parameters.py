"""Parameters of the chapter on how many pupils will come to a city."""

from __future__ import annotations

from pydantic import model_validator

from analysis.declare import Block, key


class CityForecastBlock(Block):
    """How many pupils will come to the city and its stadsdelen, and who is still there (notebook 02_city_forecast)."""

    horizon: int = key("years ahead that are forecast", unit="years", default=16, ge=5, le=30)
    draws: int = key("paths that are drawn for an interval", default=1000, ge=100)
    damping: float = key("share of the growth of births that goes on from year to year", default=0.8, ge=0, le=1)
    first_origin: int = key("first year from which a forecast is tried on what came", unit="year", default=2008)
    tried: int = key("years ahead that are tried", unit="years", default=5, ge=1, le=10)
    changed_from: int = key("first year of the later of the two periods that are compared", unit="year", default=2014)
    cohorts: tuple[int, int] = key("two cohorts of starters to compare, by their first year", default=(2012, 2014))
    printed_years: tuple[int, ...] = key("years of the city's own forecast in print", unit="year", default=())
    printed_low: tuple[int, ...] = key("lowest reading of each of its numbers", unit="pupils", default=())
    printed_high: tuple[int, ...] = key("highest reading of each", unit="pupils", default=())

    @model_validator(mode="after")
    def _readings_are_of_the_years(self) -> CityForecastBlock:
        if self.cohorts[0] >= self.cohorts[1]:
            raise ValueError("cohorts: the earlier one comes first")
        if not len(self.printed_years) == len(self.printed_low) == len(self.printed_high):
            raise ValueError("a forecast in print has a lowest and a highest reading for each of its years")
        if any(low > high for low, high in zip(self.printed_low, self.printed_high, strict=True)):
            raise ValueError("printed_low is above printed_high")
        return self
