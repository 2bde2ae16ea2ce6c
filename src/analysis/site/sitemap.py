"""What the pages of an edition are made from, read once: its manifest, its executed notebooks, and where things lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from analysis.errors import StaatError
from analysis.publish.prose import in_spoken_language
from analysis.site.docstrings import Documented, documented, passed_on
from analysis.site.explained import explaining
from analysis.site.origins import Origin, by_published, origins
from analysis.site.twins import twin_of

NOTED = ("findings", "published", "withheld")
"""What a step has of the things that it published, or did not."""

EMPTY: Mapping[str, Any] = {
    "findings": [],
    "published": [],
    "withheld": [],
    "inputs": [],
    "suppressed": 0,
    "seconds": 0.0,
}


@dataclass(frozen=True)
class ChapterPage:
    """A page of the site.

    Parameters
    ----------
    notebook : Name of the executed notebook without its extension, such as ``03_school_choice``.
    title : What the reader sees.
    """

    notebook: str
    title: str

    @property
    def href(self) -> str:
        """Address relative to the other chapters."""
        return f"{self.notebook}.html"


@dataclass(frozen=True)
class Thing:
    """A published table, figure or finding, and where it comes from.

    Parameters
    ----------
    kind, name : What it is.
    note : What the manifest has of it.
    chapter : The page on which it stands.
    stem : The stem of that chapter.
    origin : Its cell and functions; None when the code does not say.
    """

    kind: str
    name: str
    note: Mapping[str, Any]
    chapter: ChapterPage
    stem: str
    origin: Origin | None

    @property
    def identity(self) -> str:
        """Id of the element on its page."""
        return f"{self.kind}-{self.name}"

    @property
    def href(self) -> str:
        """Address relative to the pages of chapters; of the page alone where nothing on it has its id."""
        return f"{self.chapter.href}#{self.identity}" if self.origin else self.chapter.href

    @property
    def functions(self) -> list[Documented]:
        """The functions that computed it, the nearest first."""
        return [documented()[name] for name in self.origin.functions] if self.origin else []


@dataclass(frozen=True)
class Site:
    """An edition as its pages see it.

    Parameters
    ----------
    folder : The edition's folder.
    manifest : The record of the run.
    facts : The edition: ``edition``, ``title``, ``language``, ``synthetic``, ``appendices``, ...
    chapters : The pages of notebooks, in their order.
    notebooks : Executed, in the language of the edition, by name.
    """

    folder: Path
    manifest: Mapping[str, Any]
    facts: Mapping[str, Any]
    chapters: Sequence[ChapterPage]
    notebooks: Mapping[str, NotebookNode]

    def with_appendices(self, appendices: Sequence[ChapterPage]) -> Site:
        """Return the same site, whose pages all lead to these, and to their twins in another language."""
        twin = twin_of(self.folder, self.facts)
        return replace(self, facts={**self.facts, "appendices": appendices, "twin": twin})

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """What the manifest has of every step, with nothing absent."""
        return [{**EMPTY, **step} for step in self.manifest["steps"]]

    @cached_property
    def origins(self) -> dict[str, dict[int, Origin]]:
        """The origin of every cell that publishes, by notebook and place of the cell."""
        stems = {step["notebook"]: step["stem"] for step in self.manifest["steps"]}
        return {name: self._explained(notebook, stems.get(name, "")) for name, notebook in self.notebooks.items()}

    def _explained(self, notebook: NotebookNode, stem: str) -> dict[int, Origin]:
        found = origins(notebook, documented().keys(), passed_on())
        return {
            place: replace(one, methods=explaining(stem, one.published, one.functions)) for place, one in found.items()
        }

    @cached_property
    def things(self) -> list[Thing]:
        """Everything published, in the order of the chapters."""
        return [thing for step in self.steps for thing in self._of_step(step, "findings", "published")]

    @cached_property
    def withheld(self) -> list[Thing]:
        """What was not published, in the order of the chapters: its note says why."""
        return [thing for step in self.steps for thing in self._of_step(step, "withheld")]

    def of(self, stem: str, kind: str) -> list[Thing]:
        """Return the things of one kind that a chapter published."""
        return [thing for thing in self.things if (thing.stem, thing.kind) == (stem, kind)]

    def sidecar(self, thing: Thing) -> dict[str, Any]:
        """Return what stands beside a table's CSV."""
        path = (self.folder / thing.note["path"]).with_suffix(".json")
        about: dict[str, Any] = json.loads(path.read_text("utf8")) if path.exists() else {}
        return about

    def shown(self, thing: Thing) -> str:
        """Return a thing as its notebook shows it."""
        mark = f'id="{thing.identity}"'
        for cell in self.notebooks[thing.chapter.notebook].cells:
            for output in cell.get("outputs", ()):
                html = str(output.get("data", {}).get("text/html", ""))
                if mark in html:
                    return html
        return ""

    def _of_step(self, step: Mapping[str, Any], *keys: str) -> Iterator[Thing]:
        chapter = next(chapter for chapter in self.chapters if chapter.notebook == step["notebook"])
        found = by_published(self.origins[chapter.notebook])
        for note in (note for key in keys for note in step[key]):
            kind = note.get("kind", "finding")
            yield Thing(kind, note["name"], note, chapter, step["stem"], found.get(f"{kind}-{note['name']}"))


