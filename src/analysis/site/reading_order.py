"""The order in which a page is read: what a chapter found comes first, and its checks last.

A notebook is run from top to bottom, so that its findings are at its end. A section whose heading has the tag `CHECKS`
goes to an appendix of the page, one level deeper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from analysis.language import text

CHECKS = "checks"
SECTION, INNER = 2, 3
"""Levels of headings."""
HEADING = re.compile(r"(#{1,6})\s")
FINDING = 'data-published="finding"'


def as_read(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a chapter in the order of its page: opening, findings, the rest, checks."""
    opening, *sections = [*_sections(cells)]
    found = [section for section in sections if any(map(_shows_findings, section))]
    checks = [section for section in sections if _is_check(section[0]) and section not in found]
    rest = [section for section in sections if section not in found and section not in checks]
    appendix = [_appendix(), *(_deeper(cell) for section in checks for cell in section)] if checks else []
    return [*opening, *(cell for section in (*found, *rest) for cell in section), *appendix]


def _sections(cells: Sequence[NotebookNode]) -> Iterator[list[NotebookNode]]:
    """Give what stands before the first section, and each section; a check within a section is one of its own."""
    section: list[NotebookNode] = []
    for cell in cells:
        after_check = bool(section) and _level(section[0]) == INNER and _is_check(section[0])
        if _level(cell) == SECTION or _is_check(cell) or (_level(cell) == INNER and after_check):
            yield section
            section = []
        section.append(cell)
    yield section


def _level(cell: NotebookNode) -> int:
    """Return the level of the heading that a cell begins with; 0 for none."""
    heading = HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    return len(heading[1]) if heading else 0


def _is_check(cell: NotebookNode) -> bool:
    return _level(cell) > 1 and CHECKS in cell.metadata.get("tags", ())


def _shows_findings(cell: NotebookNode) -> bool:
    outputs = cell.get("outputs", ())
    return any(FINDING in str(output.get("data", {}).get("text/html", "")) for output in outputs)


def _appendix() -> NotebookNode:
    cell: NotebookNode = new_markdown_cell(f"## {text('Checks and robustness')}")  # type: ignore[no-untyped-call]  # nbformat is typed in part
    return cell


def _deeper(cell: NotebookNode) -> NotebookNode:
    if _level(cell) == SECTION:
        cell.source = f"#{cell.source}"
    return cell
