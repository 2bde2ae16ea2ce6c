"""The sheet that an output checker signs: every object, rule by rule, with what supports the verdict."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from analysis.publish.release import Release
from analysis.run.workspace import Workspace
from analysis.site.layout import document
from analysis.site.pages import title_of
from analysis.site.release_sheet import reason, release, release_csv
from analysis.site.sitemap import Site, read_site

FACTS = {"edition": "ci", "title": "A city", "language": "en", "synthetic": False, "disclosure": "default"}
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 7], "mean": [0.5, 0.6, 0.7]})


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An edition of one chapter: a table with a withheld row, a table that counts nobody, and a finding."""
    chapter = Release(Workspace("segregation", tmp_path, tmp_path, FACTS, needs=frozenset(), produces=frozenset()))
    chapter.table("groups", GROUPS, caption="Groups", counts=["n"])
    chapter.table("rules", pd.DataFrame({"rule": ["<b>"]}), caption="Rules <i>", counts=())
    chapter.finding("most", "Half do.", n=361)
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Spread")]), tmp_path / "notebooks" / "02_segregation.ipynb")
    notes = [json.loads(line) for line in (tmp_path / "internal/records/segregation.jsonl").read_text().splitlines()]
    step = {
        "notebook": "02_segregation",
        "stem": "segregation",
        "published": [note for note in notes if note["key"] == "published"],
        "findings": [note for note in notes if note["key"] == "finding"],
    }
    return read_site(tmp_path, {"edition": "ci", "facts": FACTS, "steps": [step]}, title_of)


def rows(site: Site) -> list[dict[str, Any]]:
    return list(csv.DictReader(StringIO(release_csv(site))))


def test_every_object_has_a_row_per_rule_and_a_row_per_file(site: Site) -> None:
    told = {(row["name"], row["rule"]): row for row in rows(site) if row["rule"] != "file"}
    assert told["groups", "smallest"]["verdict"] == "suppressed"
    assert told["groups", "smallest"]["reason"] == "1 withheld: fewer than 10"
    assert told["groups", "smallest"]["smallest"] == "120"
    assert told["groups", "others"]["reason"] == "1 withheld"  # the mean of the seven
    assert told["groups", "rounding"]["reason"] == "multiples of 5"
    assert told["rules", "nobody"]["verdict"] == "declared"
    assert told["most", "smallest"]["reason"] == "fewest 360, at least 10"
    files = {row["file"]: row["sha256"] for row in rows(site) if row["rule"] == "file"}
    assert {"tables/segregation/groups.csv", "tables/segregation/rules.json"} <= set(files)
    assert all(len(digest) == 64 for digest in files.values())


def test_the_page_asks_the_checker_about_what_counts_nobody(site: Site) -> None:
    told = release(site)
    assert [thing.name for thing in told["uncounted"]] == ["rules"]
    assert told["withheld"] == 2
    assert told["count"] == 3


def test_the_page_tells_verdicts_and_has_room_for_a_signature(site: Site) -> None:
    html = document(
        "release.html.j2",
        title="Release sheet",
        facts=site.facts,
        chapters=site.chapters,
        this="release",
        home="../index.html",
        chapter_folder="",
        root="../",
        provenance={"commit": None, "dirty": False, "made": None, "command": None},
        **release(site),
    )
    assert "number: 1 withheld: fewer than 10" in html or "n: 1 withheld: fewer than 10" in html
    assert "counts nobody, as its chapter declares" in html
    assert "Rules &lt;i&gt;" in html
    for line in ("Name", "Date", "Signature"):
        assert f"<dt>{line}</dt>" in html


def test_a_reason_for_every_verdict() -> None:
    assert reason({"rule": "words", "verdict": "passed"}) == "passed"
    assert reason({"rule": "totals", "verdict": "not applicable"}) == "does not apply"
    assert reason({"rule": "†", "verdict": "suppressed", "cells": 1234}) == "1,234 withheld"
    assert reason({"rule": "rounding", "verdict": "off", "limit": 1}) == "not rounded"
    assert reason({"rule": "smallest", "verdict": "passed", "limit": 10, "smallest": None}) == "nothing to tell"
