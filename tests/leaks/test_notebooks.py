"""Leaks through what an executed notebook holds: the net finds them, and names notebook, cell and what."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from analysis.errors import DisclosureError, StaatError
from analysis.publish.release import Release

SCHOOL = "01AB00"  # a location that does not exist
PUPILS = pd.DataFrame(
    {
        "pupil": range(1, 61),
        "location": [SCHOOL, "01AB01", "02CD00"] * 20,
        "group": ["a"] * 45 + ["b"] * 14 + ["c"],
        "score": [500 + number / 7 for number in range(60)],
    }
)
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 61], "share": [0.1, 0.2, 0.7]})
Make = Callable[..., Any]
SERIES = PUPILS["score"]
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(300)).decode()
PARQUET = base64.b64encode(PUPILS.drop(columns="location").to_csv().encode()).decode()


def result(**data: Any) -> Any:
    return new_output("execute_result", data={kind.replace("__", "/"): value for kind, value in data.items()})


def shown(kind: str, value: Any) -> Any:
    return new_output("display_data", data={kind: value, "text/plain": "<published table by_group>"})


def printed(value: object, name: str = "stdout") -> Any:
    return new_output("stream", name=name, text=f"{value}\n")


def failed(name: str, value: object) -> Any:
    return new_output("error", ename=name, evalue=str(value), traceback=[f"{name}: {value}", PUPILS.head().to_string()])


FORGED = f'<div class="published table" data-published="table">{PUPILS.head().to_html()}</div>'

OUTPUTS = {
    "a head()": (result(text__html=PUPILS.head()._repr_html_(), text__plain=repr(PUPILS.head())), "shows text/html"),
    "a head() without html": (result(text__plain=repr(PUPILS.head())), "dumps something as plain text"),
    "the repr of a series": (result(text__plain=repr(SERIES)), "dumps a frame as plain text"),
    "the repr of a list": (result(text__plain=str(SERIES.tolist())), "dumps something as plain text"),
    "one number": (result(text__plain=str(SERIES.max())), "dumps something as plain text"),
    "a styled frame": (result(text__html="<style></style><table><td>7</td></table>"), "shows text/html"),
    "display(HTML) with the mark of the gate": (shown("text/html", FORGED), "shows text/html"),
    "display(Markdown)": (shown("text/markdown", PUPILS.head().to_csv()), "shows text/markdown"),
    "display(Latex)": (shown("text/latex", PUPILS.head().to_latex()), "shows text/latex"),
    "display(JSON)": (shown("application/json", PUPILS.head().to_dict("list")), "shows application/json"),
    "a plotly figure": (
        shown("application/vnd.plotly.v1+json", {"data": [{"y": [7]}]}),
        "shows application/vnd.plotly",
    ),
    "a vega chart": (
        shown("application/vnd.vegalite.v5+json", {"data": {"values": [7]}}),
        "shows application/vnd.vega",
    ),
    "a widget": (shown("application/vnd.jupyter.widget-view+json", {"model_id": "7"}), "shows application/vnd.jupyter"),
    "a script": (shown("application/javascript", "alert(7)"), "shows application/javascript"),
    "an svg with hover texts": (shown("image/svg+xml", "<svg><title>7 pupils</title></svg>"), r"shows image/svg\+xml"),
    "a figure that pyplot shows": (shown("image/png", PICTURE), "shows image/png"),
    "a pdf": (shown("application/pdf", PICTURE), "shows application/pdf"),
    "a table of another kind": (shown("application/vnd.dataresource+json", {"data": [7]}), "vnd.dataresource"),
    "a print of a dict": (printed(PUPILS["group"].value_counts().to_dict()), "prints something"),
    "a print of a frame": (printed(PUPILS.groupby("location")["score"].describe()), "prints"),
    "a print of an info()": (printed("<class 'pandas.DataFrame'>\nRangeIndex: 60 entries"), "prints a frame"),
    "a print of a school": (printed(SCHOOL), "prints something"),
    "data under something published": (result(text__plain="7 pupils", text__html=""), "shows text/html"),
}


@pytest.mark.parametrize(("output", "said"), OUTPUTS.values(), ids=OUTPUTS)
def test_an_output_around_the_gate_is_refused_with_its_place(make_edition: Make, output: Any, said: str) -> None:
    with pytest.raises(DisclosureError, match=rf"^02_segregation, code cell 1: .*{said}") as refused:
        make_edition(new_markdown_cell("# Title"), new_code_cell("x", outputs=[output]))
    assert SCHOOL not in str(refused.value)


FAILURES = {
    "a traceback with data": (failed("KeyError", SCHOOL), r"failed with KeyError\n"),
    "a traceback with a frame": (failed("ValueError", PUPILS.head()), r"failed with ValueError\n"),
    "a warning with data on stderr": (
        printed(f"x.py:7: UserWarning: {SCHOOL} is odd", "stderr"),
        "stderr: UserWarning",
    ),
    "a log on stderr": (printed(f"INFO pupil 7 of {SCHOOL}", "stderr"), r"writes to stderr\n"),
}


@pytest.mark.parametrize(("output", "said"), FAILURES.values(), ids=FAILURES)
def test_a_failure_reaches_no_page_and_its_message_holds_no_data(make_edition: Make, output: Any, said: str) -> None:
    with pytest.raises(StaatError, match=f"^02_segregation, code cell 1: {said}|{said}") as refused:
        make_edition(new_code_cell("x", outputs=[output]))
    assert not re.search(rf"{SCHOOL}|\b7\b|group", str(refused.value))


def attached(**attachments: Any) -> Any:
    return new_markdown_cell("![x](attachment:x.png)", attachments=attachments)


CELLS = {
    "an attachment of a text cell": (attached(**{"x.png": {"image/png": PICTURE}}), "has an attachment"),
    "a raw cell": (new_raw_cell(PUPILS.head().to_csv()), "a raw cell"),
    "metadata of a cell": (new_code_cell("x", metadata={"note": SERIES.tolist()}), "metadata 'note' travels unseen"),
    "a school among the tags": (new_code_cell("x", metadata={"tags": [SCHOOL]}), "metadata 'tags': the text holds"),
    "a value of a parameter": (
        new_code_cell(f"board = {SCHOOL!r}", metadata={"tags": ["injected-parameters"]}),
        "the text holds the key of a school location",
    ),
    "a comment in the code": (new_code_cell("x = 1  # lives at 1012 AB"), "the text holds a six-character postcode"),
    "an address in the prose": (new_markdown_cell("The school in the Dorpsstraat 7 closed."), "holds an address"),
    "a number of a school in the prose": (
        new_markdown_cell("School 01AB grew."),
        r"holds the number of a school \(BRIN",
    ),
    "an e-mail address in the prose": (new_markdown_cell("Ask a.teacher@school.nl."), "holds an e-mail address"),
    "a postcode with letters of another width": (new_markdown_cell("At １０１２ＡＢ."), "a six-character postcode"),
    "a school with an invisible sign in it": (new_markdown_cell("At 01\u200bAB00."), "the key of a school location"),
    "a comment in the prose": (new_markdown_cell("Text <!-- 7 pupils -->"), "the prose holds a comment"),
    "a picture in the prose": (
        new_markdown_cell(f"![x](data:image/png;base64,{PICTURE})"),
        "long encoded|the prose holds",
    ),
    "a script in the prose": (
        new_markdown_cell("<script>pupils = [7]</script>"),
        "the prose holds a comment, a script",
    ),
    "a parquet as base64 in the code": (new_code_cell(f"x = '{PARQUET}'"), "holds a long encoded text"),
}


@pytest.mark.parametrize(("cell", "said"), CELLS.values(), ids=CELLS)
def test_a_cell_that_holds_data_is_refused_with_its_place(make_edition: Make, cell: Any, said: str) -> None:
    with pytest.raises(DisclosureError, match=rf"^02_segregation, (code|text|raw) cell 1.*({said})"):
        make_edition(cell)


def test_the_metadata_of_an_output_are_refused(make_edition: Make, cell_of: Make, release: Release) -> None:
    cell = cell_of(release.table("by_group", GROUPS, caption="Groups", counts=["n"]))
    cell.outputs[0].metadata["rows"] = PUPILS.to_dict("list")
    with pytest.raises(DisclosureError, match="cell 1: an output has metadata"):
        make_edition(cell)


def test_plain_text_beside_something_published_is_refused(make_edition: Make, cell_of: Make, release: Release) -> None:
    cell = cell_of(release.table("by_group", GROUPS, caption="Groups", counts=["n"]))
    cell.outputs[0].data["text/plain"] = repr(PUPILS)
    with pytest.raises(DisclosureError, match="cell 1: carries plain text under something published"):
        make_edition(cell)


def test_something_published_that_was_changed_afterwards_is_refused(
    make_edition: Make, cell_of: Make, release: Release
) -> None:
    cell = cell_of(release.table("by_group", GROUPS, caption="Groups", counts=["n"]))
    cell.outputs[0].data["text/html"] = cell.outputs[0].data["text/html"].replace("120", "117")
    with pytest.raises(DisclosureError, match="cell 1: shows text/html that did not pass"):
        make_edition(cell)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"widgets": {"state": {"7": PUPILS.to_dict("list")}}}, "metadata 'widgets' travels unseen"),
        ({"papermill": {"parameters": {"only": SCHOOL}}}, "metadata 'papermill': the text holds the key of a school"),
        ({"papermill": {"output_path": f"{SCHOOL}.ipynb"}}, "metadata 'papermill': the text holds the key of a school"),
    ],
    ids=["the state of widgets", "a parameter", "a file name"],
)
def test_metadata_of_a_notebook_are_refused(make_edition: Make, metadata: dict[str, Any], said: str) -> None:
    with pytest.raises(DisclosureError, match=f"^02_segregation.*{said}"):
        make_edition(new_code_cell("x"), metadata=metadata)


def test_what_was_published_is_let_through(make_edition: Make, cell_of: Make, release: Release) -> None:
    made = make_edition(
        new_markdown_cell("# Title\n\nPupils of 3 schools, 2019 VO included."),
        cell_of(release.table("by_group", GROUPS, caption="Groups", counts=["n"])),
        cell_of(release.finding("most", "Group b is the largest.", n=415)),
    )
    assert json.dumps(made)


def test_the_frames_of_these_tests_hold_what_must_not_leave() -> None:
    assert PUPILS["location"].eq(SCHOOL).any()
    assert pd.read_csv(io.BytesIO(base64.b64decode(PARQUET)))["pupil"].is_unique
