"""An edition on disk, published through the gate: a table with a withheld cell, one withheld whole, a finding."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.publish.release import Release
from analysis.results.edition import OpenedEdition, open_edition
from analysis.run import manifest
from analysis.run.workspace import Workspace

FACTS = {"edition": "ci", "title": "A city", "language": "en", "synthetic": True, "disclosure": "default"}
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 7], "estimate": [0.5, 0.6, 0.7], "year": [2019] * 3})
SECRET = pd.DataFrame({"group": ["a", "b"], "n": [3, 4]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the edition."""
    place = tmp_path / "outputs" / "ci"
    chapter = Release(Workspace("segregation", place, place, FACTS, needs=frozenset(), produces=frozenset()))
    chapter.table("groups", GROUPS, caption="Groups", counts=["n"])
    chapter.table("secret", SECRET, caption="Too few", counts=["n"])
    chapter.finding("most", "Half do.", n=361)
    lines = (place / "internal" / "records" / "segregation.jsonl").read_text("utf8").splitlines()
    notes = [json.loads(line) for line in lines]
    kinds = {"published": "published", "findings": "finding", "withheld": "withheld"}
    step = {"notebook": "02_segregation", "stem": "segregation", "inputs": []}
    step |= {kind: [note for note in notes if note["noted"] == key] for kind, key in kinds.items()}
    told = {"edition": "ci", "facts": FACTS, "parameters": {}, "steps": [step]}
    (place / "internal" / "steps").mkdir(parents=True, exist_ok=True)
    manifest.write(place, {**told, "outputs": manifest.outputs_of(place)})
    return place


@pytest.fixture
def edition(folder: Path) -> OpenedEdition:
    return open_edition("ci", folder.parent)
