"""The pages of an edition, and the index that leads a reviewer from finding to figure, data and code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from analysis.codes import codes_of
from analysis.disclosure import profile
from analysis.disclosure.net.edition import check_edition, check_pages, shown_by
from analysis.disclosure.net.executed import written_anew
from analysis.disclosure.net.parcel import ARCHIVE
from analysis.language import SOURCE, name_codes, speaking, text
from analysis.publish.settling import settled
from analysis.run.hashes import digest
from analysis.run.reuse import kept
from analysis.site.about import about
from analysis.site.archive import archive
from analysis.site.evidence import accounts, all_findings, printed
from analysis.site.factsheet import FILE as FACTSHEET
from analysis.site.factsheet import factsheet
from analysis.site.findings import chapters_with_findings, findings_of, headlines
from analysis.site.glossary import PAGE, explained, glossary
from analysis.site.layout import document
from analysis.site.methods import code_digest, functions, methods
from analysis.site.once import SYMBOL, Stamp, depends, of_chapter, of_code, without_prose
from analysis.site.pages import Heading, page, title_of
from analysis.site.pictures import picture
from analysis.site.provenance import footer, provenance, rerun
from analysis.site.published import published
from analysis.site.regressions import regressions
from analysis.site.release_sheet import release, release_csv
from analysis.site.search import entries_of, search
from analysis.site.since import since
from analysis.site.sitemap import ChapterPage, Site, read_site
from analysis.site.titled import write_titled
from analysis.site.titles import on_page, title_of_figure

Contents = dict[str, Any] | None

WITHOUT_PROSE, OF_CODE, OF_THE_RUN = "without prose", "of code", "of the run"
"""Parts of a site; what says when and how long the run ran is made anew with every run."""


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
        whole = read_site(folder, manifest, title_of)
        check_edition(folder, manifest)
        stamp = Stamp.of(manifest)
        bare = replace(whole, manifest=stamp.taken_from(manifest))
        appendices = _Appendices(bare, whole)
        menu = [*appendices.menu, ChapterPage("search", text("Search"))]
        site, whole = bare.with_appendices(menu), whole.with_appendices(menu)
        (folder / "html").mkdir(exist_ok=True)
        for step in site.steps:
            found = findings_of(site, step["stem"])
            for figure in site.of(step["stem"], "figure"):
                write_titled(site, figure, title_of_figure(site, figure, found))
        pages = {name: _made(of_chapter(site, name), name) for name in site.notebooks}
        pages |= appendices.pages(site, whole)
        pages["search"] = _search(site, pages)
        pages = {name: stamp.put_on(html) for name, html in pages.items()}
        for name, html in pages.items():
            _write(site, f"html/{name}.html", html)
        _write(site, "index.html", explained(_index(whole), f"html/{PAGE}", "index"))
        if sheet := factsheet(site):
            (folder / FACTSHEET).write_bytes(sheet)
        _write(site, "release.csv", release_csv(site))
        (folder / ARCHIVE).write_bytes(archive(site))
        check_pages(folder, manifest, [*filter(None, stamp.words.values())])
        for step in manifest["steps"]:
            place = folder / "notebooks" / f"{step['notebook']}.ipynb"
            place.unlink()
            place.write_text(
                written_anew(site.notebooks[step["notebook"]], shown_by(folder, step["stem"])), "utf8", newline="\n"
            )


def _made(site: Site, name: str) -> str:
    """Return the page of a chapter, made of this part of the site alone, with its terms explained; see `once`."""
    return str(kept(SYMBOL, [name, depends(site)], lambda: explained(_chapter(site, name), PAGE, name)))


class _Appendices:
    """The pages beside the chapters, each of a part of the site alone; `whole` is the site with what is of the run."""

    def __init__(self, site: Site, whole: Site) -> None:
        parts = _parts(site, whole)
        self._contents = {one.name: cache(partial(one.make, parts[one.part])) for one in _appendices()}
        on = _depend(parts)
        there = [one for one in _appendices() if self._is_there(one.name, on.get(one.part, on[WITHOUT_PROSE]))]
        self.menu = [ChapterPage(one.name, one.title) for one in there]

    def _is_there(self, name: str, on: object) -> bool:
        return bool(kept(SYMBOL, [name, "is there", on], lambda: bool(self._contents[name]())))

    def pages(self, site: Site, whole: Site) -> dict[str, str]:
        """Return their HTML by name, given the sites with the whole menu."""
        parts, pages, there = _parts(site, whole), {}, {page.notebook: page for page in self.menu}
        on = _depend(parts)
        for one in (one for one in _appendices() if one.name in there):
            make = partial(self._page, parts[one.part], there[one.name])
            pages[one.name] = str(kept(SYMBOL, [one.name, on[one.part]], make)) if one.part in on else make()
        return pages

    def _page(self, site: Site, one: ChapterPage) -> str:
        content = self._contents[one.notebook]()
        assert content is not None, "it is in the menu"
        html = _document(site, f"{one.notebook}.html.j2", one.notebook, root="../", title=one.title, **content)
        return explained(html, PAGE, one.notebook)


class _Appendix(NamedTuple):
    """A page beside the chapters: what makes its contents, of which part of the site."""

    name: str
    title: str
    make: Callable[[Site], Contents]
    part: str = WITHOUT_PROSE


def _parts(site: Site, whole: Site) -> dict[str, Site]:
    """Return the parts of a site that pages beside the chapters are made of; none has the text of notebooks."""
    return {WITHOUT_PROSE: without_prose(site), OF_CODE: of_code(site), OF_THE_RUN: without_prose(whole)}


def _depend(parts: Mapping[str, Site]) -> dict[str, list[Any]]:
    """Return what the pages depend on that are made of each part, but for that of the run."""
    code = code_digest()
    return {name: [depends(part), code] for name, part in parts.items() if name != OF_THE_RUN}


def _appendices() -> list[_Appendix]:
    """Return what stands beside the chapters, in the order of the menu."""
    return [
        _Appendix("findings", text("All findings"), all_findings),
        _Appendix("published", text("All figures and tables"), published),
        _Appendix("regressions", text("Regression tables"), regressions),
        _Appendix("methods", text("Methods and formulas"), methods, OF_CODE),
        _Appendix("functions", text("Functions and formulas"), functions, OF_CODE),
        _Appendix("accounts", text("Row accounting"), accounts),
        _Appendix("printed", text("Comparison with published figures"), printed),
        _Appendix("glossary", text("Glossary"), glossary, OF_CODE),
        _Appendix("release", text("Release sheet"), release),
        _Appendix("provenance", text("Provenance"), provenance, OF_THE_RUN),
        _Appendix("about", text("About and accessibility"), about, OF_CODE),
    ]


def _write(site: Site, path: str, text: str) -> None:
    (site.folder / path).write_text(text, "utf8", newline="\n")


def _search(site: Site, pages: Mapping[str, str]) -> str:
    """Return the page that finds what the others hold."""
    names = [name for name in (*site.notebooks, *(page.notebook for page in site.facts["appendices"])) if name in pages]
    entries = [(f"{name}.html", _entries(f"{name}.html", pages[name])) for name in names]

    def make() -> str:
        found = search(entries)
        html = _document(site, "search.html.j2", "search", root="../", title=text("Search"), more="search.js", **found)
        return explained(html, PAGE, "search")

    return str(kept(SYMBOL, [depends(replace(site, notebooks={})), entries], make))


def _entries(href: str, html: str) -> list[list[str]]:
    return list(kept(SYMBOL, [href, digest(html)], lambda: [astuple(entry) for entry in entries_of(html, href)]))


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
