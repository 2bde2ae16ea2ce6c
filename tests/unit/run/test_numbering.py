"""Cells are called alike in every message."""

from __future__ import annotations

from typing import Any

from analysis.run.numbering import cell_names


def cell(kind: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}}


def test_code_is_counted_as_jupyterlab_numbers_it_and_text_by_language() -> None:
    cells = [
        cell("markdown", "en"),
        cell("markdown", "nl"),
        cell("code"),
        cell("code", "parameters"),
        cell("code", "injected-parameters"),
        cell("markdown", "en", "checks"),
        cell("code"),
        cell("raw"),
    ]
    assert cell_names(cells) == [
        "text cell 1 (en)",
        "text cell 1 (nl)",
        "code cell 1",
        "code cell 2",
        "code cell 2",
        "text cell 2 (en)",
        "code cell 3",
        "raw cell 1",
    ]
