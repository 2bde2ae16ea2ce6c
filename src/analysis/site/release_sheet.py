"""The release sheet: everything published, rule by rule, for the output checker who signs before it leaves."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from markupsafe import Markup

from analysis.disclosure import DOMINATED, profile
from analysis.disclosure.verdicts import ALWAYS
from analysis.language import from_data, header, text
from analysis.publish.spreadsheet import harmless
from analysis.site.layout import grid
from analysis.site.pages import Heading
from analysis.site.sitemap import Site, Thing

COLUMNS = (
    *("chapter", "kind", "name", "title", "rule", "column", "verdict", "limit", "smallest", "cells", "reason"),
    *("file", "sha256"),
)
Rule = Mapping[str, Any]


def release(site: Site) -> dict[str, Any]:
    """Return what the template of the release sheet asks for."""
    by_chapter = {chapter: [thing for thing in site.things if thing.chapter == chapter] for chapter in site.chapters}
    published = {chapter: things for chapter, things in by_chapter.items() if things}
    return {
        "tables": [
            (f"release-{things[0].stem}", chapter, _table(chapter.title, things))
            for chapter, things in published.items()
        ],
        "rules": list(_meanings().items()),
        "rule": profile(site.facts.get("disclosure", "default")).rule,
        "profile": site.facts.get("disclosure", "default"),
        "count": len(site.things),
        "withheld": sum(_withheld(thing) for thing in site.things),
        "whole": site.withheld,
        "uncounted": [thing for thing in site.things if _rule(thing, "nobody")],
        "headings": [
            Heading(2, text("What to look at"), "release-attention"),
            *(Heading(2, chapter.title, f"release-{things[0].stem}") for chapter, things in published.items()),
            Heading(2, text("The rules"), "release-rules"),
            Heading(2, text("Decision"), "release-decision"),
        ],
    }


def release_csv(site: Site) -> str:
    """Return the release sheet as CSV: one row per published object and rule, and one per file with its digest."""
    written = StringIO()
    rows = csv.DictWriter(written, COLUMNS, lineterminator="\n", restval="")
    rows.writeheader()
    for thing in site.things:
        about = {"chapter": thing.stem, "kind": thing.kind, "name": thing.name, "title": harmless(title_of(thing))}
        rows.writerows(
            {**about, **_kept(rule), "reason": harmless(reason(rule))} for rule in thing.note.get("rules", ())
        )
        files = thing.note.get("files", {})
        rows.writerows({**about, "rule": "file", "file": path, "sha256": digest} for path, digest in files.items())
    for thing in site.withheld:
        about = {"chapter": thing.stem, "kind": thing.kind, "name": thing.name, "title": title_of(thing)}
        rows.writerow({**about, "rule": "whole", "verdict": "suppressed", "reason": thing.note["withheld"]})
    return written.getvalue()


def title_of(thing: Thing) -> str:
    """Return the caption or sentence of something published."""
    return str(thing.note.get("caption") or from_data(thing.note.get("sentence")) or thing.name)


def reason(rule: Rule) -> str:
    """Say in words why a rule was passed, or what it withheld."""
    if rule["rule"] == "smallest":
        if rule.get("cells"):
            return text("{cells:,} withheld: fewer than {limit}", cells=rule["cells"], limit=rule["limit"])
        if rule.get("smallest") is None:
            return text("nothing to tell")
        return text("fewest {smallest:,}, at least {limit}", smallest=rule["smallest"], limit=rule["limit"])
    if rule["rule"] == "rounding":
        return text("multiples of {base}", base=rule["limit"]) if rule["limit"] > 1 else text("not rounded")
    if rule.get("cells"):
        return text("{cells:,} withheld", cells=rule["cells"])
    return _verdict(str(rule["verdict"]))


def _meanings() -> dict[str, str]:
    """Return what every rule of the sheet asks, in the order of its columns."""
    return {
        text("Names"): text("No column, value, word or file name names a school, a board, a person or an address."),
        text("Words"): text("Numbers of persons in captions, sentences and pictures are rounded as in the tables."),
        text("Extremes"): text("No highest or lowest value; no quantile with too few beyond it."),
        text("Picture"): text(
            "A figure shows the numbers of the data beside it and no others; its file holds no notes."
        ),
        text("Fewest"): text("The smallest number that each counting column tells, and what it must be at least."),
        text("Rounding"): text("What numbers of persons are rounded to."),
        text("Other cells"): text("Withheld because it rests on a withheld cell, or would give one away."),
        text("Other tables"): text(
            "Beside other tables of this edition, and of earlier ones about the same persons, it gives nothing away."
        ),
        text("Dominance"): text("Withheld because one or two contributors make up most of it."),
        text("Verdict"): text("Passed, or the number of cells that are withheld."),
    }


def _table(caption: str, things: Sequence[Thing]) -> Markup:
    headers = [text("Published"), text("Names, words, extremes"), *list(_meanings())[len(ALWAYS) :]]
    return grid(caption, headers, [list(_row(thing)) for thing in things])


def _row(thing: Thing) -> Iterator[object]:
    yield Markup('<a href="{0}">{1}</a>').format(thing.href, title_of(thing))
    yield _of(thing, ALWAYS[0])  # one verdict: a breach of any would have refused the publication
    yield _of(thing, "picture")
    nobody = _rule(thing, "nobody")
    fewest = [f"{header(str(rule['column']))}: {reason(rule)}" for rule in _rules(thing) if rule["rule"] == "smallest"]
    yield text("counts nobody, as its chapter declares") if nobody else "; ".join(fewest)
    for code in ("rounding", "others", "differencing", DOMINATED):
        yield _of(thing, code)
    withheld = _withheld(thing)
    yield text("{cells:,} withheld", cells=withheld) if withheld else text("passed")


def _of(thing: Thing, code: str) -> str:
    rule = _rule(thing, code)
    return reason(rule) if rule else text("does not apply")


def _rule(thing: Thing, code: str) -> Rule | None:
    return next((rule for rule in _rules(thing) if rule["rule"] == code), None)


def _rules(thing: Thing) -> Sequence[Rule]:
    rules: Sequence[Rule] = thing.note.get("rules", ())
    return rules


def _withheld(thing: Thing) -> int:
    return int(thing.note.get("suppressed", 0))


def _kept(rule: Rule) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key in COLUMNS}


def _verdict(code: str) -> str:
    known = {
        "passed": text("passed"),
        "suppressed": text("withheld"),
        "not applicable": text("does not apply"),
        "declared": text("declared by the chapter"),
        "off": text("not rounded"),
    }
    return known.get(code, code)
