"""The pages that hold an edition to account: its findings, which rows left and why, and figures in print beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.language import header, term, text
from analysis.publish.spreadsheet import read_csv
from analysis.publish.tables import in_unit
from analysis.site.findings import chapters_with_findings
from analysis.site.layout import grid
from analysis.site.pages import Heading, origin_line
from analysis.site.sitemap import Site, Thing

ACCOUNT = {"reason"}
"""What the columns of an account hold, whatever it counts."""

OTHER_ACCOUNTS = {("leergroei", "tests")}
"""Accounts in another form: chapter and table."""
PRINTED = "published_figures"
NAMED = re.compile(r'\b(?:id|aria-labelledby)="[^"]*"')


def all_findings(site: Site) -> dict[str, Any] | None:
    """Return what the page with every finding shows; None where no chapter found anything."""
    chapters = [*chapters_with_findings(site)]
    headings = [Heading(2, chapter.title, f"findings-{found[0].thing.stem}") for chapter, found in chapters]
    return {"shown": chapters, "headings": headings} if chapters else None


def accounts(site: Site) -> dict[str, Any] | None:
    """Return what the template of the row accounting asks for; None when no chapter published an account."""
    found = [thing for thing in site.things if thing.kind == "table" and _is_account(site, thing)]
    if not found:
        return None
    accounts = [(f"chapter-{thing.stem}-{thing.name}", thing, shown_again(site, thing)) for thing in found]
    headings = [Heading(2, f"{thing.chapter.title}", anchor) for anchor, thing, _ in accounts]
    return {"accounts": accounts, "headings": headings}


def _is_account(site: Site, thing: Thing) -> bool:
    return (thing.stem, thing.name) in OTHER_ACCOUNTS or set(site.sidecar(thing).get("columns", ())) >= ACCOUNT


def shown_again(site: Site, thing: Thing) -> Markup:
    """Return a table as its chapter shows it, and the line to where it comes from; chapters may share its name."""
    own = NAMED.sub(lambda place: place[0].replace("table-", f"table-{thing.stem}-"), site.shown(thing))
    shown = Markup(own)  # noqa: S704 - it left the gate, and its chapter's page shows the same
    return shown + (origin_line(thing.origin, thing.chapter.href) if thing.origin else "")


def printed(site: Site) -> dict[str, Any] | None:
    """Return what the template of the comparison with print asks for; None where there is nothing to compare."""
    thing = next((thing for thing in site.things if (thing.kind, thing.name) == ("table", PRINTED)), None)
    if thing is None:
        return None
    from analysis.closing import near, publication_of  # they bring all that draws along

    figures = read_csv(
        site.folder / thing.note["path"], keep_default_na=False, na_values={"published": "", "computed": ""}
    )
    sources = [
        {"name": str(file), "title": publication_of(rows), "table": _table(str(file), rows)}
        for file, rows in figures.groupby("file", sort=True)
    ]
    return {
        "thing": thing,
        "counts": near(figures),
        "sources": sources,
        "headings": [Heading(2, source["title"], f"print-{source['name']}") for source in sources],
    }


def _table(file: str, rows: pd.DataFrame) -> Markup:
    headers = [
        header("population"),
        header("year"),
        header("place"),
        header("unit"),
        text("Published"),
        text("In this edition"),
        text("Difference"),
        text("Tolerance"),
        text("Put in"),
        text("Within"),
    ]
    return grid(text("Figures of {file}, published and in this edition", file=file), headers, list(_rows(rows)), 4)


def _rows(rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    for row in rows.to_dict("records"):
        numbers = (row["published"], row["computed"], row["computed"] - row["published"], row["tolerance"])
        given, within = (text("yes") if row[column] else text("no") for column in ("given", "within"))
        within = text("cannot be computed") if pd.isna(row["computed"]) else within
        words = [term(str(row[column]), column) for column in ("population", "year", "place", "unit")]
        yield *words, *(in_unit(value, str(row["unit"])) for value in numbers), given, within
