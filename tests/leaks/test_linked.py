"""Leaks that no single cell makes: totals, margins, shares, differences, and tables read side by side.

The profile ``acro`` does not round, so that a difference between two published numbers is exact.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.disclosure import NOTHING_DECLARED, PROFILES, Linked, Profile, suppress
from analysis.publish import settling
from analysis.publish.release import Release
from analysis.run.workspace import Workspace

Columns = dict[str, list[Any]]


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that rounds nothing and withholds zeros: the arithmetic shows, and nothing but links protects."""
    rules = Profile("exact", round_to=1, round_clusters=1, p_ratio=0.10, zeros="withheld")
    monkeypatch.setitem(PROFILES, "exact", rules)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    facts = {"edition": "ci", "disclosure": "exact"}
    return Release(Workspace("segregation", tmp_path, tmp_path, facts, needs=frozenset(), produces=frozenset()))


def publish(release: Release, name: str, linked: Linked = NOTHING_DECLARED, **columns: list[Any]) -> pd.DataFrame:
    """Publish a table whose counts begin with n, and return what was written."""
    counts = [column for column in columns if column.startswith("n")]
    release.table(name, pd.DataFrame(columns), caption=name, counts=counts, linked=linked)
    path = release.workspace.write / "tables" / "segregation" / f"{name}.csv"
    return pd.read_csv(path) if path.exists() else pd.DataFrame(columns).assign(**dict.fromkeys(counts, math.nan))


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
def test_of_two_tables_that_differ_by_a_few_the_second_withholds(release: Release, one: Columns, two: Columns) -> None:
    publish(release, "one", **one)
    assert publish(release, "two", **two)["n"].isna()[0]


# The parts are 40, 50 and one of 3; the number that gives it away is 93 = 40 + 50 + 3, whatever it is called.
@pytest.mark.parametrize("word", ["Nederland", "all schools", "overall", "sum", "city", "", "gezamenlijk", "x"])
def test_a_total_is_found_by_its_numbers(release: Release, word: str) -> None:
    told = publish(release, "one", group=["a", "b", "c", word], n=[40, 50, 3, 93])
    assert told["n"].isna().sum() >= 2


def test_labels_that_are_put_together_are_taken_apart(release: Release) -> None:
    # below 24: G5 and outside are 40 and 3, together 43; without the last two labels apart no line adds up
    words = ["below 24", "24-28", "G5, below 24", "outside, below 24", "G5, 24-28", "outside, 24-28"]
    told = publish(release, "one", group=words, n=[43, 90, 40, 3, 50, 40])
    assert told["n"].isna()[3]
    assert told["n"].isna().sum() >= 2


def test_an_empty_group_beside_a_total_is_found(release: Release) -> None:
    # 113 - 60 - 50 = 3
    told = publish(release, "one", group=["a", "b", None, "all"], n=[60, 50, 3, 113])
    assert told["n"].isna().sum() >= 2


def test_a_whole_that_every_row_repeats_is_a_total(release: Release) -> None:
    # 93 - 50 - 40 = 3
    told = publish(release, "one", group=["a", "b", "c"], n=[40, 50, 3], n_all=[93, 93, 93])
    assert told[["n", "n_all"]].isna().to_numpy().sum() > 1


def test_columns_that_add_up_give_no_column_away(release: Release) -> None:
    # 120 = 117 + 3; 230 = 170 + 60
    told = publish(release, "one", group=["a", "b"], n_all=[120, 230], n_here=[117, 170], n_there=[3, 60])
    assert told.iloc[0][["n_all", "n_here", "n_there"]].isna().sum() >= 2


def test_the_same_pupils_under_two_models_are_declared_to_be_the_same(release: Release) -> None:
    # 120 + 230 + 7 = 357: the first table withholds 7 under both models, the second would tell it
    groups, same = ["a", "b", "c"] * 2, Linked(labels=["model"])
    told = publish(release, "one", same, model=["x"] * 3 + ["y"] * 3, group=groups, n=[120, 230, 7] * 2)
    assert told["n"].isna().tolist() == [False, False, True] * 2
    assert publish(release, "two", same, model=["z"], group=["all"], n=[357])["n"].isna().all()


def test_a_number_that_one_model_withholds_another_does_not_tell(release: Release) -> None:
    # 120 of x is withheld beside a total; under y it would be told
    same = Linked(labels=["model"])
    publish(release, "one", same, model=["x"] * 3, group=["a", "b", "all"], n=[120, 7, 127])
    told = publish(release, "two", same, model=["y"] * 2, group=["a", "all"], n=[120, 127])
    assert told["n"].isna().any()


def test_a_column_of_zeros_beside_columns_that_add_up_is_not_found(release: Release) -> None:
    # 120 = 80 + 40 and 230 = 170 + 60: of n_none, withheld as zeros are, nothing would be left
    told = publish(release, "one", group=["a", "b"], n_all=[120, 230], n_in=[80, 170], n_out=[40, 60], n_none=[0, 0])
    assert told["n_none"].isna().all()
    assert (told[["n_all", "n_in", "n_out"]].isna().sum(axis=1) >= 1).all()


