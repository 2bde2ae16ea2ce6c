"""A small project of its own: a copy of the package with one more module, and a chain of tiny notebooks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest

from analysis.run import private
from analysis.run.assess import Assessor, Project
from analysis.run.chain import Step
from analysis.run.kernel import warm
from analysis.run.order import Options, Order
from analysis.run.runner import run
from analysis.run.show.events import Event

PACKAGE = Path(__file__).parents[3] / "src" / "analysis"
OPEN = "from analysis.run.workspace import open_workspace\nfrom analysis.data import tables\n"
CELLS = {
    "01_one": (
        "number = 1",
        "import pandas as pd\nfrom analysis.small import double\n" + OPEN,
        'workspace = open_workspace("one", "small")\n'
        'tables.save(workspace, "numbers", pd.DataFrame({"number": [double(number)]}))',
    ),
    "02_two": (
        "",
        OPEN,
        'workspace = open_workspace("two", "small")\n'
        'total = int(tables.load(workspace, "numbers")["number"].sum())\n'
        'workspace.record("finding", name="total", sentence=f"The total is {total}.", n=total)\n'
        '(workspace.published_folder("tables") / "total.csv").write_text(f"total\\n{total}\\n", "utf8")',
    ),
    "03_three": (
        "power = 2",
        OPEN,
        'workspace = open_workspace("three", "small")\n'
        '(workspace.published_folder("tables") / "power.csv").write_text(f"{10**power}\\n", "utf8")',
    ),
}
CHAIN = (
    Step("01_one", produces=("numbers",), reads=("facts",)),
    Step("02_two", needs=("numbers",)),
    Step("03_three"),
)
SMALL = '''
"""One more module."""

FACTOR = 2


def double(number):
    """Return twice the number."""
    return FACTOR * number


def unused(number):
    return number
'''

CODE: list[bytes] = []
"""The memory of the code of the package, once it is made in this process."""


def render(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Make the smallest page there is."""
    (folder / "index.html").write_text(str(manifest["edition"]), "utf8")


def write_notebook(path: Path, parameters: str, *cells: str, prose: str = "") -> None:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    book.cells = [
        nbformat.v4.new_markdown_cell(f"# Title of {path.stem}\n{prose}"),
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *map(nbformat.v4.new_code_cell, cells),
    ]
    nbformat.write(book, path)


class Small:
    """The small project: change it, run it, ask for its state."""

    chain = CHAIN

    def __init__(self, root: Path) -> None:
        self.root, self.events = root, list[Event]()
        (root / "notebooks").mkdir(parents=True)
        (root / "params").mkdir()
        (root / "facts").mkdir()
        (root / "facts" / "base.txt").write_text("1", "utf8")
        (root / "requirements.lock").write_text("nothing==1\n", "utf8")
        shutil.copytree(PACKAGE, root / "src" / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
        self.code("", "")
        for name in CELLS:
            self.notebook(name)
        self.blocks: dict[str, dict[str, Any]] = {"one": {"number": 7}, "two": {}, "three": {"power": 2}}
        self.timeouts: dict[str, float] = {}
        self.edition = "small"
        self.facts: dict[str, str] = {}

    def remember_code(self) -> Small:
        """Begin with what a command remembers of the code: to parse the whole package takes longer than most tests."""
        project = self.project
        if not CODE:
            Assessor(self.order, CHAIN, project).standings([self.folder])
            project.code.of_symbol("analysis.site.build")
            project.remember()
            CODE.append((project.memory / "code.json").read_bytes())
            shutil.rmtree(self.outputs)
        private.make(project.memory)
        (project.memory / "code.json").write_bytes(CODE[0])
        return self

    def code(self, old: str, new: str) -> None:
        """Replace a piece of the one module of its own."""
        assert old in SMALL
        (self.root / "src" / "analysis" / "small.py").write_text(SMALL.replace(old, new), "utf8")

    def notebook(self, name: str, *cells: str, prose: str = "") -> None:
        """Write a notebook; `cells` replace the code after the imports."""
        parameters, *usual = CELLS[name]
        write_notebook(
            self.root / "notebooks" / f"{name}.ipynb",
            parameters,
            *((usual[0], *cells) if cells else usual),
            prose=prose,
        )

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    @property
    def folder(self) -> Path:
        return self.outputs / self.edition

    @property
    def project(self) -> Project:
        return Project(self.root, self.outputs, self.root / "src" / "analysis", "analysis.site:build")

    @property
    def order(self) -> Order:
        return Order(
            edition=self.edition,
            heading="Small",
            facts={"edition": self.edition, "title": "Small", **self.facts},
            context={"edition": self.edition},
            shared={"edition": self.edition, "seed": 1},
            blocks=self.blocks,
            command="staat run params/small.yml",
            environment={"PYTHONPATH": str(self.root / "src")},
            timeouts=self.timeouts,
        )

    def run(self, **options: Any) -> list[str]:
        """Run it, and return the notebooks that were executed."""
        self.events.clear()
        run([self.order], CHAIN, self.project, Options(**{"jobs": 2, **options}), self.events.append)
        return self.executed

    @property
    def executed(self) -> list[str]:
        return sorted(event.notebook for event in self.events if event.kind == "finished")

    def standings(self) -> dict[str, tuple[str, str]]:
        standings = Assessor(self.order, CHAIN, self.project).standings(
            [self.outputs / "small.unfinished", self.folder]
        )
        return {standing.step.stem: (standing.state, standing.reason) for standing in standings}

    def up_to_date(self) -> bool:
        return Assessor(self.order, CHAIN, self.project).up_to_date(self.folder)

    def files(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setattr("analysis.site.build", render)
    yield Small(tmp_path / "project").remember_code()
    warm.close()  # each project has warm parents of its own: those of all tests together filled the memory
