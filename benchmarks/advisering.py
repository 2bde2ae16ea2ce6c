"""Time of the models of advice on a country, and how many times as long a row per pupil would take.

python benchmarks/advisering.py [PUPILS_PER_COHORT]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from linearmodels.iv import AbsorbingLS

from analysis.chapters.advisering.models import (
    between_schools,
    decomposition,
    instrument,
    ordered,
    regressions,
    sample,
    shares,
)
from analysis.chapters.advisering.models.definitions import Definitions, define
from analysis.chapters.advisering.models.sample import Sample
from analysis.chapters.advisering.models.terms import Terms, cells_of, group_terms, indicators
from analysis.intake import receive_country
from analysis.stats.cell_regressions import school_effects

YEARS, SEED = range(2010, 2016), 20170412
WITHOUT = ("advising", "share_hoog")
GROUPS = ("education", "origin", "income", "household", "sex")


def seconds(step: Callable[[], object]) -> tuple[float, float]:
    """Return processor and wall time of a step; what others do on the machine counts in the second only."""
    cpu, wall = time.process_time(), time.perf_counter()
    step()
    return time.process_time() - cpu, time.perf_counter() - wall


def in_cells(under: Sample) -> pd.Series:
    """Fit the linear model with school effects on counted cells."""
    cells = cells_of(under.rows, without=WITHOUT)
    return school_effects(cells.only(Terms.of(cells, WITHOUT).names)).coefficients


def by_pupil(under: Sample) -> pd.Series:
    """Fit the same by `AbsorbingLS`, a row per pupil."""
    rows = under.rows
    bands = indicators(rows["band"].astype(str), list(rows["band"].value_counts().index), "band")
    X = group_terms(rows).join([bands, indicators(rows["year"], sorted(rows["year"].unique()), "year")])
    terms = Terms.of(cells_of(rows, without=WITHOUT), WITHOUT).names
    model = AbsorbingLS(rows["y"], X[terms], absorb=rows[["location"]])
    school = pd.Series(pd.factorize(rows["location"])[0], rows.index)
    return model.fit(cov_type="clustered", clusters=school).params[terms]


def main() -> None:
    """Print processor and wall seconds of every step, and the ratio to a row per pupil."""
    pupils, _, _ = receive_country(int(sys.argv[1]) if len(sys.argv) > 1 else 170_000, YEARS, SEED)
    definitions = Definitions("final", 1.0, "middle")
    defined = define(pupils, definitions)
    recent = definitions.with_bijstelling(defined)
    by_outcome = sample.samples(defined, ["under", "over", "revised"])
    under = by_outcome["under"]
    sys.stdout.write(f"{len(defined):,} pupils, {len(under.rows):,} in the sample of under-advice\n")
    steps: dict[str, Callable[[], object]] = {
        "define": partial(define, pupils, definitions),
        "shares by year": partial(shares.deviation_as_published, defined, "middle"),
        "shares by group": partial(shares.under_by_group, recent, GROUPS),
        "samples": partial(sample.samples, defined, ["under", "over", "revised"]),
        "headline": partial(regressions.headline, by_outcome),
        "ordered": partial(ordered.advice_given_score, under.rows),
        "measurement error": partial(instrument.measurement_error, under),
        "by region": partial(regressions.by_category, {"under": under}, "region"),
        "decomposition": partial(decomposition.gelbach, under),
        "between schools": lambda: between_schools.distribution(between_schools.after_intake(recent)),
    }
    taken = {name: seconds(step) for name, step in steps.items()}
    cells, rows = seconds(partial(in_cells, under)), seconds(partial(by_pupil, under))
    both = {"lpm_fe in cells": cells, "lpm_fe by pupil": rows}
    for name, (cpu, wall) in {**taken, "together": tuple(np.sum(list(taken.values()), axis=0)), **both}.items():
        sys.stdout.write(f"{name:<20} cpu {cpu:6.2f}  wall {wall:6.2f}\n")
    sys.stdout.write(f"ratio row_per_pupil {rows[0] / cells[0]:.1f}\n")


if __name__ == "__main__":
    main()
