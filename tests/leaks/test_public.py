"""Leaks through the folder: what is handed over holds nothing else, what stays is closed, and no cell computes."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest

from analysis.errors import InputError, StaatError
from analysis.publish.spreadsheet import harmless, read_csv, unquoted
from analysis.publish.tables import write_csv
from analysis.run import private, staging
from analysis.run.hashes import Hashes
from analysis.run.manifest import outputs_of
from analysis.run.release import release
from analysis.run.workspace import Workspace

PAGE = '<a href="html/a.html">A</a><a href="tables/a/x.csv">X</a>'
FILES = {
    "index.html": PAGE,
    "html/a.html": '<a href="../index.html">Home</a>',
    "tables/a/x.csv": "group,n\na,120\n",
    "figures/a/x.svg": "<svg/>",
    "release.csv": "chapter\na\n",
    "notebooks/01_a.ipynb": "{}",
    "internal/by_pupil.csv": "pupil,score\n1,507\n",
    "internal/records/a.jsonl": "{}",
}


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """A published edition with internal tables."""
    folder = tmp_path / "outputs" / "small"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return noted(folder)


def noted(folder: Path, **told: object) -> Path:
    """Write the manifest of an edition as it lies there."""
    steps = [{"stem": "a", "notebook": "01_a", "key": {"tables": {"by_pupil": "keyed:1"}, "cells": {"1": "2"}}}]
    manifest = {"edition": "small", "facts": {}, "steps": steps, "outputs": outputs_of(folder), **told}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_may_leave_is_copied_and_nothing_else(edition: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    release(edition, to, tmp_path / "project")
    assert files_in(to) == {path for path in FILES if not path.startswith("internal/")} | {"manifest.json"}
    told = json.loads((to / "manifest.json").read_text())
    assert told["outputs"] == {
        path: hashlib.sha256(FILES[path].encode()).hexdigest() for path in sorted(files_in(to) - {"manifest.json"})
    }
    assert "internal" not in (to / "manifest.json").read_text()
    assert "keyed" not in (to / "manifest.json").read_text()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def changed(path: str, text: str) -> Callable[[Path], object]:
    return lambda edition: (edition / path).write_text(text)


def linked(edition: Path) -> None:
    (edition / "index.html").unlink()
    (edition / "index.html").symlink_to(edition / "internal" / "by_pupil.csv")


def named(*paths: str) -> Callable[[Path], object]:
    def change(edition: Path) -> None:
        told = json.loads((edition / "manifest.json").read_text())
        secret = hashlib.sha256(FILES["internal/by_pupil.csv"].encode()).hexdigest()
        noted(edition, outputs={**told["outputs"], **dict.fromkeys(paths, secret)})

    return change


def with_text(path: str, text: Callable[[Path], str]) -> Callable[[Path], object]:
    def change(edition: Path) -> None:
        (edition / path).write_text(text(edition))
        noted(edition)

    return change


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a table changed afterwards": (changed("tables/a/x.csv", "group,n\na,117\n"), r"^tables/a/x\.csv: is not the file"),
    "a page that is a link": (linked, r"^index\.html: is not in the edition"),
    "a page that is gone": (lambda e: (e / "index.html").unlink(), r"^index\.html: .* cannot be read"),
    "an internal file by another way": (named("tables/../internal/by_pupil.csv"), "is not in the edition"),
    "a file above the edition": (named("../../secret.csv"), r"^\.\./\.\./secret\.csv: is not in the edition"),
    "a file by its whole path": (named("/etc/hostname"), "^/etc/hostname: is not in the edition"),
    "the folder of the project": (
        with_text("html/a.html", lambda e: f"<p>{e.parents[1] / 'project'}/x</p>"),
        r"^html/a\.html: names a folder of this machine",
    ),
    "the folder of the edition": (
        with_text("notebooks/01_a.ipynb", lambda e: json.dumps({"at": str(e)})),
        r"^notebooks/01_a\.ipynb: names a folder of this machine",
    ),
    "somebody's home": (
        with_text("tables/a/x.csv", lambda _: "from\n/home/somebody/data.csv\n"),
        r"^tables/a/x\.csv: names a folder of this machine",
    ),
    "a home on Windows": (
        with_text("html/a.html", lambda _: r"<p>C:\Users\somebody</p>"),
        r"^html/a\.html: names a folder of this machine",
    ),
}


@pytest.mark.parametrize(("change", "said"), BROKEN.values(), ids=BROKEN)
def test_an_edition_that_is_not_as_it_passed_is_not_handed_over(
    edition: Path, tmp_path: Path, change: Callable[[Path], object], said: str
) -> None:
    change(edition)
    with pytest.raises(StaatError, match=said):
        release(edition, tmp_path / "to", tmp_path / "project")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outputs"]


def somebody(to: Path) -> None:
    to.mkdir()
    (to / "thesis.txt").write_text("mine")


def added(to: Path) -> None:
    (to / "notes.txt").write_text("mine")


def rewritten(to: Path) -> None:
    (to / "index.html").write_text("mine")


def test_an_empty_folder_and_one_of_an_earlier_release_are_written_again(edition: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    to.mkdir()
    release(edition, to, tmp_path / "project")
    (edition / "tables/a/x.csv").write_text("group,n\na,125\n")
    noted(edition)
    release(edition, to, tmp_path / "project")
    assert (to / "tables/a/x.csv").read_text() == "group,n\na,125\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [(somebody, None), (None, added), (None, rewritten)],
    ids=["a folder of somebody", "an earlier release with a file more", "an earlier release that was changed"],
)
def test_a_folder_with_anything_else_is_left_alone(
    edition: Path, tmp_path: Path, before: Callable[[Path], None] | None, after: Callable[[Path], None] | None
) -> None:
    to = tmp_path / "to"
    if before:
        before(to)
    if after:
        release(edition, to, tmp_path / "project")
        after(to)
    held = {path: (to / path).read_text() for path in files_in(to)}
    with pytest.raises(InputError, match="holds something that this command did not write"):
        release(edition, to, tmp_path / "project")
    assert held == {path: (to / path).read_text() for path in files_in(to)}


@pytest.mark.parametrize("where", [".", "html", ".."], ids=["the edition itself", "inside it", "around it"])
def test_a_release_into_or_around_the_edition_is_refused(edition: Path, tmp_path: Path, where: str) -> None:
    with pytest.raises(InputError, match="is inside the edition, or the edition inside it"):
        release(edition, edition / where, tmp_path / "project")


def test_a_link_is_not_written_through(edition: Path, tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "to").symlink_to(tmp_path / "target")
    with pytest.raises(InputError, match="is not a folder of its own"):
        release(edition, tmp_path / "to", tmp_path / "project")


class Links(HTMLParser):
    """The addresses on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as it is called
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def addresses(page: Path) -> Iterator[Path]:
    links = Links()
    links.feed(page.read_text("utf8"))
    for link in links.found:
        parts = urlsplit(link)
        if not parts.scheme and parts.path:
            yield (page.parent / unquote(parts.path)).resolve()


