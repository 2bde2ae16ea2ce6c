"""Parameters of the chapter on differences between schools."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from analysis.declare import Block, Edges, increasing, key

Sizes = Annotated[tuple[int, ...], AfterValidator(increasing), Field(min_length=2)]


class SchoolDifferencesBlock(Block):
    """How much schools differ by more than luck, and how often a rule errs (notebook 04_school_differences)."""

    weging_edges: Edges = key(
        "edges of the bands of schoolweging, open at both ends",
        unit="schoolweging",
        default=(24.0, 28.0, 32.0, 36.0),
    )
    spline_df: int = key("terms of the curve over schoolweging beside the intercept", default=4, ge=2, le=8)
    size_edges: Edges = key(
        "edges of the classes of schools by pupils with a score", unit="pupils", default=(10.0, 20.0, 30.0, 50.0)
    )
    schools_drawn: Sizes = key(
        "numbers of schools for which the expected range of means is told", default=(10, 30, 100, 300, 1000, 3000)
    )
    winsorise: float = key(
        "part of schools at either end whose z is brought in before overdispersion is estimated",
        default=0.1,
        ge=0,
        lt=0.5,
    )
    fdr: float = key("false discovery rate of schools that are called different", default=0.05, gt=0, lt=1)
    signal_quantile: float = key(
        "part of schools whose lasting share is below the signal value of the rule", default=0.25, ge=0.01, le=0.99
    )
    sizes_shown: Sizes = key(
        "candidates a year for which the rule's errors are told", unit="candidates", default=(10, 15, 25, 50, 100)
    )
    years_averaged: int = key("most years that the rule averages", unit="years", default=3, ge=1, le=5)
    hold_out_years: int = key("last years that the others predict", unit="years", default=2, ge=1, le=3)
