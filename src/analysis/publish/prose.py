"""The prose of a notebook in the language of the edition: a text cell carries the tag of its language."""

from __future__ import annotations

from copy import copy

from nbformat import NotebookNode

from analysis.publish.language import languages, spoken


def in_spoken_language(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without its text in other languages; the given one is not changed."""
    others = set(languages()) - {spoken()}
    kept = copy(notebook)
    kept.cells = [cell for cell in notebook.cells if not _is_text_in(others, cell)]
    return kept


def _is_text_in(languages: set[str], cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and bool(languages & set(cell.metadata.get("tags", ())))
