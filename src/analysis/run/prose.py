"""The text around the code of a notebook: it can change without anything being computed anew."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from analysis.errors import StaatError
from analysis.run.hashes import digest
from analysis.run.numbering import INJECTED
from analysis.run.parameters import as_given, tags_of
from analysis.run.whole import write_whole

BY_RUN = ("papermill", "execution")
NAMED = re.compile(r"""(?<=^edition = )(['"])[^'"\n]*\1""", re.MULTILINE)


def prose_digest(notebook: Path) -> str:
    """Return the digest of all that a notebook says, code and comments included."""
    cells = json.loads(notebook.read_text("utf8"))["cells"]
    return digest(json.dumps(_content(cells)))


def refresh(executed: Path, source: Path) -> bool:
    """Give an executed notebook the present text of its source, with its results; return whether that changed it.

    The code cells of both must be the same code: comments and the text between them may differ. The parameters cell
    shows the values of the run: those in the source are another edition's.
    """
    old, new = (json.loads(path.read_text("utf8")) for path in (executed, source))
    ran = [cell for cell in old["cells"] if cell["cell_type"] == "code"]
    injected = _injected(ran, [cell for cell in new["cells"] if cell["cell_type"] == "code"])
    results = iter([cell for cell in ran if cell not in injected])
    cells = []
    for cell in (_as_given(cell, injected) for cell in new["cells"]):
        cells.append(_with_results(cell, next(results, None)) if cell["cell_type"] == "code" else cell)
        if "parameters" in tags_of(cell):
            cells += injected
    if next(results, None) is not None:
        raise StaatError(f"{source}: has fewer code cells than the executed notebook that it should explain")
    if _content(cells) == _content(old["cells"]):
        return False
    executed.unlink()  # another edition's folder may hold the same file under another name
    write_whole(executed, json.dumps({**old, "cells": cells}, indent=1, ensure_ascii=False) + "\n")
    return True


def rename(executed: Path, edition: str) -> None:
    """Let the parameters of an executed notebook name another edition: one for which its results hold as well."""
    book = json.loads(executed.read_text("utf8"))
    for cell in (cell for cell in book["cells"] if cell["cell_type"] == "code"):
        lines = "".join(cell["source"])
        cell["source"] = NAMED.sub(rf"\g<1>{edition}\g<1>", lines).splitlines(keepends=True)
    executed.unlink()
    write_whole(executed, json.dumps(book, indent=1, ensure_ascii=False) + "\n")


def _injected(ran: list[dict[str, Any]], source: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells that hold parameters of the run: by their tag, or without tags by their position."""
    tagged = [cell for cell in ran if INJECTED in tags_of(cell)]
    above = next((position for position, cell in enumerate(source) if "parameters" in tags_of(cell)), None)
    if tagged or above is None or len(ran) != len(source) + 1:
        return tagged
    ran[above + 1]["metadata"] = {"tags": [INJECTED]}
    return [ran[above + 1]]


def _as_given(cell: dict[str, Any], injected: list[dict[str, Any]]) -> dict[str, Any]:
    if "parameters" not in tags_of(cell) or not injected:
        return cell
    return {**cell, "source": as_given("".join(cell["source"]), "".join(injected[0]["source"]))}


def _with_results(cell: dict[str, Any], ran: dict[str, Any] | None) -> dict[str, Any]:
    if ran is None:
        raise StaatError("a code cell has no result in the executed notebook that its text should explain")
    notes = {name: note for name, note in ran.get("metadata", {}).items() if name in BY_RUN}
    metadata = {**(cell.get("metadata") or {}), **notes}
    return {**ran, "source": cell["source"], "id": cell.get("id", ran.get("id")), "metadata": metadata}


def _content(cells: list[dict[str, Any]]) -> list[tuple[str, str, list[str], list[str]]]:
    """Return the kind and source of each cell, its tags (one is a text's language), and the names of its notes."""
    return [(cell["cell_type"], "".join(cell["source"]), tags_of(cell), _notes(cell)) for cell in cells]


def _notes(cell: dict[str, Any]) -> list[str]:
    return sorted(set(cell.get("metadata") or {}) - {*BY_RUN, "tags"})
