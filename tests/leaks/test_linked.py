"""Leaks that no single cell makes: totals, margins, shares, differences, and tables read side by side.

The profile ``acro`` does not round, so that a difference between two published numbers is exact.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.errors import DisclosureError
from analysis.publish.differencing import check_differences
from analysis.publish.release import Release
from analysis.run.workspace import Workspace

Columns = dict[str, list[Any]]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    facts = {"edition": "ci", "disclosure": "acro"}
    return Release(Workspace("segregation", tmp_path, tmp_path, facts, needs=frozenset(), produces=frozenset()))


def publish(release: Release, name: str, **columns: list[Any]) -> pd.DataFrame:
    """Publish a table whose counts begin with n, and return what was written."""
    counts = [column for column in columns if column.startswith("n")]
    release.table(name, pd.DataFrame(columns), caption=name, counts=counts)
    return pd.read_csv(release.workspace.write / "tables" / "segregation" / f"{name}.csv")


# 120 + 230 + 7 = 357
GROUPS: Columns = {"group": ["a", "b", "c"], "n": [120, 230, 7]}
WITHHELD: dict[str, tuple[Callable[[Release], pd.DataFrame], list[bool]]] = {
    "the total, then its parts": (
        lambda r: (publish(r, "one", group=["all"], n=[357]), publish(r, "two", **GROUPS))[1],
        [True, False, True],
    ),
    "the parts, then their total": (
        lambda r: (publish(r, "one", **GROUPS), publish(r, "two", group=["all"], n=[357]))[1],
        [True],
    ),
    "the total in the same table": (
        lambda r: publish(r, "one", group=["a", "b", "c", "total"], n=[120, 230, 7, 357]),
        [True, False, True, False],
    ),
    "a table of two ways, then its margin": (
        lambda r: (
            publish(r, "one", group=["a", "a", "b", "b"], sex=["m", "v", "m", "v"], n=[100, 7, 90, 80]),
            publish(r, "two", group=["a", "b"], n=[107, 170]),
        )[1],
        [True, False],
    ),
    "n less n_low, by their share": (
        lambda r: publish(r, "one", group=["a", "b"], n=[120, 230], n_low=[117, 60], share=[117 / 120, 60 / 230])[
            ["n_low"]
        ],
        [True, False],
    ),
    "a cell that two schools dominate": (
        lambda r: publish_dominated(r),
        [True, False],
    ),
}


def publish_dominated(release: Release) -> pd.DataFrame:
    """Publish pupils of which the largest two schools of group a have 115 of 120."""
    frame = pd.DataFrame({"group": ["a", "b"], "n": [120, 230], "n_largest": [110, 60], "n_second": [5, 50]})
    release.table("one", frame, caption="One", counts=["n"])
    return pd.read_csv(release.workspace.write / "tables" / "segregation" / "one.csv")


@pytest.mark.parametrize(("leak", "withheld"), WITHHELD.values(), ids=WITHHELD)
def test_what_follows_from_other_numbers_is_withheld(
    release: Release, leak: Callable[[Release], pd.DataFrame], withheld: list[bool]
) -> None:
    told = leak(release)
    count = "n" if "n" in told else "n_low"
    assert told[count].isna().tolist() == withheld
    assert not {"n_largest", "n_second"} & set(told.columns)


DIFFERENCES: dict[str, tuple[Columns, Columns]] = {
    "the same rows without three pupils": (
        {"group": ["a", "b"], "n": [120, 230]},
        {"group": ["a", "b"], "n": [117, 230]},
    ),
    "a total without seven pupils": ({"year": ["2019"], "n": [357]}, {"year": ["2019"], "n": [350]}),
}


@pytest.mark.parametrize(("one", "two"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_two_tables_that_differ_by_a_few_are_refused_by_name(release: Release, one: Columns, two: Columns) -> None:
    publish(release, "one", **one)
    with pytest.raises(
        DisclosureError, match="tables segregation/two and segregation/one: column 'n', row 1"
    ) as refused:
        publish(release, "two", **two)
    assert not any(str(number) in str(refused.value) for number in (117, 350, 357, 3, 7))


def edition(outputs: Path, name: str, n: int) -> tuple[Path, dict[str, Any]]:
    """Publish an edition of one table in a folder of its own, and return the folder and its manifest."""
    folder = outputs / name
    facts = {
        "edition": name,
        "disclosure": "acro",
        "region": "Amsterdam",
        "school_years": ["2019/20"],
        "synthetic": False,
    }
    release = Release(Workspace("segregation", folder, folder, facts, needs=frozenset(), produces=frozenset()))
    publish(release, "one", group=["a", "b"], n=[n, 230])
    manifest = {"edition": name, "facts": facts, "parameters": {}, "steps": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder, manifest


def test_an_edition_that_differs_by_a_few_from_an_earlier_one_is_refused(tmp_path: Path) -> None:
    edition(tmp_path, "first", 120)
    folder, manifest = edition(tmp_path, "second", 117)
    with pytest.raises(DisclosureError, match="first: segregation/one"):
        check_differences(folder, manifest)


def test_an_edition_that_tells_the_same_again_is_not(tmp_path: Path) -> None:
    edition(tmp_path, "first", 120)
    check_differences(*edition(tmp_path, "second", 120))
