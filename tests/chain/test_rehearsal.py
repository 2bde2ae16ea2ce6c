"""Small cities publish: the whole chain on 40 made-up worlds, one worse than the other, in every profile and language.

Each world is ci with a few parameters changed. It must be published whole, with every chapter's page, and no page may
show a number that is none. All run with the slow tests; eight run with the others, each with the chapters of `TURNS`:
every chapter is published of some of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml

from analysis.data.duo import pupil_files
from analysis.edition.chain import CHAIN
from analysis.edition.params import read_edition

PUPIL_FOLDER = "duo/leerlingen-po-postcode-leeftijd-2017-2018"

ROOT = Path(__file__).parents[2]
NO_NUMBER = re.compile(r"(?<![\w-])(?:nan|NaN|None(?! [a-z])|NaT|inf|<NA>)(?![\w-])")
HIDDEN = re.compile(r"<(script|style|code|pre)\b.*?</\1>|<[^>]*>", re.DOTALL)
FEW_DRAWS = {
    "segregation": {"bootstrap_draws": 100, "random_draws": 50},
    "school_choice": {"draws": 10, "sampled_pupils": 150},
    "leergroei": {"bootstrap_draws": 50},
    "staffing": {"bootstrap_draws": 99},
}


CHAPTERS = (*FEW_DRAWS, "advisering", "teachers", "summary")
"""Blocks of ci beside that of the data."""

TURNS = (
    ("segregation",),
    ("staffing", "teachers"),
    ("advisering",),
    ("school_choice",),
    ("leergroei",),
    ("staffing", "summary"),
    ("advisering", "teachers"),
    ("segregation", "summary"),
)
"""Chapters of each of the eight quick worlds, beside the data that all start from."""


class World(NamedTuple):
    """A variant of ci: its size, seed, disclosure profile and language, and what it has one of, or none."""

    scale: float
    seed: int
    profile: str
    language: str
    lacks: Sequence[str]


WORLDS = """
 scale  seed      profile    language lacks
 0.02   20201101  default    en       -
 0.065  2         default    en       -
 0.03   1         default    nl       boards
 0.065  77        acro       en       -
 0.04   5         opensafely en       stadsdelen
 0.05   3         open-data  nl       small_schools
 0.065  7         default    en       boards,stadsdelen,small_schools
 0.1    6         acro       nl       boards
 0.02   1         acro       en       -
 0.02   2         opensafely nl       -
 0.02   3         open-data  en       -
 0.02   4         default    en       boards,stadsdelen
 0.02   5         default    nl       small_schools
 0.03   6         acro       en       stadsdelen
 0.03   7         opensafely en       boards
 0.03   8         open-data  nl       -
 0.03   9         default    en       small_schools
 0.03   10        default    en       -
 0.04   11        acro       nl       -
 0.04   12        open-data  en       boards
 0.04   13        default    en       boards,small_schools
 0.04   14        default    nl       -
 0.04   20190101  default    en       -
 0.05   15        acro       en       small_schools
 0.05   16        opensafely en       -
 0.05   17        default    nl       stadsdelen
 0.05   18        default    en       boards
 0.05   20211101  default    en       -
 0.0585 20201101  default    en       -
 0.065  1         default    en       -
 0.065  3         acro       en       boards,stadsdelen
 0.065  4         opensafely nl       small_schools
 0.065  5         open-data  en       stadsdelen
 0.065  20190101  default    en       -
 0.065  20211101  default    nl       -
 0.08   19        acro       en       -
 0.08   20        opensafely en       boards
 0.08   21        default    en       small_schools
 0.1    22        open-data  nl       -
 0.1    23        default    en       stadsdelen
