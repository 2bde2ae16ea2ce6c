"""A second city runs whole in its own words: nothing that is published of it names the first one, or its groups."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_THE_FIRST = re.compile(rb"amsterdam|nieuw-west|zuidoost|moroccan|turkish|surinam", re.IGNORECASE)
WITHIN_A_PICTURE = re.compile(rb"base64,[A-Za-z0-9+/=]+")
"""Letters of an encoded picture are no words."""
OWN_WORDS = ("Elderhaven", "Havenkwartier", "Vestrian", "Ilish", "Norrish")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outputs = tmp_path_factory.mktemp("outputs")
    words = [sys.executable, "-m", "analysis.cli", "run", "elsewhere", "--quiet", "--outputs", str(outputs)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return outputs / "elsewhere"


def test_no_word_of_another_city_is_published(edition: Path) -> None:
    parts = [edition / name for name in ("index.html", "html", "tables", "figures", "notebooks", "release.csv")]
    files = [file for part in parts for file in ([part] if part.is_file() else part.rglob("*")) if file.is_file()]
    assert len(files) > 100
    found = {
        str(file.relative_to(edition)): OF_THE_FIRST.findall(WITHIN_A_PICTURE.sub(b"", file.read_bytes()))[:3]
        for file in files
        if OF_THE_FIRST.search(file.name.encode()) or OF_THE_FIRST.search(WITHIN_A_PICTURE.sub(b"", file.read_bytes()))
    }
    assert found == {}


def test_the_manifest_has_a_word_of_another_city_in_the_names_of_code_and_files_of_the_project_alone(edition) -> None:
    told = json.loads((edition / "manifest.json").read_text("utf8"))
    for step in told["steps"]:
        assert step.pop("key")  # what it depends on, by name; figures in print about every city lie in one folder
    assert OF_THE_FIRST.findall(json.dumps(told, ensure_ascii=False).encode()) == []


def test_the_pages_speak_of_its_own_groups_and_parts(edition: Path) -> None:
    pages = "".join(file.read_text("utf8") for file in (edition / "html").glob("*.html"))
    assert [word for word in OWN_WORDS if word.casefold() not in pages.casefold()] == []


def test_no_key_of_a_school_is_published(edition: Path) -> None:
    key = re.compile(r"\b[0-9a-f]{32}\d{2}\b")
    texts = [
        file.read_text("utf8") for part in ("html", "tables") for file in (edition / part).rglob("*.[hc][ts][mv]*")
    ]
    assert not any(key.search(text) for text in texts)
