"""The executed notebooks of an edition as they may leave: written anew from a template, cell by cell.

A notebook as it ran holds times, identifiers, metadata and streams, in which anything can travel. Here it has what a
reader of its page has: the text in the language of the edition, the code, and what was published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def written_anew(notebook: NotebookNode, shown: Mapping[str, str]) -> str:
    """Return the text of a notebook that holds the source of its cells and what they have published, nothing else.

    Parameters
    ----------
    notebook
        Executed, in the language of the edition; every output of it is something published.
    shown
        What stands as plain text for each HTML that was published, by that HTML's SHA-256.
    """
    counted = 0
    cells: list[dict[str, Any]] = []
    for place, cell in enumerate(notebook.cells, start=1):
        told = {"cell_type": cell.cell_type, "id": f"cell-{place}", "metadata": {}, "source": lines(cell.source)}
        if cell.cell_type == "code":
            counted += 1
            outputs = [_output(output.data["text/html"], shown) for output in cell.outputs if _is_shown(output)]
            told |= {"execution_count": counted, "outputs": outputs}
        cells.append(told)
    whole = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def digest_of(html: str) -> str:
    """Return the SHA-256 of something shown, as the gate has noted it."""
    return hashlib.sha256(html.encode()).hexdigest()


def lines(text: str) -> list[str]:
    """Return a text as notebooks keep it, in lines."""
    return text.splitlines(keepends=True)


def _is_shown(output: NotebookNode) -> bool:
    return "text/html" in output.get("data", {})


def _output(html: str, shown: Mapping[str, str]) -> dict[str, Any]:
    data = {"text/html": lines(html), "text/plain": [shown[digest_of(html)]]}
    return {"output_type": "display_data", "metadata": {}, "data": data}
