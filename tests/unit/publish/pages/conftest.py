"""Notebooks that run in this process on frames of a test: what they would publish, without a run or files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import analysis.chapter
from analysis.publish.disclosure import flat, profile, suppress

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"


@dataclass
class Page:
    """Stands for `analysis.chapter.Chapter`: the same gate, and what is published is kept."""

    frames: Mapping[str, pd.DataFrame]
    alternatives: dict[str, str] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    found: pd.DataFrame = field(default_factory=pd.DataFrame)
    profile: Any = field(default_factory=lambda: profile("default"))

    def load(self, name: str) -> pd.DataFrame:
        return self.frames[name].copy()

    def gated(self, frame: pd.DataFrame, counts: Any, *, totals: Any = None, **_: Any) -> pd.DataFrame:
        return suppress(flat(frame), counts, self.profile, totals=totals).frame

    def rounded(self, n: int, **_: Any) -> int:
        return int(n)

    def figure(self, name: str, figure: Any, *, alt: str, caption: str, data: pd.DataFrame, **_: Any) -> None:
        plt.close(figure)
        self.alternatives[name], self.captions[f"figure {name}"], self.tables[f"{name}_data"] = alt, caption, data

    def table(self, name: str, frame: pd.DataFrame, *, caption: str, note: str = "", **_: Any) -> None:
        self.captions[f"table {name}"], self.tables[name] = f"{caption} {note}", frame

    file = table

    def accounts(self, name: str, accounting: pd.DataFrame, *, caption: str, **_: Any) -> None:
        self.captions[f"table {name}"], self.tables[name] = caption, accounting

    def hand_over(self, *_: Any) -> None:
        pass

    def findings(self, by_finding: pd.DataFrame) -> None:
        self.found = by_finding.set_index("name")

    def texts(self) -> dict[str, str]:
        """Everything that is said on the page and computed: findings and alternative texts."""
        said = {f"finding {name}": sentence for name, sentence in self.found["sentence"].items()}
        return said | {f"alt {name}": words for name, words in self.alternatives.items()}


def prose(stem: str, language: str = "en") -> str:
    cells = json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text("utf8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["metadata"].get("tags") == [language])


@pytest.fixture(scope="session")
def run_notebook():
    def run(stem: str, frames: Mapping[str, pd.DataFrame], **parameters: Any) -> Page:
        page, patch = Page(frames), pytest.MonkeyPatch()
        patch.setattr(analysis.chapter, "open_chapter", lambda *_: page)
        names: dict[str, Any] = {"display": lambda *_: None}
        cells = json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text("utf8"))["cells"]
        for cell in (cell for cell in cells if cell["cell_type"] == "code"):
            exec("".join(cell["source"]), names)  # noqa: S102 - our own notebooks
            if "parameters" in cell["metadata"].get("tags", []):
                names |= parameters
        patch.undo()
        page.names = names
        return page

    return run
