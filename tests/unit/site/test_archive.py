"""Everything that an edition publishes as one file: what was published, a dictionary, nothing else."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from analysis.disclosure import profile
from analysis.disclosure.net.again import WordRules
from analysis.disclosure.net.parcel import EARLIEST, check_archive
from analysis.disclosure.rules.names import Names
from analysis.errors import DisclosureError, StaatError
from analysis.publish.release import Release
from analysis.run.release import machine_of, refuse_machine
from analysis.run.workspace import Workspace
from analysis.site.archive import archive, zipped
from analysis.site.pages import title_of
from analysis.site.sitemap import Site, read_site

FACTS = {"edition": "ci", "title": "A city", "language": "en", "synthetic": True, "disclosure": "default"}
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 7], "mean": [0.5, 0.6, 0.7]})
RULES = WordRules(profile("default"), Names((), ()))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An edition of one chapter: a table with a withheld row, and a finding."""
    chapter = Release(Workspace("segregation", tmp_path, tmp_path, FACTS, needs=frozenset(), produces=frozenset()))
    chapter.table("groups", GROUPS, caption="Groups", counts=["n"])
    chapter.finding("most", "Half do.", n=361)
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Spread")]), tmp_path / "notebooks" / "02_segregation.ipynb")
    notes = [json.loads(line) for line in (tmp_path / "internal/records/segregation.jsonl").read_text().splitlines()]
    kinds = {"published": "published", "findings": "finding"}
    step = {"notebook": "02_segregation", "stem": "segregation"}
    step |= {kind: [note for note in notes if note["noted"] == key] for kind, key in kinds.items()}
    return read_site(tmp_path, {"edition": "ci", "facts": FACTS, "steps": [step]}, title_of)


def digests(site: Site) -> dict[str, str]:
    return {path: digest for thing in site.things for path, digest in thing.note.get("files", {}).items()}


def checked(path: Path, content: bytes, published: dict[str, str]) -> None:
    path.write_bytes(content)
    check_archive(path, "ci", published, RULES)


def test_it_holds_what_was_published_and_what_that_is_and_passes_the_net(site: Site, tmp_path: Path) -> None:
    made = archive(site)
    checked(tmp_path / "edition.zip", made, digests(site))
    with ZipFile(BytesIO(made)) as parcel:
        assert parcel.namelist() == [
            *(f"ci/{name}" for name in ("README.txt", "dictionary.csv", "dictionary.json")),
            *(f"ci/{name}" for name in ("findings.csv", "findings.json")),
            *(f"ci/tables/segregation/groups.{kind}" for kind in ("csv", "xlsx")),
        ]
        assert "SYNTHETIC DATA" in parcel.read("ci/README.txt").decode()
        assert json.loads(parcel.read("ci/findings.json"))[0]["n"] == 360  # rounded, as it was published


def test_the_dictionary_says_of_each_column_what_it_holds_and_counts(site: Site) -> None:
    with ZipFile(BytesIO(archive(site))) as parcel:
        rows = list(csv.DictReader(StringIO(parcel.read("ci/dictionary.csv").decode())))
    told = {row["column"]: (row["type"], row["counts"]) for row in rows}
    assert told["group"] == ("words", "")
    assert told["mean"] == ("number", "")
    assert told["n"][0] == "number"
    assert told["n"][1]
    assert {row["caption"] for row in rows} == {"Groups"}
    assert {row["rows"] for row in rows} == {"3"}


def test_it_is_the_same_whenever_it_is_made(site: Site) -> None:
    assert archive(site) == archive(site)
    assert zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})


LEAKS = {
    "a file that was not published": {"ci/tables/by_pupil.csv": b"pupil\n1\n"},
    "another content": {"ci/tables/segregation/groups.csv": b"group,n\na,117\n"},
    "a number of persons": {"ci/README.txt": b"There are 7 pupils here.\n"},
    "a file beside the edition": {"README.txt": b"A city\n"},
}


@pytest.mark.parametrize("files", LEAKS.values(), ids=LEAKS)
def test_what_did_not_pass_the_gate_is_refused(site: Site, tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(DisclosureError, match=r"^edition\.zip, "):
        checked(tmp_path / "edition.zip", zipped(files), digests(site))


def test_nothing_travels_beside_its_files(tmp_path: Path) -> None:
    plain = zipped({"ci/README.txt": b"A city\n"})
    checked(tmp_path / "edition.zip", plain, {})
    noted = BytesIO()
    with ZipFile(noted, "w") as parcel:
        member = ZipInfo("ci/README.txt", EARLIEST)
        member.comment = b"7 pupils"
        parcel.writestr(member, b"A city\n")
    for content in (noted.getvalue(), plain + b"7 pupils", b"7 pupils" + plain, b"no archive"):
        with pytest.raises(DisclosureError):
            checked(tmp_path / "edition.zip", content, {})


def test_a_folder_of_this_machine_is_found_inside_it(tmp_path: Path) -> None:
    named = zipped({"ci/README.txt": f"see {tmp_path}/x\n".encode()})
    with pytest.raises(StaatError, match="names a folder of this machine"):
        refuse_machine("edition.zip", named, machine_of({tmp_path}))
