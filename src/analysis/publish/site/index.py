"""The pages of an edition: one per chapter, and the index that leads a reviewer from finding to code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup

from analysis.errors import StaatError
from analysis.publish.disclosure import profile
from analysis.publish.language import SOURCE, speaking
from analysis.publish.net import check_edition, check_pages
from analysis.publish.prose import in_spoken_language
from analysis.publish.site.layout import moment, render
from analysis.publish.site.pages import Chapter, Heading, document, page, title_of

SHORT = 12
SECTIONS = {
    "findings": "Findings",
    "figures": "Figures",
    "tables": "Tables",
    "disclosure": "What is withheld",
    "provenance": "How this was made",
}


def build(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Render ``html/<notebook>.html`` for every executed notebook of an edition, and ``index.html``.

    Parameters
    ----------
    folder
        The edition's folder, with ``notebooks/`` and what was published.
    manifest
        The record of the run: ``edition``, ``facts``, ``git``, ``steps``, ...

    Raises
    ------
    StaatError
        When the manifest names a notebook or a published file that is not there, or a notebook failed.
    DisclosureError
        When anything in the edition or its pages did not pass the gate; see `analysis.publish.net`.
    """
    with speaking(manifest["facts"].get("language", SOURCE)):
        _build(folder, manifest)


def _build(folder: Path, manifest: Mapping[str, Any]) -> None:
    notebooks = {path.stem: _read(path) for path in sorted((folder / "notebooks").glob("*.ipynb"))}
    _refuse_missing(folder, manifest, notebooks)
    check_edition(folder, manifest, notebooks)
    titles = {step["notebook"]: step.get("title") for step in manifest["steps"]}
    chapters = [Chapter(name, titles.get(name) or title_of(notebook) or name) for name, notebook in notebooks.items()]
    facts = {"edition": manifest["edition"], "title": manifest["edition"], **manifest["facts"]}
    (folder / "html").mkdir(exist_ok=True)
    for name, notebook in notebooks.items():
        html = page(notebook, facts=facts, chapters=chapters, provenance=_provenance(manifest), this=name)
        (folder / "html" / f"{name}.html").write_text(html, "utf8")
    (folder / "index.html").write_text(_index(manifest, facts, chapters), "utf8")
    check_pages(folder, manifest)


def _read(path: Path) -> nbformat.NotebookNode:
    return in_spoken_language(nbformat.reads(path.read_text("utf8"), as_version=4))  # type: ignore[no-untyped-call]  # nbformat is typed in part


def _refuse_missing(folder: Path, manifest: Mapping[str, Any], notebooks: Mapping[str, Any]) -> None:
    for step in manifest["steps"]:
        if step["notebook"] not in notebooks:
            raise StaatError(f"{folder / 'notebooks'}: the executed notebook {step['notebook']}.ipynb is missing")
        for published in step.get("published", ()):
            if not (folder / published["path"]).exists():
                raise StaatError(f"{folder / published['path']}: {step['notebook']} published it, and it is missing")


def _provenance(manifest: Mapping[str, Any]) -> dict[str, Any]:
    git = manifest.get("git") or {}
    made = manifest.get("finished") or manifest.get("started")
    return {"commit": git.get("commit"), "dirty": git.get("dirty"), "made": made, "command": manifest.get("command")}


def _index(manifest: Mapping[str, Any], facts: Mapping[str, Any], chapters: Sequence[Chapter]) -> str:
    titles = {chapter.notebook: chapter.title for chapter in chapters}
    steps = _told_once([_step(step, titles[step["notebook"]]) for step in manifest["steps"]])
    published = [{**thing, "page": step["page"]} for step in steps for thing in step["published"]]
    figures = [thing for thing in published if thing["kind"] == "figure"]
    tables = [thing for thing in published if thing["kind"] == "table"]
    empty = {"figures": not figures, "tables": not tables}
    return document(
        "index.html.j2",
        facts=facts,
        chapters=chapters,
        this="index",
        headings=[Heading(2, text, name) for name, text in SECTIONS.items() if not empty.get(name)],
        home="index.html",
        chapter_folder="html/",
        steps=steps,
        figures=figures,
        tables=tables,
        rule=profile(facts.get("disclosure", "default")).rule,
        suppressed=sum(step["suppressed"] for step in steps),
        command=manifest.get("command", ""),
        run=_run(manifest),
        times=[(step["title"], step["notebook"], f"{step['seconds']:.1f}", step["suppressed"]) for step in steps],
        inputs=list(_inputs(steps)),
        parameters=list(_leaves(manifest.get("parameters", {}))),
        versions=[(name, found or "not installed") for name, found in manifest.get("versions", {}).items()],
        grid=_grid,
    )


def _told_once(steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out of later chapters the findings that an earlier one states: a summary repeats them."""
    told: set[str] = set()
    once = []
    for step in steps:
        once.append({**step, "findings": [finding for finding in step["findings"] if finding["sentence"] not in told]})
        told |= {finding["sentence"] for finding in step["findings"]}
    return once


def _step(step: Mapping[str, Any], title: str) -> dict[str, Any]:
    absent: dict[str, Any] = {"findings": [], "published": [], "inputs": [], "suppressed": 0, "seconds": 0.0}
    return {**absent, **step, "title": title, "page": f"html/{step['notebook']}.html"}


def _run(manifest: Mapping[str, Any]) -> list[tuple[object, object]]:
    git = manifest.get("git") or {}
    changes = " with uncommitted changes" if git.get("dirty") else ""
    rows = {
        "Edition": manifest["edition"],
        "Git commit": f"{git['commit']}{changes}" if git.get("commit") else "not under version control",
        "Lock file (SHA-256)": _short(manifest.get("lock_sha256")),
        **{name: moment(manifest[name.lower()]) for name in ("Started", "Finished") if manifest.get(name.lower())},
    }
    return [(name, value) for name, value in rows.items() if value]


def _inputs(steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    unique = {given["path"]: given for step in steps for given in step["inputs"]}
    for path, given in sorted(unique.items()):
        yield path, given.get("status", ""), _short(given.get("sha256"))


def _leaves(block: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in block.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _short(digest: str | None) -> Markup | str:
    return Markup('<code title="{0}">{1}</code>').format(digest, digest[:SHORT]) if digest else ""


def _grid(
    caption: str, headers: Sequence[str], rows: Sequence[Sequence[object]], numbers_from: int | None = None
) -> Markup:
    html = render(
        "grid.html.j2",
        caption=caption,
        headers=headers,
        rows=rows,
        numbers_from=len(headers) if numbers_from is None else numbers_from,
    )
    return Markup(html)  # noqa: S704 - the template escaped what entered it
