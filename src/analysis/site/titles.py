"""What a chapter's page adds to what the notebook shows: the title of each figure, and where a finding leads to.

A notebook draws its figures before it knows what it found. The title of a figure is the headline of the first finding
that names it; of one that no finding names it is the caption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from analysis.language import Text, joined, text
from analysis.site.findings import Found, findings_of, with_key
from analysis.site.layout import render
from analysis.site.sitemap import Site, Thing

FIGURE = re.compile(r'<figure\b[^>]*\bid="figure-([a-z0-9_]+)"[^>]*>')
FINDING = re.compile(r'<p\b[^>]*\bid="finding-([a-z0-9_]+)".*?</p>', re.DOTALL)

N = re.compile(r"\bn = [^()]*\d[^()]*")
"""What a caption says of on how many its figure rests."""


@dataclass(frozen=True)
class Title:
    """The title of a figure and what stands below it.

    Parameters
    ----------
    headline : What the figure shows: the headline of a finding, else one of its own, else its caption.
    subtitle : Measure and unit, place and years, on how many it rests, and whether it has intervals.
    """

    headline: str
    subtitle: str


def title_of_figure(site: Site, figure: Thing, found: list[Found]) -> Title:
    """Return the title of a figure; `found` is what its chapter found, its answer first."""
    named = [one.headline for one in found if one.figure and one.figure.name == figure.name and one.headline]
    caption = figure.note["caption"]
    own = next(iter(named), "") or figure.note.get("headline", "")
    measure = figure.note.get("subtitle") or (caption if own else "")
    n = figure.note.get("n") or (joined("", N.findall(caption)[:1]) if own and measure != caption else "")
    below = joined(". ", [measure.rstrip("."), _of_figure(site, figure), n, figure.note.get("intervals", "")])
    return Title(str(own or caption), below)


def _of_figure(site: Site, figure: Thing) -> Text:
    """Return the place that a chapter says its figures are of, and the years of what is drawn."""
    places = {"region": site.facts.get("region", ""), "national": text("The Netherlands")}
    return joined(
        ", ",
        [places.get(figure.note.get("place", ""), ""), figure.note.get("years", "")],
    )


def where_and_when(site: Site) -> Text:
    """Return the place and the years of an edition."""
    return joined(", ", [site.facts.get("region", ""), *site.facts.get("school_years", ())])


def on_page(site: Site, stem: str, html: str) -> str:
    """Return the page of a chapter, which opens with its answer, has titles above figures and links below findings."""
    found = findings_of(site, stem)
    figures = {thing.name: title_of_figure(site, thing, found) for thing in site.of(stem, "figure")}
    findings = {one.thing.name: one for one in found}

    def titled(match: re.Match[str]) -> str:
        title = figures.get(match[1])
        return match[0] + (render("title.html.j2", title=title) if title else "")

    def linked(match: re.Match[str]) -> str:
        one = findings.get(match[1])
        return match[0] + (render("leads_to.html.j2", found=one, folder="") if one else "")

    if found:
        answer = render("answer.html.j2", answer=found[0], with_key=with_key(found))
        html = html.replace("</h1>\n", f"</h1>\n{answer}", 1)
    html = html.replace(f'href="../figures/{stem}/', f'href="figures/{stem}-')  # those with their titles
    return Markup(FINDING.sub(linked, FIGURE.sub(titled, html)))  # noqa: S704 - the page, and templates that escaped
