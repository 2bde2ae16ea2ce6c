"""The page with all figures and tables of an edition, each with its files."""

from __future__ import annotations

from typing import Any

from analysis.language import text
from analysis.site.pages import Heading
from analysis.site.sitemap import Site


def published(site: Site) -> dict[str, Any] | None:
    """Return what the template asks for: per chapter its figures and its tables; None where there are none."""
    found = [(chapter, stem, site.of(stem, "figure"), site.of(stem, "table")) for stem, chapter in _stems(site).items()]
    shown = [each for each in found if each[2] or each[3]]
    headings = [Heading(2, chapter.title, f"published-{stem}") for chapter, stem, *_ in shown]
    everything = Heading(2, text("Everything at once"), "everything")
    return {"shown": shown, "headings": [everything, *headings]} if shown else None


def _stems(site: Site) -> dict[str, Any]:
    """Return the page of each chapter that published something, by its stem, in their order."""
    return {thing.stem: thing.chapter for thing in site.things}
