"""The appendix of methods: what each chapter estimates, and every function behind a published number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from analysis.language import text
from analysis.run.code import Code
from analysis.site.docstrings import PACKAGE, Documented, as_html, definitions, documented
from analysis.site.pages import Heading, Headings, Outline
from analysis.site.sitemap import Site

REMEMBERED = Path(".cache", "code.json")
"""What runs remember of the code, beside the editions: it saves parsing all of it once more, and may be absent."""

METHODS = PACKAGE.parents[1] / "docs" / "methods.md"
SHOWN = ("Parameters", "Returns", "Notes", "References")
NAMED = ("Parameters", "Returns")
BOX = '<div class="scroll" role="region" aria-label="{}" tabindex="0"><table>'


def methods(site: Site) -> dict[str, Any]:
    """Return what the template of the appendix asks for."""
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
        "headings": [*headings, Heading(2, text("Functions and formulas"), "functions")],
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
    known = documented().keys()
    code = Code(PACKAGE, site.folder.parent / REMEMBERED)
    named = {name for cells in site.origins.values() for origin in cells.values() for name in origin.functions}
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
