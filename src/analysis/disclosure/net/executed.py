"""The executed notebooks of an edition as they may leave: written anew from a template, cell by cell.

A notebook as it ran holds times, identifiers, metadata and streams, in which anything can travel. Here it has what a
reader of its page has: the text in the language of the edition, the code, and what was published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from nbformat import NotebookNode

Shown = Mapping[str, Collection[str]]
"""What may be the plain text of each HTML that was published, by that HTML's SHA-256: mostly one text, but that an
edition has no such chapter is written of several things in the same words."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def written_anew(notebook: NotebookNode, shown: Shown) -> str:
    """Return the text of a notebook that holds the source of its cells and what they have published, nothing else.

    The notebook was executed in the language of the edition; every output of it is something published.
    """
    counted = 0
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(notebook.cells, start=1):
        written = {"cell_type": cell.cell_type, "id": f"cell-{number}", "metadata": {}, "source": lines(cell.source)}
        if cell.cell_type == "code":
            counted += 1
            outputs = [_output(output.data, shown) for output in cell.outputs if _is_shown(output)]
            written |= {"execution_count": counted, "outputs": outputs}
        cells.append(written)
    whole = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def digest_of(html: str) -> str:
    """Return the SHA-256 of something shown, as the gate has noted it."""
    return hashlib.sha256(html.encode()).hexdigest()


def lines(text: str) -> list[str]:
    """Return a text as notebooks store it, in lines."""
    return text.splitlines(keepends=True)


def _is_shown(output: NotebookNode) -> bool:
    return "text/html" in output.get("data", {})


def _output(data: NotebookNode, shown: Shown) -> dict[str, Any]:
    (plain,) = [known for known in shown[digest_of(data["text/html"])] if known == data["text/plain"]][:1]
    texts = {"text/html": lines(data["text/html"]), "text/plain": [plain]}
    return {"output_type": "display_data", "metadata": {}, "data": texts}