@pytest.mark.parametrize("key", ["region", "stadsdeel"])
def test_the_same_words_under_another_key_are_the_same(release: Release, key: str) -> None:
    # 120 + 230 + 7: the second table tells the one that the first withholds, under another name of the column
    publish(release, "one", region=["Noord", "Oost", "West"], n=[120, 230, 7], linked=Linked(totals={}))
    told = publish(release, "two", **{key: ["Noord", "Oost", "all"]}, n=[120, 230, 357])
    assert told["n"].isna().sum() >= 1


def test_a_key_that_other_tables_call_otherwise_is_declared(release: Release) -> None:
    # 357 - 120 - 230 = 7; nothing but the declaration says that city and gemeente are the same
    publish(release, "one", group=["a", "b", "c"], place=["city"] * 3, n=[120, 230, 7])
    told = publish(release, "two", gemeente=["city"], n=[357], linked=Linked(same={"gemeente": "place"}))
    assert told["n"].isna().all()


def edition(
    outputs: Path, name: str, n: int, region: str = "Amsterdam", group: str = "a"
) -> tuple[Path, dict[str, Any]]:
    """Publish an edition of one table, settle it and enter it in the ledger; return its folder and its table."""
    folder = outputs / name
    facts = {
        "edition": name,
        "disclosure": "exact",
        "region": region,
        "school_years": ["2019/20"],
        "synthetic": False,
    }
    release = Release(Workspace("segregation", folder, folder, facts, needs=frozenset(), produces=frozenset()))
    shown = release.table("one", pd.DataFrame({"group": [group, "b"], "n": [n, 230]}), caption="One", counts=["n"])
    notebook = new_notebook(
        cells=[new_code_cell("x", outputs=[new_output("execute_result", data={"text/html": shown.html})])]
    )
    (folder / "notebooks").mkdir(exist_ok=True)
    nbformat.write(notebook, folder / "notebooks" / "02_segregation.ipynb")
    steps = [{"stem": "segregation", "notebook": "02_segregation"}]
    manifest = {"edition": name, "facts": facts, "parameters": {}, "steps": steps}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder, manifest


def published(outputs: Path, folder: Path, manifest: dict[str, Any]) -> pd.DataFrame | None:
    """Settle an edition as a run does and return its table; None where it is withheld whole."""
    settling.settle(folder, manifest, outputs)
    settling.enter(folder, outputs)
    path = folder / "tables" / "segregation" / "one.csv"
    return pd.read_csv(path) if path.exists() else None


EARLIER: dict[str, dict[str, Any]] = {
    "in a folder beside it": {},
    "of a region spelt otherwise": {"region": "amster dam"},
    "whose folder is gone": {"gone": True},
    "that it replaces": {"name": "second"},
}


@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
def test_an_edition_that_differs_by_a_few_from_an_earlier_one_withholds(
    tmp_path: Path, earlier: dict[str, Any]
) -> None:
    # 120 - 117 = 3 pupils are in the earlier edition and not in the new one
    name = earlier.get("name", "first")
    published(tmp_path, *edition(tmp_path, name, 120, earlier.get("region", "Amsterdam")))
    if earlier.get("gone") or name == "second":
        shutil.rmtree(tmp_path / name)
    told = published(tmp_path, *edition(tmp_path, "second", 117))
    assert told is None or told["n"].isna()[0]


def test_what_an_edition_withholds_more_stands_on_its_page_too(tmp_path: Path) -> None:
    published(tmp_path, *edition(tmp_path, "first", 120))
    folder, manifest = edition(tmp_path, "second", 117)
    published(tmp_path, folder, manifest)
    page = (folder / "notebooks" / "02_segregation.ipynb").read_text("utf8")
    assert "117" not in page
    assert "230" not in page or "\u00d7" in page
    assert "117" not in "".join(path.read_text("utf8") for path in folder.glob("tables/*/*.csv"))


def test_an_edition_that_tells_the_same_again_is_left_as_it_is(tmp_path: Path) -> None:
    published(tmp_path, *edition(tmp_path, "first", 120))
    told = published(tmp_path, *edition(tmp_path, "second", 120))
    assert told is not None
    assert told["n"].tolist() == [120, 230]


@pytest.mark.parametrize("broken", [b"", b"no archive", gzip.compress(b"{}", mtime=0), gzip.compress(b"[1", mtime=0)])
def test_a_release_that_cannot_be_read_stops_nobody(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / ".released").mkdir()
    (tmp_path / ".released" / "x.json.gz").write_bytes(broken)
    folder, manifest = edition(tmp_path, "second", 120)
    _, notices = settling.settle(folder, manifest, tmp_path)
    assert [notice for notice in notices if "cannot be read" in notice]
    assert len(notices) == 1


def test_the_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    published(tmp_path, *edition(tmp_path, "first", 120))
    ledger = tmp_path / ".released"
    assert ledger.stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o777 for path in ledger.iterdir()] == [0o600]


def test_a_total_without_parts_hides_nothing_where_zeros_are_withheld() -> None:
    # One row says "all" in both keys; in the group of that row alone 2 * 0 - 0 = 0 is no sum of parts, and 14 stays.
    frame = pd.DataFrame({"region": ["all"] * 3, "band": ["all", "a", "b"], "schools": [14, 9, 5]})
    frame["schools_least"] = [0, 0, 0]
    totals = Linked(totals={"region": "all", "band": "all"})
    told = suppress(frame, ["schools", "schools_least"], PROFILES["acro"], linked=totals).frame
    assert told["schools"].tolist() == [14, 9, 5]
    assert told["schools_least"].isna().all()
