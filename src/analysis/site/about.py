"""The page about the edition itself: who publishes it, how to take it along, and who can read it."""

from __future__ import annotations

from typing import Any

from analysis.language import text
from analysis.site.pages import Heading
from analysis.site.sitemap import Site


def about(site: Site) -> dict[str, Any]:  # noqa: ARG001 - as all appendices
    """Return what the template asks for: what was tested of the pages, and what they do not reach."""
    headings = {
        "about-edition": text("About this edition"),
        "all-files": text("All files"),
        "accessibility": text("Accessibility"),
        "tested": text("What was tested"),
        "not-reached": text("What is not reached"),
        "complaints": text("Something you cannot read or use?"),
    }
    levels = [2, 2, 2, 3, 3, 3]
    return {
        "headings": [
            Heading(level, title, name) for level, (name, title) in zip(levels, headings.items(), strict=True)
        ],
        "titles": headings,
        "tested": _tested(),
        "unreached": _unreached(),
    }


def _tested() -> list[str]:
    return [
        text("With axe-core in Chromium, in light and in dark colours: no known error on any page."),
        text("By keyboard: all links and buttons, in the order of the text, and the one in focus shows it."),
        text("On screens of 360 and 320 pixels, which is 400% on one of 1,280: no page scrolls sideways."),
        text("In print on A4: headings of tables on every page, numbers of pages, no tools."),
        text("Without scripts: everything can be read, but tables do not sort and the search does not filter."),
    ]


def _unreached() -> list[str]:
    return [
        text("Nobody who depends on a screen reader, magnifier or voice control has tested these pages."),
        text("The alternative text of a figure does not hold all its numbers: a file beside it does."),
        text("On a telephone the words in a figure are small. A tap opens a drawing (SVG) that can be enlarged."),
        text("Wide tables scroll within their frame; the first column stays."),
        text("Figures have a white background in dark colours too."),
        text("Code, and the documentation of functions on the page of methods, is in English in every edition."),
    ]
