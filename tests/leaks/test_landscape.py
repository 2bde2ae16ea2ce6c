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


def test_of_a_municipality_what_becomes_of_most_small_schools_is_told(release: Release) -> None:
    """Of one pair of years only rows have a total: with the large ones one number more of their row is withheld."""
    shown = gated(release, "transitions_here", TRANSITIONS.assign(schools=[23, 10, 1, 22])).set_index("size_after")
    assert shown["schools"].notna().to_dict() == {"small": True, "medium": False, "large": False, "gone": True}


def test_the_pupils_of_a_tiny_municipality_are_withheld(release: Release) -> None:
    rows: list[dict[str, Any]] = [
        {"area": area, "year": 2019, "estimate": float(n), "pupils_2017": n, "pupils_counted": n, "pupils_scaled": n}
        for area, n in (("large", 900), ("tiny", 4))
    ]
    shown = gated(release, "forecast", pd.DataFrame(rows).assign(ci_low=float("nan"), ci_high=float("nan")))
    assert shown.set_index("area").loc["tiny", ["estimate", "pupils_2017", "pupils_counted"]].isna().all()


def test_cohorts_of_few_pupils_give_no_ratio(release: Release) -> None:
    rows = pd.DataFrame({"area": "tiny", "cohort": ["4 and 5", "6", "7"], "pupils_before": [40, 20, 21]})
    rows = rows.assign(pupils_after=[38, 18, 3], own=rows["pupils_before"] / 50, of_region=0.9, used=0.9, weight=0.0)
    shown = gated(release, "used", rows).set_index("cohort")
    assert shown.loc["7", ["pupils_after", "own"]].isna().all()
    assert pd.notna(shown.loc["4 and 5", "pupils_after"])


def test_the_error_of_a_municipality_of_few_pupils_is_withheld(release: Release) -> None:
    points = {"area": ["large", "tiny", ""], "part": ["municipality", "municipality", "interval"]}
    numbers = {"pupils": [900, 4, 50], "n_pupils": [900, 4, 904], "estimate": [1.5, 25.0, 0.1]}
    rows = pd.DataFrame({**points, **numbers}).assign(ci_low=-20.0, ci_high=20.0)
    shown = gated(release, "errors", rows)
    assert shown["estimate"].isna().tolist()[:2] == [False, True]
