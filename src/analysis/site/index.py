"""The pages of an edition, and the index that leads a reviewer from finding to figure, data and code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

from markupsafe import Markup, escape

from analysis.disclosure import profile
from analysis.disclosure.net.edition import check_edition, check_pages, shown_by
from analysis.disclosure.net.executed import written_anew
from analysis.language import SOURCE, Text, from_data, speaking, text
from analysis.publish.settling import settled
from analysis.site.evidence import accounts, printed
from analysis.site.layout import document
from analysis.site.methods import methods
from analysis.site.pages import Heading, page, title_of
from analysis.site.provenance import footer, provenance, rerun
from analysis.site.regressions import regressions
from analysis.site.release_sheet import release, release_csv
from analysis.site.sitemap import ChapterPage, Site, Thing, read_site

Contents = dict[str, Any] | None


def build(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Render ``index.html``, a page for every executed notebook of an edition, and the pages that account for them.

    Parameters
    ----------
    folder : The edition's folder, with ``notebooks/`` and what was published.
    manifest : The record of the run: ``edition``, ``facts``, ``git``, ``steps``, ...

    Raises
    ------
    StaatError
        When the manifest names a notebook or a published file that is not there, or a notebook failed.
    DisclosureError
        When anything in the edition or its pages did not pass the gate; see `analysis.disclosure.net.edition`.
    """
    with speaking(manifest["facts"].get("language", SOURCE)):
        manifest = settled(folder, manifest)
        site = read_site(folder, manifest, title_of)
        check_edition(folder, manifest)
        contents = {name: (title, make(site)) for name, (title, make) in _appendices().items()}
        site = site.with_appendices([ChapterPage(name, title) for name, (title, made) in contents.items() if made])
        (folder / "html").mkdir(exist_ok=True)
        for name in site.notebooks:
            _write(site, f"html/{name}.html", _chapter(site, name))
        for name, (title, content) in contents.items():
            if content:
                html = _document(site, f"{name}.html.j2", name, root="../", title=title, **content)
                _write(site, f"html/{name}.html", html)
        _write(site, "index.html", _index(site))
        _write(site, "release.csv", release_csv(site))
        check_pages(folder, manifest)
        for step in manifest["steps"]:
            place = folder / "notebooks" / f"{step['notebook']}.ipynb"
            place.unlink()
            place.write_text(
                written_anew(site.notebooks[step["notebook"]], shown_by(folder, step["stem"])), "utf8", newline="\n"
            )


def _appendices() -> dict[str, tuple[str, Callable[[Site], Contents]]]:
    """Return what stands beside the chapters, in the order of the menu: title, and what is on it."""
    return {
        "regressions": (text("Regression tables"), regressions),
        "methods": (text("Methods and formulas"), methods),
        "accounts": (text("Row accounting"), accounts),
        "printed": (text("Figures in print"), printed),
        "release": (text("Release sheet"), release),
        "provenance": (text("Provenance"), provenance),
    }


def _write(site: Site, path: str, html: str) -> None:
    (site.folder / path).write_text(html, "utf8", newline="\n")


def _chapter(site: Site, name: str) -> str:
    return page(
        site.notebooks[name],
        facts=site.facts,
        chapters=site.chapters,
        provenance=footer(site.manifest),
        this=name,
        origins=site.origins[name],
    )


def _document(site: Site, template: str, this: str, *, root: str, headings: Sequence[Heading], **values: object) -> str:
    return document(
        template,
        facts=site.facts,
        chapters=site.chapters,
        this=this,
        headings=headings,
        home=f"{root}index.html",
        chapter_folder="" if root else "html/",
        root=root,
        provenance=footer(site.manifest),
        **values,
    )


def _index(site: Site) -> str:
    chapters = [_in_index(site, step) for step in site.steps]
    sections = {
        "findings": text("Findings"),
        "published": text("Figures and tables"),
        "disclosure": text("What is withheld"),
        "provenance": text("How this was made"),
    }
    return _document(
        site,
        "index.html.j2",
        "index",
        root="",
        headings=[Heading(2, title, name) for name, title in sections.items()],
        shown=chapters,
        rule=profile(site.facts.get("disclosure", "default")).rule,
        suppressed=sum(step["suppressed"] for step in site.steps),
        release=(site.folder / "html/release.html").exists(),
        rerun=rerun(site.manifest),
    )


def _in_index(site: Site, step: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the index shows of a chapter: its findings with their figures, all its figures, its tables."""
    stem = step["stem"]
    names = {finding["name"] for finding in step["findings"]}
    figures = {thing.name: thing for thing in site.of(stem, "figure")}
    findings = [thing for thing in site.of(stem, "finding") if thing.name in names]
    return {
        "stem": stem,
        "chapter": next(chapter for chapter in site.chapters if chapter.notebook == step["notebook"]),
        "findings": [_finding(thing, figures.get(thing.note.get("figure", ""))) for thing in findings],
        "figures": list(figures.values()),
        "tables": site.of(stem, "table"),
    }


def _finding(thing: Thing, figure: Thing | None) -> dict[str, Any]:
    return {"thing": thing, "sentence": with_estimates(from_data(thing.note["sentence"])), "figure": figure}


def with_estimates(words: str) -> Markup:
    """Return a sentence in which each number with its interval stands out."""
    if not isinstance(words, Text):
        return escape(words)
    return Markup("").join(_parts(words))


def _parts(words: Text) -> Iterator[Markup]:
    for literal, name, form, _ in Formatter().parse(words.template):
        yield escape(literal)
        value = words.values.get(name or "")
        if isinstance(value, Text):
            yield Markup("<b>{0}</b>").format(value) if _is_estimate(value) else with_estimates(value)
        elif name:
            yield escape(Text(f"{{{name}:{form}}}", words.values))


def _is_estimate(words: Text) -> bool:
    """Return whether words are a number with its interval."""
    return "interval" in words.values or {"low", "high"} < set(words.values)
