"""What a finished notebook may show: nothing that failed, and no table or figure that went around the gate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from nbformat import NotebookNode

from analysis.errors import DisclosureError, StaatError
from analysis.publish.identity import refuse_identifying_text

MARK = 'data-published="'
RICH = ("text/html", "image/png", "image/jpeg", "image/svg+xml", "application/javascript", "text/latex")
PRINTED_FRAME = ("dtype:", "rows x ", "RangeIndex", "DataFrame")


def check_outputs(notebook: NotebookNode, name: str) -> None:
    """Refuse a notebook that failed or warned, or that shows what did not pass the disclosure gate.

    Raises
    ------
    StaatError
        For a traceback or anything on stderr, with notebook, cell and last line.
    DisclosureError
        For a frame, figure or picture that did not come from a release, with notebook and cell.
    """
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            where = f"{name}, cell {number}"
            _refuse_failure(output, where)
            _refuse_ungated(output, where)


def _refuse_failure(output: NotebookNode, where: str) -> None:
    if output.output_type == "error":
        raise StaatError(f"{where}: failed with {output.ename}: {output.evalue}")
    if output.output_type == "stream" and output.name == "stderr" and output.text.strip():
        last = output.text.strip().splitlines()[-1]
        raise StaatError(f"{where}: writes to stderr: {last}\n  do      cure the warning; a finished page holds none")


def _refuse_ungated(output: NotebookNode, where: str) -> None:
    data = output.get("data", {})
    if MARK in data.get("text/html", ""):
        return
    rich = next((kind for kind in RICH if kind in data), None)
    if rich:
        raise DisclosureError(
            f"{where}: shows {rich} that did not pass the disclosure gate\n"
            "  do      publish it with release.table, release.figure or release.finding"
        )
    for text in _texts(output):
        refuse_identifying_text(text, where)
        if any(sign in text for sign in PRINTED_FRAME):
            raise DisclosureError(f"{where}: prints a frame\n  do      publish it with release.table")


def _texts(output: NotebookNode) -> Iterator[str]:
    return chain([output.get("text", "")], (str(text) for text in output.get("data", {}).values()))
