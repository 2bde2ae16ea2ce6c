"""The appendix of methods: what each chapter estimates, and every function behind a published number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count, groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from analysis.publish.language import text
from analysis.publish.site.docstrings import PACKAGE, Documented, as_html, definitions, documented
from analysis.publish.site.pages import Heading, Headings, Outline
from analysis.publish.site.sitemap import Site
from analysis.run.code import Code

METHODS = PACKAGE.parents[1] / "docs" / "methods.md"
TOLD = ("Parameters", "Returns", "Notes", "References")
NAMED = ("Parameters", "Returns")
BOX = '<div class="scroll" role="region" aria-label="{}" tabindex="0"><table>'


def methods(site: Site) -> dict[str, Any]:
    """Return what the template of the appendix asks for."""
    outline = Outline()
    article = _rendered(METHODS, outline) if METHODS.exists() else Markup("")
    used = _used(site)
    modules = {name: list(found) for name, found in groupby(used, key=lambda one: one.name.rpartition(".")[0])}
    headings = [heading for heading in outline.headings if heading.level == 2]
    return {
        "article": article,
        "modules": {name: [_entry(one, modules) for one in found] for name, found in modules.items()},
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


def _used(site: Site) -> list[Documented]:
    """Return the functions behind what the edition publishes, and the documented ones on which those rest."""
    known = documented()
    named = {name for cells in site.origins.values() for origin in cells.values() for name in origin.functions}
    code = Code(PACKAGE)
    reached = {name for one in named for name in code.of_symbol(one).functions}
    return [known[name] for name in sorted((named | reached) & known.keys())]


def _entry(one: Documented, modules: Mapping[str, Sequence[Documented]]) -> dict[str, Any]:
    link = _links(one, modules)
    sections = {
        title: (definitions if title in NAMED else as_html)(body, link)
        for title, body in one.sections.items()
        if title in TOLD
    }
    return {"told": one, "text": as_html(one.text, link), "sections": sections}


def _links(one: Documented, modules: Mapping[str, Sequence[Documented]]) -> dict[str, str]:
    """Return the addresses of the names that a docstring may mention: those of its own module go first."""
    everywhere = [other for found in modules.values() for other in found]
    near = modules[one.name.rpartition(".")[0]]
    return {other.name.rpartition(".")[2]: f"#{other.anchor}" for other in (*everywhere, *near)}
