"""A notebook that runs alone in this process, on tables of a test, through the real gate."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import analysis.chapter
from analysis.chapter import Chapter
from analysis.chapters import chapters
from analysis.language import speaking
from analysis.publish.declared import read_chapter
from analysis.publish.published import Published
from analysis.run.workspace import Workspace
from analysis.variables import CHAPTERS

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


@dataclass(frozen=True)
class Ran:
    """What a notebook has left: its names, what it shows (HTML by kind and name), and the folder that it wrote to."""

    names: Mapping[str, Any]
    shown: Mapping[str, str]
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        """Read a table that was published."""
        (path,) = self.folder.glob(f"tables/*/{name}.csv")
        return pd.read_csv(path)

    def has(self, name: str) -> bool:
        """Tell whether a table was published."""
        return any(self.folder.glob(f"tables/*/{name}.csv"))


class Recorded(Chapter):
    """A chapter that remembers what it shows."""

    kept: dict[str, str]

    def _shown(self, kind: str, name: str, html: str) -> Published:
        self.kept[f"{kind} {name}"] = html
        return super()._shown(kind, name, html)


def _optional(stem: str, names: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what the chapter says it leaves out without a column, with the parameters of the notebook."""
    chapter = chapters()[stem]
    given = {name: names[name] for name in chapter.parameters.model_fields if name in names}
    block = chapter.parameters.model_construct(**given)  # tests draw less often than an edition may
    return {table: dict(uses.optional) for table, uses in chapter.columns({stem: block}).items()}


@pytest.fixture(scope="session")
def run_cells(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Run the code cells of a notebook: ``run_cells("05_advisering", {"by_pupil_advice": frame}, stage="final")``.

    `facts` are those of the edition (``codes``, ``disclosure``); other names replace parameters. Figures
    are drawn, and written only with ``pictures=True``: that is what costs the time.
    """

    def run(
        notebook: str,
        frames: Mapping[str, pd.DataFrame],
        *,
        facts: Mapping[str, Any] | None = None,
        language: str = "en",
        pictures: bool = False,
        **parameters: Any,
    ) -> Ran:
        stem, folder = notebook.partition("_")[2], tmp_path_factory.mktemp(notebook)
        (folder / "internal").mkdir()
        for name, frame in frames.items():
            frame.to_parquet(folder / "internal" / f"{name}.parquet")
        known = {"edition": "test", "synthetic": True, "language": language, **(facts or {})}
        chapter = Recorded(Workspace(stem, folder, folder, known), *read_chapter(CHAPTERS / stem))
        chapter.kept = {}
        names: dict[str, Any] = {"display": lambda *_: None}
        with pytest.MonkeyPatch.context() as patch, speaking(language):
            patch.setattr(analysis.chapter, "open_chapter", lambda *_: chapter)
            if not pictures:
                patch.setattr("analysis.publish.picture.drawn", lambda *_, **__: (b"", "<svg/>", []))
            for cell in json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text("utf8"))["cells"]:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), names)  # noqa: S102 - our own notebooks
                if "parameters" in cell["metadata"].get("tags", []):
                    names |= parameters
                    if "optional" not in known:
                        known["optional"] = {stem: _optional(stem, names)}
            plt.close("all")
        return Ran(names, chapter.kept, folder)

    return run
