"""The pages of an edition, and the index that leads a reviewer from finding to figure, data and code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from analysis.codes import codes_of
from analysis.disclosure import profile
from analysis.disclosure.net.edition import check_edition, check_pages, shown_by
from analysis.disclosure.net.executed import written_anew
from analysis.disclosure.net.parcel import ARCHIVE
from analysis.language import SOURCE, name_codes, speaking, text
from analysis.publish.settling import settled
from analysis.site.about import about
from analysis.site.archive import archive
from analysis.site.evidence import accounts, all_findings, printed
from analysis.site.factsheet import FILE as FACTSHEET
from analysis.site.factsheet import factsheet
from analysis.site.findings import chapters_with_findings, findings_of, headlines
from analysis.site.glossary import PAGE, explained, glossary
from analysis.site.layout import document
from analysis.site.methods import functions, methods
from analysis.site.pages import Heading, page, title_of
from analysis.site.pictures import picture
from analysis.site.provenance import footer, provenance, rerun
from analysis.site.published import published
from analysis.site.regressions import regressions
from analysis.site.release_sheet import release, release_csv
from analysis.site.search import search
from analysis.site.since import since
from analysis.site.sitemap import ChapterPage, Site, read_site
from analysis.site.titled import write_titled
from analysis.site.titles import on_page, title_of_figure

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
        name_codes(codes_of(manifest["facts"]).words())
        manifest = settled(folder, manifest)
        site = read_site(folder, manifest, title_of)
        check_edition(folder, manifest)
        contents = {name: (title, make(site)) for name, (title, make) in _appendices().items()}
        made = [ChapterPage(name, title) for name, (title, found) in contents.items() if found]
        site = site.with_appendices([*made, ChapterPage("search", text("Search"))])
        (folder / "html").mkdir(exist_ok=True)
        for step in site.steps:
            found = findings_of(site, step["stem"])
            for figure in site.of(step["stem"], "figure"):
                write_titled(site, figure, title_of_figure(site, figure, found))
        for name in site.notebooks:
            _write(site, f"html/{name}.html", _chapter(site, name))
        for name, (title, content) in contents.items():
            if content:
                html = _document(site, f"{name}.html.j2", name, root="../", title=title, **content)
                _write(site, f"html/{name}.html", html)
        if sheet := factsheet(site):
            (folder / FACTSHEET).write_bytes(sheet)
        _write(site, "index.html", _index(site))
        _write(site, "release.csv", release_csv(site))
        (folder / ARCHIVE).write_bytes(archive(site))
        _write(site, "html/search.html", _search(site))
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
        "findings": (text("All findings"), all_findings),
        "published": (text("All figures and tables"), published),
        "regressions": (text("Regression tables"), regressions),
        "methods": (text("Methods and formulas"), methods),
        "functions": (text("Functions and formulas"), functions),
        "accounts": (text("Row accounting"), accounts),
        "printed": (text("Comparison with published figures"), printed),
        "glossary": (text("Glossary"), glossary),
        "release": (text("Release sheet"), release),
        "provenance": (text("Provenance"), provenance),
        "about": (text("About and accessibility"), about),
    }


def _write(site: Site, path: str, text: str) -> None:
    if path.endswith(".html"):
        text = explained(text, PAGE if path.startswith("html/") else f"html/{PAGE}", Path(path).stem)
    (site.folder / path).write_text(text, "utf8", newline="\n")


def _search(site: Site) -> str:
    """Return the page that finds what the others hold."""
    names = [*site.notebooks, *(page.notebook for page in site.facts["appendices"])]
    paths = [(f"{name}.html", site.folder / "html" / f"{name}.html") for name in names]
    found = search((href, path.read_text("utf8")) for href, path in paths if path.exists() and path.stem != "search")
    return _document(site, "search.html.j2", "search", root="../", title=text("Search"), more="search.js", **found)


def _chapter(site: Site, name: str) -> str:
    stem = next((step["stem"] for step in site.steps if step["notebook"] == name), "")
    return page(
        site.notebooks[name],
        facts=site.facts,
        chapters=site.chapters,
        provenance=footer(site.manifest),
        this=name,
        origins=site.origins[name],
        shown=partial(on_page, site, stem),
    )


def _document(
    site: Site, template: str, this: str, *, root: str, headings: Sequence[Heading], more: str = "", **values: object
) -> str:
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
        more=more,
        **values,
    )


def _index(site: Site) -> str:
    sections = {
        "headlines": text("Headlines"),
        "answers": text("The questions, answered"),
        "more": text("Read on"),
        "disclosure": text("What is withheld"),
        "about-edition": text("About this edition"),
        "provenance": text("How this was made"),
    }
    return _document(
        site,
        "index.html.j2",
        "index",
        root="",
        headings=[Heading(2, title, name) for name, title in sections.items()],
        headlines=[(found, picture(found)) for found in headlines(site)],
        answers=[(chapter, found[0]) for chapter, found in chapters_with_findings(site)],
        since=since(site, site.facts.get("previous", "")),
        rule=profile(site.facts.get("disclosure", "default")).rule,
        suppressed=sum(step["suppressed"] for step in site.steps),
        release=(site.folder / "html/release.html").exists(),
        rerun=rerun(site.manifest),
    )
