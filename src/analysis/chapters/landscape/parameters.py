"""Parameters of the chapter on how many pupils will come."""

from __future__ import annotations

from pydantic import model_validator

from analysis.declare import Block, Edges, increasing, key


class LandscapeBlock(Block):
    """How many pupils will come, how sure is that, which schools stay small (notebook 02_landscape)."""

    damping: float = key("share of the growth of entrants that goes on from year to year", default=0.8, ge=0, le=1)
    levels: tuple[float, ...] = key("nominal coverage of the intervals, the last one drawn", default=(0.67, 0.95))
    area_edges: Edges = key("edges of the classes of municipalities", unit="pupils", default=(1000.0, 5000.0, 20000.0))
    size_edges: Edges = key("pupils from which a school is medium, and large", unit="pupils", default=(196.0, 401.0))
    norm: int = key("pupils up to which a school is small", unit="pupils", default=195, ge=20)
    merge_within_m: int = key(
        "how near a school that gained must be, to count one as merged", unit="m", default=250, ge=1
    )
    printed_area: str = key("municipality of which a forecast is in print; empty: none is", default="")
    printed_year: int = key("year of that forecast, to set beside what came", default=0, ge=0)
    printed_low: int = key("lowest reading of its number in print", unit="pupils", default=0, ge=0)
    printed_high: int = key("highest reading of it", unit="pupils", default=0, ge=0)

    @model_validator(mode="after")
    def _levels_and_readings_are_in_order(self) -> LandscapeBlock:
        increasing(self.levels)
        if not all(0 < level < 1 for level in self.levels):
            raise ValueError("levels lie between 0 and 1")
        given = {bool(value) for value in (self.printed_area, self.printed_year, self.printed_low, self.printed_high)}
        if self.printed_low > self.printed_high or len(given) > 1:
            raise ValueError("a forecast in print has a municipality, a year, and a lowest and highest reading")
        return self
