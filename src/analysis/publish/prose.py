"""The prose of a notebook in the language of the edition: a text cell carries the tag of its language."""

from __future__ import annotations

from copy import copy

from nbformat import NotebookNode

from analysis.errors import InputError
from analysis.language import SOURCE, languages, spoken


def in_spoken_language(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without its text in other languages; the given one is not changed.

    Raises
    ------
    InputError
        When a translated edition has a text cell that does not say its language.
    """
    others = set(languages()) - {spoken()}
    kept = copy(notebook)
    kept.cells = [cell for cell in notebook.cells if not _is_text_in(others, cell)]
    return kept


def _is_text_in(others: set[str], cell: NotebookNode) -> bool:
    tags = set(cell.metadata.get("tags", ()))
    if cell.cell_type == "markdown" and spoken() not in {SOURCE, *tags} and not tags & others:
        start = "".join(cell.source)[:60]
        hint = f"tag it {SOURCE}, and put its translation after it, tagged {spoken()}"
        raise InputError("notebook", "has text that does not say its language", given=start, hint=hint)
    return cell.cell_type == "markdown" and bool(tags & others)
