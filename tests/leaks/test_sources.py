"""Leaks that a chapter's code could make on purpose: no notebook of the project reaches around the gate."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
AROUND = {
    "prints": r"\bprint\(|\bpprint\(|\binfo\(\)",
    "shows what is no publication": r"\b(HTML|Markdown|JSON|Latex|SVG|Image|Javascript)\(|plt\.show",
    "writes files": r"\.to_(csv|parquet|excel|html|json|pickle|feather|markdown|latex|clipboard)\(|\bopen\(|savefig\(",
    "reaches for what is private": r"\.(_[a-z]\w*)|\bworkspace\b|\bPublished\(|\brecord\(",
    "silences warnings": r"filterwarnings|simplefilter|%%capture|%matplotlib",
}


def code(path: Path) -> str:
    cells = json.loads(path.read_text("utf8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("way", AROUND.values(), ids=AROUND)
def test_no_notebook_reaches_around_the_gate(path: Path, way: str) -> None:
    assert not re.search(way, code(path))


def test_every_way_around_would_be_seen() -> None:
    tried = {
        "prints": "print(by_pupil)",
        "shows what is no publication": "display(HTML(by_pupil.to_html()))",
        "writes files": "by_pupil.to_csv('x.csv')",
        "reaches for what is private": "chapter._shown('table', 'x', html)",
        "silences warnings": "warnings.simplefilter('ignore')",
    }
    assert all(re.search(AROUND[name], line) for name, line in tried.items())
    assert set(tried) == set(AROUND)
