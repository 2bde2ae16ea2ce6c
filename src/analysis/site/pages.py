"""An executed notebook as one self-contained page that makes no request and hides no failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Any

from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from analysis.language import text as words
from analysis.publish.layout import WORDS
from analysis.site.docstrings import documented
from analysis.site.formulas import formula
from analysis.site.layout import TEMPLATES, document, render
from analysis.site.origins import Origin
from analysis.site.reading_order import as_read
from analysis.site.sitemap import ChapterPage

__all__ = ["ChapterPage", "Heading", "Headings", "Outline", "origin_line", "page", "title_of"]

NEAREST = 4
"""Functions named under a figure or table, beside those with a formula; the others stand behind them."""


OWN_HEADING = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>')
"""A heading that a published object brings."""


@dataclass(frozen=True)
class Heading:
    """A heading that the table of contents leads to."""

    level: int
    text: str
    anchor: str


@dataclass
class Outline:
    """The headings met so far on a page; each gets an anchor that no other has."""

    headings: list[Heading] = field(default_factory=list)

    def add(self, level: int, text: str) -> Heading:
        """Note a heading; a page has one title, so a second one counts as a section."""
        level = 2 if level == 1 and self.headings else level
        heading = Heading(level, text, self._free_anchor(text))
        self.headings.append(heading)
        return heading

    def _free_anchor(self, text: str) -> str:
        base = "section-" + (re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "untitled")
        taken = {heading.anchor for heading in self.headings}
        return next(anchor for anchor in (base, *(f"{base}-{i}" for i in range(2, 10_000))) if anchor not in taken)


class Headings(IPythonRenderer):
    """Markdown to HTML, noting the headings."""

    def __init__(self, outline: Outline, attachments: Mapping[str, Any]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=dict(attachments))
        self.outline = outline

    def inline_math(self, body: str) -> str:
        """Render a formula in a sentence."""
        return formula(body)

    def block_math(self, body: str) -> str:
        """Render a formula on a line of its own."""
        return Markup("<p>{0}</p>").format(formula(body, display=True))

    def heading(self, text: str, level: int, **_: object) -> str:
        """Render a heading with its anchor and a link to it."""
        heading = self.outline.add(level, unescape(re.sub(r"<[^>]+>", "", text)).strip())
        link = Markup('<a class="anchor" href="#{0}" aria-label="{1}">#</a>').format(
            heading.anchor, words("Link to {heading}", heading=heading.text)
        )
        tag = f"h{heading.level}"
        return f'<{tag} id="{escape(heading.anchor)}">{text} {link if heading.level > 1 else ""}</{tag}>\n'


def page(
    notebook: NotebookNode,
    *,
    facts: Mapping[str, Any],
    chapters: Sequence[ChapterPage],
    provenance: Mapping[str, Any],
    this: str,
    origins: Mapping[int, Origin] | None = None,
    shown: Callable[[str], str] = str,
) -> str:
    """Render an executed notebook as an HTML page.

    Parameters
    ----------
    notebook : Executed; it is not changed.
    facts : The edition: ``edition``, ``title``, ``synthetic``, ``language``.
    chapters : All pages of the site in their order.
    provenance : What the footer says: ``commit``, ``dirty``, ``drift``, ``made``, ``command``.
    this : Which of the chapters this is.
    shown : Adds to what is published on the page where it leads to, and titles.
    """
    outline = Outline()
    article = shown(_article(notebook, outline, origins or {}))
    place = [chapter.notebook for chapter in chapters].index(this)
    has_title = any(heading.level == 1 for heading in outline.headings)
    return document(
        "page.html.j2",
        facts=facts,
        chapters=chapters,
        this=this,
        headings=[heading for heading in outline.headings if heading.level in (2, 3)],
        home="../index.html",
        chapter_folder="",
        article=Markup(article),  # noqa: S704 - made by the template above, from outputs that escaped their data
        title=next((heading.text for heading in outline.headings if heading.level == 1), chapters[place].title),
        has_title=has_title,
        before=chapters[place - 1] if place else None,
        after=chapters[place + 1] if place + 1 < len(chapters) else None,
        provenance={"commit": None, "dirty": False, "drift": "", "made": None, "command": None, **provenance},
    )


def title_of(notebook: NotebookNode) -> str | None:
    """Return the first title (``# ...``) in a notebook's text, if there is one."""
    outline = Outline()
    _with_html(notebook, outline)
    return next((heading.text for heading in outline.headings if heading.level == 1), None)


def _article(notebook: NotebookNode, outline: Outline, origins: Mapping[int, Origin]) -> str:
    numbered = deepcopy(notebook)
    for number, cell in enumerate((cell for cell in numbered.cells if cell.cell_type == "code"), start=1):
        cell.metadata["number"] = number
    for place, origin in origins.items():
        numbered.cells[place].metadata["origin"] = origin_line(origin)
    numbered.cells = as_read(numbered.cells)
    body, _ = _exporter().from_notebook_node(_with_html(numbered, outline))
    return str(body)


def origin_line(origin: Origin, page: str = "") -> Markup:
    """Return the line that leads from what a cell publishes to its code and the functions behind it.

    Parameters
    ----------
    origin : Cell and functions.
    page : Address of the page with the cell; empty on that page itself.
    """
    functions = [documented()[name] for name in origin.functions]
    near = [one for place, one in enumerate(functions) if place < NEAREST or one.has_formula]
    far = [one for one in functions if one not in near]
    html = render("origin.html.j2", origin=origin, page=page, near=near, far=far)
    return Markup(html)  # noqa: S704 - the template escaped what entered it


def _with_html(notebook: NotebookNode, outline: Outline) -> NotebookNode:
    """Return a copy whose text cells carry their HTML, because the contents are needed before the text."""
    rendered = deepcopy(notebook)
    for cell in rendered.cells:
        if cell.cell_type == "markdown":
            renderer = Headings(outline, cell.get("attachments", {}))
            cell.metadata["html"] = MarkdownWithMath(renderer=renderer).render(cell.source)
        for output in cell.get("outputs", ()):
            for anchor, heading in OWN_HEADING.findall(output.get("data", {}).get("text/html", "")):
                outline.headings.append(Heading(2, unescape(heading), anchor))
    return rendered


@cache
def _exporter() -> HTMLExporter:
    """Return the one exporter of this process: making one costs as much as ten pages."""
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]  # nbconvert is typed in part
        template_name="staat", extra_template_basedirs=[str(TEMPLATES)]
    )
    exporter.environment.globals.update(WORDS)
    return exporter
