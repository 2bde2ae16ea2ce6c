"""What messages call the cells of a notebook: the same everywhere, and what a user counts in JupyterLab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

INJECTED = "injected-parameters"
_KINDS = {"markdown": "text"}


def cell_names(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the name of each cell: its kind and its number among those of its kind, such as ``code cell 4``.

    Code cells are counted as JupyterLab numbers them when all are run once, the parameters cell among them; what a run
    injects below it has its name. Text cells are counted by language, which is their first tag.
    """
    counted: Counter[tuple[str, str]] = Counter()
    names: list[str] = []
    for cell in cells:
        kind, tags = cell["cell_type"], list((cell.get("metadata") or {}).get("tags") or [])
        if INJECTED in tags and names:
            names.append(names[-1])
            continue
        language = str(tags[0]) if tags and kind != "code" else ""
        counted[kind, language] += 1
        names.append(
            f"{_KINDS.get(kind, kind)} cell {counted[kind, language]}" + (f" ({language})" if language else "")
        )
    return names