def test_every_link_of_a_released_edition_leads_to_a_file_in_it(ci_edition: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    release(ci_edition, to, tmp_path / "project")
    pages = [to / "index.html", *sorted((to / "html").glob("*.html"))]
    broken = {str(place) for page in pages for place in addresses(page) if not place.is_file()}
    outside = {place for page in pages for place in addresses(page) if to.resolve() not in place.parents}
    assert len(pages) > 5
    assert broken | {str(place) for place in outside} == set()
    assert not re.search(r"/(?:work|home|root|tmp)/", "".join(page.read_text("utf8") for page in pages))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022], ids=["no umask", "the usual umask"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_building_folder_is_its_owners_alone(umask: int, tmp_path: Path) -> None:
    assert umask in (0, 0o022)
    building, _ = staging.begin(tmp_path, "ci")
    assert (mode(building), mode(building / "internal")) == (0o700, 0o700)


def test_an_unfinished_edition_is_its_owners_alone(umask: int, tmp_path: Path) -> None:
    assert umask in (0, 0o022)
    building, _ = staging.begin(tmp_path, "ci")
    (building / "internal" / "by_pupil.parquet").write_text("")
    kept = staging.keep_unfinished(building, tmp_path, "ci")
    assert (mode(kept), mode(kept / "internal")) == (0o700, 0o700)
    assert mode(kept / "internal" / "by_pupil.parquet") == 0o600


def test_what_is_published_is_readable_and_what_is_internal_is_not(umask: int, tmp_path: Path) -> None:
    building, _ = staging.begin(tmp_path, "ci")
    (building / "index.html").write_text("")
    (building / "internal" / "records").mkdir()
    (building / "internal" / "records" / "data.jsonl").write_text("")
    staging.swap_in(building, tmp_path / "ci")
    folder = tmp_path / "ci"
    assert (mode(folder), mode(folder / "index.html")) == (0o777 & ~umask, 0o666 & ~umask)
    assert (mode(folder / "internal"), mode(folder / "internal" / "records")) == (0o700, 0o700)
    assert mode(folder / "internal" / "records" / "data.jsonl") == 0o600


def test_locks_and_memories_are_their_owners_alone(umask: int, tmp_path: Path) -> None:
    assert umask in (0, 0o022)
    with staging.locked(tmp_path / "outputs", "ci"):
        assert mode(tmp_path / "outputs" / ".ci.lock") == 0o600
    (tmp_path / "x").write_text("")
    os.utime(tmp_path / "x", (0, 0))
    hashes = Hashes(tmp_path / "outputs" / ".cache" / "hashes.json")
    hashes.of(tmp_path / "x")
    hashes.save()
    assert mode(tmp_path / "outputs" / ".cache") == 0o700
    assert mode(tmp_path / "outputs" / ".cache" / "hashes.json") == 0o600


def test_a_scratch_folder_and_internal_notes_are_their_owners_alone(umask: int, tmp_path: Path) -> None:
    assert umask in (0, 0o022)
    workspace = Workspace("data", tmp_path, tmp_path / "ci.scratch")
    workspace.record("finding", name="x")
    assert mode(tmp_path / "ci.scratch") == 0o700
    assert mode(tmp_path / "ci.scratch" / "internal") == 0o700


def test_the_folder_of_all_editions_stays_as_open_as_the_umask_has_it(umask: int, tmp_path: Path) -> None:
    private.make(tmp_path / "outputs" / ".cache")
    assert mode(tmp_path / "outputs") == 0o777 & ~umask


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir(mode=0o777)
    (tmp_path / "old").chmod(0o777)
    assert mode(private.make(tmp_path / "old")) == 0o700


FORMULAS = {
    "an equals sign": "=cmd|'/c calc'!A1",
    "a plus": "+1+1",
    "a minus": "-1+1",
    "an at sign": "@SUM(A1)",
    "a tab": "\t=1",
    "a carriage return": "\r=1",
    "a blank first": "  =1",
    "a blank that does not break": "\u00a0=1",
    "an invisible sign first": "\u200b=1",
    "a wide equals sign": "\uff1d1+1",
    "a wide at sign": "\uff20SUM(A1)",
    "behind a semicolon": "a;=1+1",
    "behind a comma": "a,=1+1",
    "behind a quote": 'a"=1+1',
    "a quote first": '"=1+1"',
    "behind a line break": "a\n=1+1",
    "behind a bar": "a|=1+1",
    "behind a semicolon and a blank": "a; @SUM(A1)",
    "an apostrophe first": "'=1",
}
COMPUTES = re.compile(r"^[\s\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@pytest.mark.parametrize("text", FORMULAS.values(), ids=FORMULAS)
def test_text_in_a_csv_is_no_formula_whatever_the_separator(tmp_path: Path, text: str) -> None:
    write_csv(pd.DataFrame({text: [text, "b"], "n": [-1.5, 2.0]}), tmp_path / "x.csv")
    written = (tmp_path / "x.csv").read_text("utf8")
    english = [cell for row in csv.reader(StringIO(written, newline="")) for cell in row]
    # A Dutch spreadsheet splits at semicolons, and takes a quote within a field for what it is.
    dutch = [cell for line in re.split(r"[\r\n]", written) for cell in re.split(r'[;|\t"]', line)]
    for cell in (*english, *dutch, *re.split(r'[,;|\t\r\n"]', written)):
        assert not COMPUTES.match(cell) or re.match(r"-\d+(\.\d+)?(,|$)", cell)
    again = read_csv(tmp_path / "x.csv")
    assert list(again.columns) == [text, "n"]
    assert again[text].tolist() == [text, "b"]
    assert again["n"].tolist() == [-1.5, 2.0]


@pytest.mark.parametrize("text", ["-0.4", "low - high", "a-b", "1e-05", "0.1 to 0.3", "x = 1", "-0.4;-0.3"])
def test_words_and_negative_numbers_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text == unquoted(text)
