"""Pages that are made once: of each what it depends on, so that it is rendered again only if what it shows changed.

A page is made of a part of the site alone, so that it cannot show what its entry does not name. What it says of the
run, its commit and time, is put in afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict

from analysis.publish.declared import FILE
from analysis.run.hashes import digest
from analysis.site.layout import moment
from analysis.site.origins import published_in
from analysis.site.sitemap import NOTED, Site
from analysis.variables import CHAPTERS

SYMBOL = "analysis.site.index.build"
"""Whose code all pages depend on."""

COMMIT, MIDNIGHT, SHORT = "5eedc0de" * 5, "T00:00:00+00:00", 12
SHOWN = ("edition", "command", "facts", "drift")
"""What of the manifest is on every page, besides its steps and its stamp."""
OF_THE_RUN = frozenset({"seconds", "peak_mb", "ran", "git", "key", "inputs"})
"""What of a step is on the page of provenance alone."""
NOWHERE = Path("nowhere")


@dataclass(frozen=True)
class Stamp:
    """What pages say of the run: in their making another commit and the midnight of its day stand for it."""

    commit: str
    made: str

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Stamp:
        """Return the stamp of a run."""
        git = manifest.get("git") or {}
        return cls(str(git.get("commit") or ""), str(manifest.get("finished") or manifest.get("started") or ""))

    @property
    def words(self) -> dict[str, str]:
        """What stands on the pages by what stood for it: the whole commit before its beginning."""
        said: dict[str, str] = {}
        if self.made:
            said |= {self._midnight: self.made, moment(self._midnight): moment(self.made)}
        if self.commit:
            said |= {COMMIT: self.commit, COMMIT[:SHORT]: self.commit[:SHORT]}
        return said

    @property
    def _midnight(self) -> str:
        return self.made.partition("T")[0] + MIDNIGHT

    def taken_from(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Return a manifest for making pages: without what these do not show, and with other words for the stamp."""
        git = {**(manifest.get("git") or {}), **({"commit": COMMIT} if self.commit else {})}
        kept = {name: manifest[name] for name in SHOWN if name in manifest}
        steps = [{name: of for name, of in step.items() if name not in OF_THE_RUN} for step in manifest["steps"]]
        return {**kept, "git": git, "finished": self._midnight if self.made else None, "steps": steps}

    def put_on(self, page: str) -> str:
        """Return a page with the stamp of the run on it."""
        for instead, words in self.words.items():
            page = page.replace(instead, words)
        return page


def of_chapter(site: Site, name: str) -> Site:
    """Return the part of a site of which the page of a chapter is made: its notebook and its step, and no files."""
    steps = [step for step in site.manifest["steps"] if step["notebook"] == name]
    notebooks = {name: site.notebooks[name]}
    return replace(site, folder=NOWHERE, manifest={**site.manifest, "steps": steps}, notebooks=notebooks)


def without_prose(site: Site) -> Site:
    """Return the part of a site of which the pages beside the chapters are made: it has no text of notebooks."""
    return replace(site, notebooks={name: _silent(notebook) for name, notebook in site.notebooks.items()})


def of_code(site: Site) -> Site:
    """Return the part of a site of which the pages about its methods are made: code, and names of what is published.

    So a caption makes none of them again.
    """
    steps = [_named(step) for step in site.manifest["steps"]]
    notebooks = {name: _bare(notebook) for name, notebook in site.notebooks.items()}
    return replace(site, manifest={**site.manifest, "steps": steps}, notebooks=notebooks)


def _named(step: Mapping[str, Any]) -> dict[str, Any]:
    noted = {key: notes for key, notes in step.items() if key in NOTED}
    return {**step, **{key: [_name_of(note) for note in notes] for key, notes in noted.items()}}


def _name_of(note: Mapping[str, Any]) -> dict[str, Any]:
    return {key: note[key] for key in ("kind", "name") if key in note}


def _bare(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with its code, and of its outputs the ids of what they show."""
    bare = copy(notebook)
    bare["cells"] = [_without_outputs(cell) for cell in notebook.cells]
    return bare


def _without_outputs(cell: NotebookNode) -> NotebookNode:
    if cell.cell_type != "code":
        return _without_source(cell)
    silent = copy(cell)
    silent["outputs"] = [_ids(output) for output in cell.get("outputs", ())]
    return silent


def _ids(output: NotebookNode) -> NotebookNode:
    found = published_in(str(output.get("data", {}).get("text/html", "")))
    html = "".join(f'<i id="{identity}"></i>' for identity in found)
    return from_dict({"output_type": "display_data", "metadata": {}, "data": {"text/html": html}})  # type: ignore[no-any-return, no-untyped-call]  # nbformat is typed in part


def _silent(notebook: NotebookNode) -> NotebookNode:
    silent = copy(notebook)
    silent["cells"] = [cell if cell.cell_type == "code" else _without_source(cell) for cell in notebook.cells]
    return silent


def _without_source(cell: NotebookNode) -> NotebookNode:
    silent = copy(cell)
    silent["source"] = ""
    return silent


def depends(site: Site) -> dict[str, Any]:
    """Return what pages depend on that are made of a site, as JSON: all that is in it, and what its chapters declare.

    Files of the edition are those that the manifest names by their digest.
    """
    shown = {name: value for name, value in site.facts.items() if name not in site.manifest["facts"]}
    menu, twin = shown.get("appendices", ()), shown.get("twin")
    return {
        "manifest": site.manifest,
        "menu": [[page.notebook, page.title] for page in (*site.chapters, *menu)],
        "twin": twin and {**asdict(twin), "pages": sorted(twin.pages)},
        "notebooks": {name: digest(json.dumps(notebook)) for name, notebook in site.notebooks.items()},
        "declared": dict(_declared(site)),
    }


def _declared(site: Site) -> Iterator[tuple[str, str]]:
    for step in site.manifest["steps"]:
        path = CHAPTERS / step["stem"] / FILE
        yield step["stem"], hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
