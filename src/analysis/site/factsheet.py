"""The edition on one sheet of paper: title, headlines with their key figures, and where to read on. As a PDF."""

from __future__ import annotations

import textwrap
from io import BytesIO

from matplotlib.figure import Figure

from analysis.language import joined, text
from analysis.publish.figures import style
from analysis.site.findings import Found, headlines
from analysis.site.sitemap import Site
from analysis.site.titled import DARK, QUIET, source
from analysis.site.titles import where_and_when

FILE = "factsheet.pdf"
A4 = (8.27, 11.69)
LEFT, TOP, FOOT = 0.09, 0.94, 0.05
LINE = 0.0155
"""Of the height of the sheet, for letters of ten points."""
LETTERS = {"title": 44, "headline": 62, "words": 92}
ACCENT = "#12355b"


def factsheet(site: Site) -> bytes | None:
    """Return the sheet as PDF; None where the edition has no headline."""
    leading = headlines(site)
    if not leading:
        return None
    with style():
        figure = Figure(figsize=A4)
        y = _write(figure, TOP, site.facts["title"], "title", size=20, weight="bold", color=ACCENT)
        y = _write(figure, y, where_and_when(site), "words", size=11, color=QUIET) - LINE
        room = (y - FOOT - 3 * LINE) / len(leading)
        for number, found in enumerate(leading):
            _entry(figure, y - number * room, found)
        publisher = site.facts.get("publisher", "")
        _write(figure, FOOT, joined(". ", [source(site), publisher]), "words", size=8, color=QUIET)
        file = BytesIO()
        figure.savefig(file, format="pdf", metadata={"CreationDate": None, "Title": str(site.facts["title"])})
    return file.getvalue()


def _entry(figure: Figure, y: float, found: Found) -> None:
    """Write a headline with its key figure, what that is of, and what to compare it with."""
    y = _write(figure, y, found.headline, "headline", size=13, weight="bold", color=DARK)
    key = joined(" ", [found.key, found.label])
    y = _write(figure, y, joined("; ", [key, found.yardstick]), "words", size=10, color=DARK)
    chapter = text("Chapter: {title}", title=found.thing.chapter.title)
    _write(figure, y, joined(" ", [found.caveat, chapter]), "words", size=8.5, color=QUIET)


def _write(figure: Figure, y: float, words: str, kind: str, *, size: float, **how: str) -> float:
    """Write words from a height on, and return the height below them."""
    height = LINE * size / 10
    for line in textwrap.wrap(str(words), LETTERS[kind]):
        figure.text(LEFT, y, line.replace("$", r"\$"), size=size, va="top", **how)  # type: ignore[arg-type]  # names of properties
        y -= height * 1.25
    return y
