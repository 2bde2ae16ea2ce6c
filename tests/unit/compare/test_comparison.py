from __future__ import annotations

import shutil
from typing import Any

import pandas as pd
import pytest

from analysis.compare.comparison import compare
from analysis.compare.editions import find, read
from analysis.errors import InputError

BANDS = pd.DataFrame({"band": ["low", "high"], "share": [0.4, 0.6]})


def test_each_table_stands_in_one_state(editions: Any, estimates: Any) -> None:
    before = editions.make(
        "a", {"choice": {"estimates": estimates(), "bands": BANDS, "old": BANDS}, "gone": {"x": BANDS}}
    )
    moved = estimates(estimate=[0.2, 0.1, 0.3])
    after = editions.make("b", {"choice": {"estimates": moved, "bands": BANDS, "new": BANDS}})
    states = {change.table.name: change.state for change in compare(before, after).tables}
    assert states == {
        "estimates": "changed",
        "bands": "same",
        "new": "only after",
        "old": "only before",
        "x": "only before",
    }


def test_changes_are_counted(editions: Any, estimates: Any) -> None:
    after = editions.make(
        "b", {"school_choice": {"estimates": estimates(estimate=[0.2, 0.1, 0.3], n_obs=[9, 400, 400])}}
    )
    (change,) = compare(editions.make("a"), after).tables
    assert {name: n for name, n in change.counts.items() if n} == {"cells": 2, "sign": 1, "n": 1}


def test_an_estimate_that_stands_in_two_tables_is_told_once(editions: Any, estimates: Any) -> None:
    moved = estimates(estimate=[0.2, 0.1, 0.3])
    before = editions.make("a", {"choice": {"estimates": estimates(), "headline": estimates()}})
    comparison = compare(before, editions.make("b", {"choice": {"estimates": moved, "headline": moved}}))
    assert len(comparison.estimates()) == 1
    assert len(comparison.cells()) == 2


def test_findings_that_read_differently_are_told(editions: Any) -> None:
    before = editions.make("a", findings={"near": "40% go near.", "far": "Few go far."})
    after = editions.make("b", findings={"near": "41% go near.", "far": "Few go far.", "all": "All go."})
    found = {
        f.name: (f.before and f.before["sentence"], f.after and f.after["sentence"])
        for f in compare(before, after).findings
    }
    assert found == {"near": ("40% go near.", "41% go near."), "all": (None, "All go.")}


def test_nothing_internal_is_read(editions: Any, estimates: Any) -> None:
    before, after = editions.make("a"), editions.make("b", {"school_choice": {"estimates": estimates(n_obs=[1, 2, 3])}})
    for edition in (before, after):
        shutil.rmtree(edition.folder / "internal")
    assert compare(before, after).changed


@pytest.mark.parametrize("damage", ["gone", "edited"])
def test_a_table_that_is_not_what_the_manifest_tells_is_refused(editions: Any, estimates: Any, damage: str) -> None:
    before, after = editions.make("a"), editions.make("b", {"school_choice": {"estimates": estimates(n_obs=[1, 2, 3])}})
    path = after.folder / "tables" / "school_choice" / "estimates.csv"
    path.unlink() if damage == "gone" else path.write_text("model,estimate\nx,1\n", "utf8")
    with pytest.raises(InputError, match="the manifest"):
        compare(before, after)


def test_an_edition_is_found_by_name_params_file_or_folder(editions: Any) -> None:
    folder = editions.make("amsterdam-2020").folder
    for given in ("amsterdam-2020", "params/amsterdam-2020.yml", str(folder)):
        assert find(given, editions.outputs) == folder


def test_an_edition_that_is_not_there_is_told_with_those_that_are(editions: Any) -> None:
    editions.make("amsterdam-2020")
    with pytest.raises(InputError, match="did you mean amsterdam-2020"):
        find("amsterdam-2002", editions.outputs)


def test_half_an_edition_is_refused(editions: Any) -> None:
    folder = editions.make("a").folder
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match="not a whole edition"):
        find("a", editions.outputs)
    for text in ("{", "[]", '{"edition": "a", "outputs": {}, "steps": [1]}'):
        (folder / "manifest.json").write_text(text, "utf8")
        with pytest.raises(InputError):
            read(folder)
