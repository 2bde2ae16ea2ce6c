"""The methods of each chapter in sections, and the page of all functions behind what an edition publishes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from analysis.language import spoken, text
from analysis.publish.methods import Section
from analysis.run.code import Code
from analysis.run.hashes import digest, sha256
from analysis.run.reuse import kept
from analysis.site.docstrings import PACKAGE, Documented, as_html, definitions, documented
from analysis.site.explained import anchor_of, sections_of, shown_sections
from analysis.site.formulas import formula, with_formulas
from analysis.site.pages import Heading, Headings, Outline
from analysis.site.sitemap import NOTED, Site

REMEMBERED = Path(".cache", "code.json")
"""What runs remember of the code, beside the editions: it saves parsing all of it once more, and may be absent."""

SYMBOL = "analysis.site.methods.functions"
METHODS = PACKAGE.parents[1] / "docs" / "methods.md"
SHOWN = ("Parameters", "Returns", "Notes", "References")
NAMED = ("Parameters", "Returns")
APART = r", \quad "
"""Between formulas that stand on lines of their own."""
BOX = '<div class="scroll" role="region" aria-label="{}" tabindex="0"><table>'


def methods(site: Site) -> dict[str, Any] | None:
    """Return what the template of the methods asks for; None where no chapter of the edition has sections."""
    chapters = [found for step in site.steps if (found := _chapter(site, step))]
    headings = [Heading(2, one["title"], f"methods-{one['stem']}") for one in chapters]
    return {"explained": chapters, "headings": headings} if chapters else None


def _chapter(site: Site, step: Mapping[str, Any]) -> dict[str, Any] | None:
    published = [f"{note.get('kind', 'finding')}-{note['name']}" for part in NOTED for note in step[part]]
    sections = shown_sections(step["stem"], published)
    names = dict.fromkeys(name for section in sections for name in section.functions)
    chapter = next(chapter for chapter in site.chapters if chapter.notebook == step["notebook"])
    if not sections:
        return None
    return {
        "stem": step["stem"],
        "title": chapter.title,
        "href": chapter.href,
        "sections": [_section(step["stem"], section) for section in sections],
        "functions": [_entry(documented()[f"{PACKAGE.name}.{name}"], (), {}) for name in names],
    }


def _section(stem: str, section: Section) -> dict[str, Any]:
    """Return a section in the language of the edition, its formulas as they are shown."""
    words = {part: with_formulas(said[spoken()]) for part, said in section.words.items()}
    return {
        **words,
        "anchor": anchor_of(stem, section.name),
        "formulas": [formula(part, display=True) for tex in section.formulas for part in tex.split(APART)],
        "source": section.source,
    }


def functions(site: Site) -> dict[str, Any]:
    """Return what the template of the reference of functions asks for."""
    outline = Outline()
    article = _rendered(METHODS, outline) if METHODS.exists() else Markup("")
    used = _used(site)
    entries = [documented()[name] for name in used]
    modules: dict[str, list[dict[str, Any]]] = {}
    for one in entries:
        module = one.name.rpartition(".")[0]
        modules.setdefault(module, []).append(_entry(one, used[one.name], _links(module, entries)))
    headings = [heading for heading in outline.headings if heading.level == 2]
    return {
        "article": article,
        "modules": modules,
        "headings": [Heading(2, text("Functions and formulas"), "functions"), *headings],
    }


def _rendered(path: Path, outline: Outline) -> Markup:
    """Return the text of the project's own documentation, whose title is the page's."""
    body = path.read_text("utf8").partition("\n")[2]
    outline.add(1, "")
    html = str(MarkdownWithMath(renderer=Headings(outline, {})).render(body))
    number = count(1)
    boxed = re.sub("<table>", lambda _: BOX.format(text("Table {number}", number=next(number))), html)
    return Markup(boxed.replace("</table>", "</table></div>"))  # noqa: S704 - the project's own text


def _used(site: Site) -> dict[str, list[str]]:
    """Return the functions behind what the edition publishes and those they rest on, each with its own such list."""
    named = {name for cells in site.origins.values() for origin in cells.values() for name in origin.functions}
    named |= {
        f"{PACKAGE.name}.{one}"
        for step in site.steps
        for section in sections_of(step["stem"])
        for one in section.functions
    }
    depends = [code_digest(), sorted(named)]
    used: dict[str, list[str]] = kept(SYMBOL, depends, lambda: _reached(named, site.folder.parent / REMEMBERED))
    return used


def code_digest() -> str:
    """Return the digest of all code of the package: which functions rest on which follows from it."""
    return digest("".join(sha256(path) for path in sorted(PACKAGE.rglob("*.py"))))


def _reached(named: set[str], memory: Path) -> dict[str, list[str]]:
    """Return these functions and those they rest on, each with its own such list."""
    known, code = documented().keys(), Code(PACKAGE, memory)
    reached = {one: known & code.of_symbol(one).functions.keys() for one in named}
    every = sorted(named.union(*reached.values()))
    return {one: sorted((reached.get(one) or known & code.of_symbol(one).functions.keys()) - {one}) for one in every}


def _entry(one: Documented, rests_on: Sequence[str], link: Mapping[str, str]) -> dict[str, Any]:
    sections = {
        title: (definitions if title in NAMED else as_html)(body, link)
        for title, body in one.sections.items()
        if title in SHOWN
    }
    below = [documented()[name] for name in rests_on]
    return {
        "function": one,
        "text": as_html(one.text, link),
        "sections": sections,
        "rests_on": sorted(below, key=lambda other: not other.has_formula),
    }


def _links(module: str, entries: Sequence[Documented]) -> dict[str, str]:
    """Return the addresses of the names that a docstring may mention: those of its own module go first."""
    near_last = sorted(entries, key=lambda one: one.name.rpartition(".")[0] == module)
    return {one.name.rpartition(".")[2]: f"#{one.anchor}" for one in near_last}
