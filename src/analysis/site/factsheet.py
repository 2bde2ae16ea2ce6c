"""The edition on one sheet of paper: title, headlines with their key figures, and where to read on. As a PDF."""

from __future__ import annotations

import textwrap
from base64 import b64decode, b64encode
from io import BytesIO
from typing import TYPE_CHECKING

from analysis.language import joined, text
from analysis.run.reuse import kept
from analysis.site.findings import Found, headlines
from analysis.site.sitemap import Site
from analysis.site.titled import DARK, QUIET, source
from analysis.site.titles import where_and_when

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "factsheet.pdf"
A4 = (8.27, 11.69)
LEFT, TOP, FOOT = 0.09, 0.94, 0.05
LINE = 0.0155
"""Of the height of the sheet, for letters of ten points."""
LETTERS = {20: 44, 13: 66, 11: 80, 10: 92, 8.5: 112, 8: 118}
"""Letters of a line, by their size in points."""
LEADING = 1.2
ACCENT = "#12355b"


def factsheet(site: Site) -> bytes | None:
    """Return the sheet as PDF; None where the edition has no headline."""
    leading = headlines(site)
    if not leading:
        return None
    said = [[str(words) for words, *_ in _lines(found)] for found in leading]
    sheet = kept("analysis.site.factsheet.factsheet", said, lambda: b64encode(_drawn(site, leading)).decode())
    return b64decode(sheet)


def _drawn(site: Site, leading: list[Found]) -> bytes:
    from matplotlib.figure import Figure

    from analysis.publish.figures import style

    with style():
        figure = Figure(figsize=A4)
        y = _write(figure, TOP, site.facts["title"], size=20, weight="bold", color=ACCENT)
        y = _write(figure, y, where_and_when(site), size=11, color=QUIET) - LINE
        between = (y - FOOT - LINE - sum(map(_height, leading))) / len(leading)
        for found in leading:
            y = _entry(figure, y, found) - min(between, 2 * LINE)
        publisher = site.facts.get("publisher", "")
        made_up = text("SYNTHETIC DATA") if site.facts.get("synthetic") else ""
        _write(figure, FOOT, joined(". ", [source(site), made_up, publisher]), size=8, color=QUIET)
        file = BytesIO()
        figure.savefig(file, format="pdf", metadata={"CreationDate": None, "Title": str(site.facts["title"])})
    return file.getvalue()


def _lines(found: Found) -> list[tuple[str, float, dict[str, str]]]:
    """Return a headline, its key figure with what to compare it with, and how it may not be read: words, size, look."""
    key = joined("; ", [joined(" ", [found.key, found.label]), found.yardstick])
    given = [
        (str(found.headline), 13, {"weight": "bold", "color": DARK}),
        (str(key), 10, {"color": DARK}),
        (str(found.caveat), 8.5, {"color": QUIET}),
    ]
    return [one for one in given if one[0]]


def _entry(figure: Figure, y: float, found: Found) -> float:
    for words, size, look in _lines(found):
        y = _write(figure, y, words, size=size, **look)
    return y


def _height(found: Found) -> float:
    return sum(
        len(textwrap.wrap(words, LETTERS[size])) * LEADING * LINE * size / 10 for words, size, _ in _lines(found)
    )


def _write(figure: Figure, y: float, words: str, *, size: float, **how: str) -> float:
    """Write words from a height on, and return the height below them."""
    for line in textwrap.wrap(str(words), LETTERS[size]):
        figure.text(LEFT, y, line.replace("$", r"\$"), size=size, va="top", **how)  # type: ignore[arg-type]  # names of properties
        y -= LEADING * LINE * size / 10
    return y