def read_site(folder: Path, manifest: Mapping[str, Any], title_of: Callable[[NotebookNode], str | None]) -> Site:
    """Read what the pages of a built edition are made from.

    Raises
    ------
    StaatError
        When the manifest names a notebook or a published file that is not there.
    """
    notebooks = {path.stem: _read(path) for path in sorted((folder / "notebooks").glob("*.ipynb"))}
    _refuse_missing(folder, manifest, notebooks)
    titles = {step["notebook"]: step.get("title") for step in manifest["steps"]}
    chapters = [
        ChapterPage(name, titles.get(name) or title_of(notebook) or name) for name, notebook in notebooks.items()
    ]
    facts = {"edition": manifest["edition"], "title": manifest["edition"], **manifest["facts"]}
    return Site(folder, manifest, facts, chapters, notebooks)


def _read(path: Path) -> NotebookNode:
    notebook = nbformat.reads(path.read_text("utf8"), as_version=4)  # type: ignore[no-untyped-call]  # nbformat is typed in part
    return in_spoken_language(_as_read(notebook))


def _as_read(notebook: NotebookNode) -> NotebookNode:
    """Return what a page is made of: without the times and identifiers of a run, with which it would be another."""
    cells = []
    for cell in notebook.cells:
        tags = sorted(cell.metadata.get("tags", ()))
        kept = {"cell_type": cell.cell_type, "source": cell.source, "metadata": {"tags": tags} if tags else {}}
        if cell.cell_type == "code":
            kept |= {"execution_count": cell.execution_count, "outputs": [_shown(output) for output in cell.outputs]}
        cells.append(kept | ({"attachments": cell.attachments} if "attachments" in cell else {}))
    whole = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}
    return nbformat.from_dict(whole)  # type: ignore[no-any-return, no-untyped-call]  # the same


def _shown(output: NotebookNode) -> dict[str, Any]:
    """Return an output as `written_anew` leaves it: one that is a cell's value is shown like any other."""
    kept = {name: output[name] for name in sorted(output) if name not in ("execution_count", "transient")}
    return kept | ({"output_type": "display_data"} if output.output_type == "execute_result" else {})


def _refuse_missing(folder: Path, manifest: Mapping[str, Any], notebooks: Mapping[str, Any]) -> None:
    for step in manifest["steps"]:
        if step["notebook"] not in notebooks:
            raise StaatError(f"{folder / 'notebooks'}: the executed notebook {step['notebook']}.ipynb is missing")
        for published in step.get("published", ()):
            if not (folder / published["path"]).exists():
                raise StaatError(f"{folder / published['path']}: {step['notebook']} published it, and it is missing")