"""
"""The first eight run with the other tests."""


def worlds() -> Iterator[World]:
    for line in WORLDS.strip().splitlines()[1:]:
        scale, seed, profile, language, lacks = line.split()
        yield World(float(scale), int(seed), profile, language, () if lacks == "-" else lacks.split(","))


def params_of(world: World, folder: Path, name: str, chapters: Sequence[str] = ()) -> Path:
    """Write the params file of a world: of all chapters of ci, or of some."""
    raw: dict[str, Any] = yaml.safe_load((ROOT / "params" / "ci.yml").read_text("utf8"))
    raw |= {"edition": name, "seed": world.seed, "disclosure": world.profile, "language": world.language}
    raw["data"] |= {"scale": world.scale, "lacks": list(world.lacks)}
    for block, fewer in FEW_DRAWS.items():
        raw[block] |= fewer
    for block in set(CHAPTERS) - set(chapters or CHAPTERS):
        del raw[block]
    path = folder / f"{name}.yml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf8")
    return path


def staat(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def assert_whole(edition: Path, stems: Sequence[str]) -> None:
    """Assert that an edition has all its pages, and no page a number that is none."""
    manifest = json.loads((edition / "manifest.json").read_text("utf8"))
    assert [step["stem"] for step in manifest["steps"]] == list(stems)
    pages = [edition / "html" / f"{step['notebook']}.html" for step in manifest["steps"]]
    for page in [*pages, edition / "index.html"]:
        words = unescape(HIDDEN.sub(" ", page.read_text("utf8")))
        found = [words[max(0, at.start() - 60) : at.end() + 40] for at in NO_NUMBER.finditer(words)]
        assert found == [], page.name
    for step in manifest["steps"]:
        assert all(note["withheld"] for note in step["withheld"]), "a notice says why"


def rehearse(chosen: Sequence[World], folder: Path, turns: Sequence[Sequence[str]]) -> None:
    """Publish worlds in one run, each with its chapters, and look at each."""
    files = [
        params_of(world, folder, f"world-{number}", chapters)
        for number, (world, chapters) in enumerate(zip(chosen, turns, strict=True), start=1)
    ]
    run = staat("run", *map(str, files), "--outputs", str(folder / "outputs"))
    assert run.returncode == 0, run.stderr[-3000:] + run.stdout[-1000:]
    for file in files:
        blocks = read_edition(file).blocks
        assert_whole(folder / "outputs" / file.stem, [step.stem for step in CHAIN if step.stem in blocks])


def test_eight_small_cities_publish_whole(tmp_path: Path) -> None:
    assert set().union(*TURNS) == set(CHAPTERS)
    rehearse([*worlds()][:8], tmp_path, TURNS)


@pytest.mark.slow
def test_forty_small_cities_publish_whole(tmp_path: Path) -> None:
    chosen = [*worlds()]
    assert len(chosen) == 40
    rehearse(chosen, tmp_path, [CHAPTERS] * len(chosen))


MUNICIPALITIES = """
Rotterdam, Utrecht, Groningen, Zaanstad, Haarlem, Arnhem, Lelystad, Almere, Enschede, Breda, Deventer, Amersfoort,
Zwolle, Leiden, Eindhoven, Hilversum, Helmond, Nieuwegein, Urk, Tilburg, Vlieland, 's-Gravenhage
"""
DRAWN, SEED = 30, 2017


def drawn(names: Sequence[str]) -> list[str]:
    """Draw municipalities that are not among the named ones, by a stated seed."""
    others = sorted(set(names) - set(named()))
    return sorted(np.random.default_rng(SEED).choice(others, DRAWN, replace=False).tolist())


def named() -> list[str]:
    return [name.strip() for name in MUNICIPALITIES.replace("\n", " ").split(",")]


def publish_municipalities(names: Sequence[str], data: Path, folder: Path) -> None:
    """Publish the edition of open data for each of these municipalities, as its user would: with --set region."""
    refused = {}
    for number, name in enumerate(names, start=1):
        outputs = folder / f"{number}"
        words = ("run", "params/amsterdam-duo-2017.yml", "--set", f"region={name}", "--replace")
        run = staat(*words, "--outputs", str(outputs), STAAT_DATA=str(data))
        if run.returncode:
            refused[name] = run.stderr[-400:]
            continue
        blocks = read_edition(ROOT / "params" / "amsterdam-duo-2017.yml").blocks
        assert_whole(outputs / "amsterdam-duo-2017", [step.stem for step in CHAIN if step.stem in blocks])
    assert refused == {}


@pytest.mark.slow
def test_the_named_municipalities_publish(real_data_folder: Path, tmp_path: Path) -> None:
    assert len(named()) == 22
    publish_municipalities(named(), real_data_folder, tmp_path)


@pytest.mark.slow
def test_a_sample_of_municipalities_publishes(real_data_folder: Path, tmp_path: Path) -> None:
    publish_municipalities(drawn(list(pupil_files(real_data_folder / PUPIL_FOLDER))), real_data_folder, tmp_path)
