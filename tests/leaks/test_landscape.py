"""Few schools and few pupils do not leave through the chapter on how many pupils will come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

import analysis.chapters.landscape as chapter
from analysis.publish.exhibits import read_exhibits
from analysis.publish.release import Release

EXHIBITS = read_exhibits(Path(chapter.__file__).with_name("exhibits.yml"))
TRANSITIONS = pd.DataFrame(
    {
        "from_year": 2019,
        "to_year": 2024,
        "size_before": ["small"] * 4,
        "size_after": ["small", "medium", "large", "gone"],
        "schools": [23, 10, 1, 2],
        "share": [23 / 36, 10 / 36, 1 / 36, 2 / 36],
    }
)


def gated(release: Release, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return release.gated(frame, **EXHIBITS.frame(name, frame))


def test_one_or_two_schools_that_changed_size_are_withheld_with_what_gives_them_away(release: Release) -> None:
    shown = gated(release, "transitions", TRANSITIONS).set_index("size_after")
    assert shown.loc[["large", "gone"], ["schools", "share"]].isna().all(axis=None)
    assert shown["schools"].isna().sum() >= 2  # together with the total of the year, one alone would follow


def test_the_pupils_of_a_tiny_municipality_are_withheld(release: Release) -> None:
    rows: list[dict[str, Any]] = [
        {"area": area, "year": 2019, "series": "counted", "estimate": float(n), "pupils": n}
        for area, n in (("large", 900), ("tiny", 4))
    ]
    shown = gated(release, "fans", pd.DataFrame(rows).assign(ci_low=float("nan"), ci_high=float("nan")))
    assert shown.set_index("area").loc["tiny", ["estimate", "pupils"]].isna().all()
