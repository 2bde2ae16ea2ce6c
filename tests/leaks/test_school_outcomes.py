"""Outcomes of schools: no cell of one or two schools, no value of a single one, whatever a chart calls its cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_differences.models import funnel
from analysis.publish.release import Release

RNG = np.random.default_rng(8)
EXAMS = pd.DataFrame(
    {
        "location": [f"{10 + k // 26}A{chr(65 + k % 26)}00" for k in range(60)],
        "candidates": RNG.integers(40, 160, 60),
        "passed": 0,
    }
)
EXAMS["passed"] = RNG.binomial(EXAMS["candidates"], 0.9)
EXAMS["share"] = EXAMS["passed"] / EXAMS["candidates"]


@pytest.fixture
def loaded(release: Release) -> Release:
    release._gate.loaded.add("by_school_exam", EXAMS)
    return release


def cells(schools: int) -> pd.DataFrame:
    """Cells of a funnel: of so many schools each, with their mean share, away from that of any one school."""
    rows = EXAMS.sort_values("candidates").assign(cell=np.arange(60) // schools)
    means = rows.groupby("cell").agg(passed=("passed", "sum"), pupils=("candidates", "sum"), schools=("share", "size"))
    means["share"] = means.pop("passed") / means["pupils"]
    return means.reset_index(drop=True).assign(
        cell=[f"cell {chr(65 + k // 26)}{chr(65 + k % 26)}" for k in range(len(means))]
    )


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("schools", [1, 2])
def test_cells_of_one_or_two_schools_do_not_leave(answer_to: Callable[..., str], schools: int) -> None:
    assert answer_to(
        lambda release: release.table("funnel", cells(schools), caption="Cells", counts=("pupils", "schools"))
    )


@pytest.mark.usefixtures("loaded")
def test_a_cell_of_one_school_that_is_called_five_is_refused(answer_to: Callable[..., str]) -> None:
    frame = cells(1).assign(schools=5)
    assert "values of the rows" in answer_to(
        lambda release: release.table("funnel", frame, caption="Cells", counts=("pupils", "schools"))
    )


def test_cells_of_six_schools_may_leave(loaded: Release) -> None:
    shown = loaded.table("funnel", cells(6), caption="Cells", counts=("pupils", "schools"))
    assert 'data-published="withheld"' not in shown.html


@pytest.mark.parametrize("fewest", [1, 2])
def test_of_hexagons_of_one_or_two_schools_nothing_is_published(
    loaded: Release, monkeypatch: pytest.MonkeyPatch, fewest: int
) -> None:
    monkeypatch.setattr(funnel, "FEWEST", fewest)
    hexagons = funnel.cells(EXAMS.assign(level="havo"))
    assert hexagons["schools"].min() == fewest
    told = loaded.gated(hexagons, counts={"schools": ["size", "estimate"], "pupils": ["size", "estimate"]})
    few = told[hexagons["schools"].to_numpy() < 3] if len(told) == len(hexagons) else told[told["schools"] < 3]
    assert few[["size", "estimate", "schools", "pupils"]].isna().all(axis=None)
