"""An executed notebook as one self-contained page that makes no request and hides no failure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Any

from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from analysis.publish.outputs import check_outputs
from analysis.publish.site.layout import TEMPLATES, asset, content_policy, render

FACTS = {"language": "en", "synthetic": False, "region": "", "school_years": ()}


@dataclass(frozen=True)
class Chapter:
    """A page of the site.

    Parameters
    ----------
    notebook
        Name of the executed notebook without its extension, such as ``03_school_choice``.
    title
        What the reader sees.
    """

    notebook: str
    title: str

    @property
    def href(self) -> str:
        """Address relative to the other chapters."""
        return f"{self.notebook}.html"


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

    def heading(self, text: str, level: int, **_: object) -> str:
        """Render a heading with its anchor and a link to it."""
        heading = self.outline.add(level, unescape(re.sub(r"<[^>]+>", "", text)).strip())
        link = Markup('<a class="anchor" href="#{0}" aria-label="Link to {1}">#</a>').format(
            heading.anchor, heading.text
        )
        tag = f"h{heading.level}"
        return f'<{tag} id="{escape(heading.anchor)}">{text} {link if heading.level > 1 else ""}</{tag}>\n'


def page(
    notebook: NotebookNode,
    *,
    facts: Mapping[str, Any],
    chapters: Sequence[Chapter],
    provenance: Mapping[str, Any],
    this: str,
) -> str:
    """Render an executed notebook as an HTML page.

    Parameters
    ----------
    notebook
        Executed; it is not changed.
    facts
        The edition: ``edition``, ``title``, ``synthetic``, ``language``.
    chapters
        All pages of the site in their order.
    provenance
        What the footer tells: ``commit``, ``dirty``, ``made``, ``command``.
    this
        Which of the chapters this is.

    Raises
    ------
    StaatError
        When a cell failed or wrote to stderr.
    DisclosureError
        When a cell shows a frame or a picture that no release let through.
    """
    check_outputs(notebook, this)
    outline = Outline()
    article = _article(notebook, outline)
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
        provenance={"commit": None, "dirty": False, "made": None, "command": None, **provenance},
    )


def document(template: str, *, facts: Mapping[str, Any], **values: object) -> str:
    """Fill the template of a whole page with the style, script and content policy that all pages share."""
    script = asset("page.js")
    return render(
        template,
        facts={**FACTS, **facts},
        css=Markup(asset("style.css")),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        policy=content_policy(script),
        **values,
    )


def title_of(notebook: NotebookNode) -> str | None:
    """Return the first title (``# ...``) in a notebook's text, if there is one."""
    outline = Outline()
    _with_html(notebook, outline)
    return next((heading.text for heading in outline.headings if heading.level == 1), None)


def _article(notebook: NotebookNode, outline: Outline) -> str:
    body, _ = _exporter().from_notebook_node(_with_html(notebook, outline))
    return str(body)


def _with_html(notebook: NotebookNode, outline: Outline) -> NotebookNode:
    """Return a copy whose text cells carry their HTML, because the contents are needed before the text."""
    rendered = deepcopy(notebook)
    for cell in rendered.cells:
        if cell.cell_type == "markdown":
            renderer = Headings(outline, cell.get("attachments", {}))
            cell.metadata["html"] = MarkdownWithMath(renderer=renderer).render(cell.source)
    return rendered


@cache
def _exporter() -> HTMLExporter:
    """Return the one exporter of this process: making one costs as much as ten pages."""
    return HTMLExporter(  # type: ignore[no-untyped-call]  # nbconvert is typed in part
        template_name="staat", extra_template_basedirs=[str(TEMPLATES)]
    )
