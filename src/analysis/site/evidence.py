"""The pages that hold an edition to account: which rows left and why, and how it compares with published figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.language import term, text
from analysis.publish.spreadsheet import read_csv
from analysis.publish.tables import significant
from analysis.site.layout import grid
from analysis.site.pages import Heading, origin_line
from analysis.site.sitemap import Site, Thing

ACCOUNT = {"reason"}
"""What the columns of an account hold, whatever it counts."""

OTHER_ACCOUNTS = {("leergroei", "tests")}
"""Accounts in another form: chapter and table."""
PRINTED = "published_figures"


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
    """Return a table as its chapter shows it, and the line to where it comes from."""
    shown = Markup(site.shown(thing))  # noqa: S704 - it left the gate, and its chapter's page shows the same
    return shown + (origin_line(thing.origin, thing.chapter.href) if thing.origin else "")


def printed(site: Site) -> dict[str, Any] | None:
    """Return what the template of the comparison with print asks for; None where there is nothing to compare."""
    thing = next((thing for thing in site.things if (thing.kind, thing.name) == ("table", PRINTED)), None)
    if thing is None:
        return None
    figures = read_csv(
        site.folder / thing.note["path"], keep_default_na=False, na_values={"published": "", "computed": ""}
    )
    sources = [
        {"name": str(file), "title": str(rows["source"].iloc[0]).rpartition(", ")[0], "table": _table(str(file), rows)}
        for file, rows in figures.groupby("file", sort=True)
    ]
    return {
        "thing": thing,
        "within": int(figures["within"].sum()),
        "total": len(figures),
        "sources": sources,
        "headings": [Heading(2, source["title"], f"print-{source['name']}") for source in sources],
    }


def _table(file: str, rows: pd.DataFrame) -> Markup:
    headers = [
        text("Figure in print"),
        text("Place"),
        text("Unit"),
        text("In print"),
        text("In this edition"),
        text("Difference"),
        text("Tolerance"),
        text("Within"),
    ]
    return grid(text("Figures of {file} in print and in this edition", file=file), headers, list(_rows(rows)), 3)


def _rows(rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    for row in rows.to_dict("records"):
        numbers = (row["published"], row["computed"], row["computed"] - row["published"], row["tolerance"])
        within = text("yes") if row["within"] else text("no")
        within = text("cannot be computed") if pd.isna(row["computed"]) else within
        yield row["figure_id"], term(str(row["place"])), term(str(row["unit"])), *map(significant, numbers), within
