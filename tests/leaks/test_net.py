"""Leaks around the gate: what a chapter did to it counts for nothing, for the net reads every file again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
import xlsxwriter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from analysis.disclosure import PROFILES, Profile
from analysis.disclosure.net.again import WordRules, check_svg
from analysis.disclosure.rules.names import Names
from analysis.errors import DisclosureError
from analysis.publish import figures
from analysis.publish.release import Release
from analysis.publish.spreadsheet import read_csv
from analysis.publish.tables import write_csv
from analysis.run.manifest import outputs_of

GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 235, 60], "share": [0.1, 0.2, 0.7]})
PROSE = new_markdown_cell("# Title")
TABLE = "tables/segregation/groups.csv"
Make = Callable[..., Any]


def published(release: Release, frame: pd.DataFrame = GROUPS) -> Path:
    """Publish a table, and return its file."""
    release.table("groups", frame, caption="Groups", counts={"n": ["share"]})
    return release.workspace.write / TABLE


def noted_again(release: Release, *files: Path) -> None:
    """Note the digest of files as if they had left the gate like this: a chapter may write its own notes."""
    notes = release.workspace.write / "internal" / "records" / "segregation.jsonl"
    lines = [json.loads(line) for line in notes.read_text("utf8").splitlines()]
    for line in lines:
        for file in files:
            path = file.relative_to(release.workspace.write).as_posix()
            if path in line.get("files", {}):
                line["files"][path] = hashlib.sha256(file.read_bytes()).hexdigest()
    notes.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf8")


LAX = Profile("lax", min_count=1, round_to=1, min_schools=1, min_boards=1, min_residual_df=1, top_two=None)


def lax(release: Release) -> None:
    release.profile = release._gate.profile = release._gate.numbers.profile = LAX


PROFILED = {
    "another profile, and few": (GROUPS.assign(n=[120, 235, 7]), "column 'n': holds a number below 10"),
    "another profile, and exact": (GROUPS.assign(n=[120, 234, 60]), "column 'n': holds a number that is not rounded"),
}


@pytest.mark.parametrize(("frame", "said"), PROFILED.values(), ids=PROFILED)
def test_a_chapter_that_sets_its_own_profile_is_refused_by_that_of_the_edition(
    make_edition: Make, release: Release, monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame, said: str
) -> None:
    monkeypatch.setattr("analysis.publish.release.profile", lambda _: LAX)
    published(Release(release.workspace), frame)
    with pytest.raises(DisclosureError, match=f"^{TABLE}: {said}"):
        make_edition(PROSE)


REWRITTEN: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "few": (lambda f: f.assign(n=[120, 235, 7]), "column 'n': holds a number below 10"),
    "exact": (lambda f: f.assign(n=[120, 234, 60]), "column 'n': holds a number that is not rounded"),
    "no whole number": (lambda f: f.assign(n=[120, 235.5, 60]), "column 'n': counts, and holds what is no whole"),
    "a school": (lambda f: f.assign(group=["01AB00", "b", "c"]), "column 'group', row 1: looks like the key"),
    "a school in lower case": (lambda f: f.assign(group=["at 01ab00", "b", "c"]), "column 'group', row 1: the text"),
    "a name": (lambda f: f.assign(group=["De Gouden Griffel", "b", "c"]), "column 'group': the text holds the name"),
    "a column that counts": (lambda f: f.assign(pupils=[7, 8, 9]), "column 'pupils' seems to count something"),
    "a column of pupils": (lambda f: f.assign(pupil_id=[1, 2, 3]), "column 'pupil_id', row 1: identifies"),
    "numbers of citizens": (lambda f: f.assign(x=[111222333] * 3), "column 'x': whole numbers with the check digit"),
    "a value that is withheld": (
        lambda f: f.assign(suppressed=["", "", "share"]),
        "column 'share', row 3: holds a value that its row says is withheld",
    ),
    "a number of persons in words": (
        lambda f: f.assign(group=["all but seven pupils", "b", "c"]),
        "column 'group', row 1: says a number of persons",
    ),
    "a column more than the spreadsheet": (lambda f: f.assign(x=0.5), "its spreadsheet has other columns or rows"),
    "another value than the spreadsheet": (lambda f: f.assign(share=[0.1, 0.3, 0.7]), "column 'share': its spread"),
}


@pytest.mark.parametrize(("change", "said"), REWRITTEN.values(), ids=REWRITTEN)
def test_a_table_written_over_with_its_digest_is_refused_for_what_it_holds(
    make_edition: Make, release: Release, change: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    release.workspace.record("names", names=["De Gouden Griffel"], places=[])
    file = published(release)
    write_csv(change(read_csv(file)), file)
    noted_again(release, file)
    with pytest.raises(DisclosureError, match=f"^{TABLE}: {said}"):
        make_edition(PROSE)


def workbook(path: Path, rows: list[list[Any]], *more: str) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("data")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for name in ("about", *more):
            book.add_worksheet(name).write(0, 0, 7)


HEADER = ["group", "n", "share"]
SHEETS: dict[str, tuple[list[list[Any]], tuple[str, ...], str]] = {
    "an exact number": ([HEADER, ["a", 117, 0.1], ["b", 235, 0.2], ["c", 60, 0.7]], (), "column 'n': its spreadsheet"),
    "a row more": (
        [HEADER, ["a", 120, 0.1], ["b", 235, 0.2], ["c", 60, 0.7], ["d", 7, 0]],
        (),
        "other columns or rows",
    ),
    "a column more": ([[*HEADER, "x"], ["a", 120, 0.1, 7]], (), "other columns or rows"),
    "a sheet more": (
        [HEADER, ["a", 120, 0.1], ["b", 235, 0.2], ["c", 60, 0.7]],
        ("by_pupil",),
        "its spreadsheet has other sheets",
    ),
}


@pytest.mark.parametrize(("rows", "more", "said"), SHEETS.values(), ids=SHEETS)
def test_a_spreadsheet_that_is_not_its_table_is_refused(
    make_edition: Make, release: Release, rows: list[list[Any]], more: tuple[str, ...], said: str
) -> None:
    file = published(release).with_suffix(".xlsx")
    workbook(file, rows, *more)
    noted_again(release, file)
    with pytest.raises(DisclosureError, match=f"^{TABLE}: .*{said}"):
        make_edition(PROSE)


def test_a_spreadsheet_that_tells_what_its_table_withholds_is_refused(make_edition: Make, release: Release) -> None:
    file = published(release, GROUPS.assign(n=[120, 235, 7])).with_suffix(".xlsx")
    workbook(file, [HEADER, ["a", 120, 0.1], ["b", 235, 0.2], ["c", 7, 0.7]])
    noted_again(release, file)
    with pytest.raises(DisclosureError, match=f"^{TABLE}: column 'n': its spreadsheet holds other values"):
        make_edition(PROSE)


@pytest.mark.parametrize(
    "inside",
    ["<!-- 7 pupils -->", "<!-- seven pupils -->", "<text>at 01ab00</text>", "<!-- De Gouden Griffel -->"],
    ids=["few", "few in letters", "a school", "a name"],
)
def test_the_words_in_a_drawing_are_asked(tmp_path: Path, inside: str) -> None:
    (tmp_path / "x.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>')
    with pytest.raises(DisclosureError, match=r"^x\.svg: "):
        check_svg(tmp_path / "x.svg", "x.svg", WordRules(PROFILES["default"], Names(["De Gouden Griffel"])))


def test_the_words_of_a_published_figure_are_let_through(make_edition: Make, release: Release) -> None:
    def draw(rows: pd.DataFrame) -> Any:
        figure, axes = figures.canvas(6)
        axes.bar(rows["group"], rows["share"])
        axes.set_title("Share of pupils (%)")
        return figure

    release.figure("bars", draw, alt="Three bars.", caption="Groups", data=GROUPS, counts=["n"])
    assert make_edition(PROSE)


def executed(make_edition: Make, release: Release, cell_of: Make, **metadata: Any) -> dict[str, Any]:
    """Return the notebook of an edition, as it lies there after the pages were made."""
    cell = cell_of(release.table("by_group", GROUPS, caption="Groups", counts=["n"]))
    cell.metadata |= {"tags": [], "execution": {"iopub.execute_input": "2026-01-01T00:00:07Z"}, "papermill": {"x": 7}}
    cell.id, cell.execution_count = "seven-pupils", 117
    cell.outputs[0].execution_count = 117
    text = new_markdown_cell("# Title", id="n-117")
    empty = new_code_cell("x", outputs=[new_output("stream", name="stdout", text=" \n \n")])
    make_edition(text, cell, empty, metadata={"papermill": {"duration": 117.7}, **metadata})
    file = release.workspace.write / "notebooks" / "02_segregation.ipynb"
    told: dict[str, Any] = json.loads(file.read_text("utf8"))
    return told


REMOVED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "metadata of the notebook": lambda n: set(n["metadata"]) == {"kernelspec", "language_info"},
    "metadata of cells": lambda n: all(cell["metadata"] == {} for cell in n["cells"]),
    "identifiers of cells": lambda n: [cell["id"] for cell in n["cells"]] == ["cell-1", "cell-2", "cell-3"],
    "counts of executions": lambda n: [cell.get("execution_count") for cell in n["cells"]] == [None, 1, 2],
    "streams, blank ones too": lambda n: n["cells"][2]["outputs"] == [],
    "metadata of outputs": lambda n: n["cells"][1]["outputs"][0]["metadata"] == {},
    "all but two kinds of output": lambda n: set(n["cells"][1]["outputs"][0]["data"]) == {"text/html", "text/plain"},
    "the plain text but its name": lambda n: (
        n["cells"][1]["outputs"][0]["data"]["text/plain"] == ["<published table by_group>"]
    ),
    "any other number": lambda n: "117" not in json.dumps(n),
}


@pytest.mark.parametrize("holds", REMOVED.values(), ids=REMOVED)
def test_an_executed_notebook_is_written_anew_without(
    make_edition: Make, release: Release, cell_of: Make, holds: Callable[[dict[str, Any]], bool]
) -> None:
    notebook = executed(make_edition, release, cell_of)
    assert holds(notebook)
    nbformat.validate(nbformat.from_dict(notebook))


def test_a_number_in_the_plain_text_of_something_published_is_refused(
    make_edition: Make, release: Release, cell_of: Make
) -> None:
    cell = cell_of(release.table("by_group", GROUPS, caption="Groups", counts=["n"]))
    cell.outputs[0].data["text/plain"] = "<published table n_117>"
    with pytest.raises(DisclosureError, match="cell 1: carries plain text under something published"):
        make_edition(cell)


def test_no_digest_of_an_internal_table_stands_in_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "internal").mkdir()
    (tmp_path / "internal" / "by_pupil.csv").write_text("pupil,score\n1,507\n")
    (tmp_path / "index.html").write_text("<html></html>")
    guess = hashlib.sha256(b"pupil,score\n1,507\n").hexdigest()
    told = outputs_of(tmp_path)
    assert told["index.html"] == hashlib.sha256(b"<html></html>").hexdigest()
    assert guess not in json.dumps(told)
    assert told == outputs_of(tmp_path)  # and who has the key finds a change
    (tmp_path / "internal" / "by_pupil.csv").write_text("pupil,score\n1,508\n")
    assert told != outputs_of(tmp_path)
