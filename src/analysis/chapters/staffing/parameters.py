"""Parameters of the chapter on staffing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from analysis.declare import Block, Edges, key

Positive = Annotated[float, Field(gt=0)]
OUTCOMES = ("inflow", "outflow", "retention", "hours", "pupils_per_teacher", "shortage", "unqualified")
MARGINS = {
    "inflow": 0.01,
    "outflow": 0.01,
    "hours": 0.5,
    "pupils_per_teacher": 0.2,
    "shortage": 0.02,
}


class StaffingBlock(Block):
    """Teacher shortage, the arbeidsmarkttoelage and money against disadvantage (notebook 06_staffing)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends", unit="schoolweging", default=(24.0, 28.0, 32.0, 36.0)
    )
    judgement_year: int = key("year of the inspectorate's judgements", unit="year", default=2023, ge=2015)
    selection_year: int = key("year whose scores decide on the arbeidsmarkttoelage", unit="year", default=2020, ge=2015)
    toelage_start: int = key("first year (1 October) with the arbeidsmarkttoelage", unit="year", default=2021, ge=2017)
    toelage_share: float = key(
        "share of the locations that receives it: those with the highest score per pupil",
        unit="share",
        default=0.15,
        gt=0,
        lt=0.5,
    )
    margins: dict[str, Positive] = key(
        "effects smaller than this do not matter, by outcome; retention as outflow, unqualified as shortage",
        default=MARGINS,
    )
    alpha: float = key("level of the tests", default=0.05, gt=0, lt=0.5)
    power: float = key("power at which the smallest detectable effect is told", default=0.80, gt=0.5, lt=1)
    bootstrap_draws: int = key("draws of the bootstrap over boards", unit="draws", default=999, ge=99)
    match_window: float = key(
        "schools at most this far from the cut-off are matched", unit="percent of the locations", default=5.0, gt=0
    )
    bin_width: float = key(
        "width of the bins in the pictures of the cut-off", unit="percent of the locations", default=1.0, gt=0
    )
    placebo_outcome: str = key("outcome of the placebo runs", default="pupils_per_teacher")
    placebo_cutoffs: tuple[float, ...] = key(
        "cut-offs that decide nothing, from the true one",
        unit="percent of the locations",
        default=(-10.0, -5.0, 5.0, 8.0),
    )
    placebo_years: tuple[int, ...] = key(
        "pretended starts, before the true one", unit="year", default=(2018, 2019, 2020)
    )
    donut_radii: tuple[Positive, ...] = key(
        "how much round the cut-off is left out", unit="percent of the locations", default=(0.5, 1.0)
    )
    bandwidth_factors: tuple[Positive, ...] = key("multiples of the bandwidth", default=(0.5, 0.75, 1.0, 1.5, 2.0))
    drift_magnitudes: tuple[Annotated[float, Field(ge=0)], ...] = key(
        "drift after the start as a multiple of the largest step before it", default=(0.0, 0.5, 1.0)
    )

    @model_validator(mode="after")
    def _outcomes_are_known(self) -> StaffingBlock:
        if set(self.margins) != set(MARGINS):
            raise ValueError(f"margins: give one for each of {', '.join(MARGINS)}")
        if self.placebo_outcome not in OUTCOMES:
            raise ValueError(f"placebo_outcome: one of {', '.join(OUTCOMES)}")
        return self

    @model_validator(mode="after")
    def _years_are_in_order(self) -> StaffingBlock:
        if not self.selection_year < self.toelage_start:
            raise ValueError("selection_year: the scores that decide are of a year before toelage_start")
        if any(not 2015 < year < self.toelage_start for year in self.placebo_years):
            raise ValueError("placebo_years: each after 2015 and before toelage_start")
        if 0 in self.placebo_cutoffs:
            raise ValueError("placebo_cutoffs: 0 is the true cut-off")
        return self
