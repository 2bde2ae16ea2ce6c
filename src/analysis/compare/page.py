"""The comparison of two editions as one self-contained page, in the language of the later edition."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pandas as pd
from markupsafe import Markup

from analysis.compare import wording
from analysis.compare.causes import KINDS
from analysis.compare.charts import PANELS, Panel, panels, small_multiples
from analysis.compare.comparison import COUNTED, Comparison, FindingChange, TableChange
from analysis.compare.editions import PublishedEdition
from analysis.compare.shares import of_estimates, taken
from analysis.language import from_data, speaking, spoken, term, text
from analysis.publish.layout import TEMPLATES as PUBLISHED
from analysis.publish.layout import environment_of

TEMPLATES = Path(__file__).parent / "templates"
# The style of all pages; importing the site would cost a second.
STYLE = PUBLISHED.parents[1] / "site" / "templates" / "style.css"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STRIKING = 40
ROWS = 100
OF_ESTIMATE = ["estimate", "std_error", "ci_low", "ci_high", "p_value", "n_obs", "n_clusters"]
DPI = 150

Grid = dict[str, Any]


def page(comparison: Comparison, command: str) -> str:
    """Return the page of a comparison as HTML, with the command that makes it again."""
    with speaking(str(comparison.after.facts.get("language", "en"))):
        striking = list(_striking(comparison))
        template = environment_of(TEMPLATES).get_template("diff.html.j2")
        return template.render(
            language=spoken(),
            css=Markup(STYLE.read_text("utf8")),  # noqa: S704 - a file of this package
            policy=POLICY,
            comparison=comparison,
            editions=_editions(comparison),
            overview=_overview(comparison),
            striking=striking[:STRIKING],
            quieter=max(len(striking) - STRIKING, 0),
            chapters=[chapter for stem in comparison.stems if (chapter := _chapter(comparison, stem))],
            same=sum(change.state == "same" for change in comparison.tables),
            tolerance=f"{comparison.tolerance:g}",
            command=command,
            text=text,
        )


def _grid(caption: str, headers: Sequence[str], rows: Sequence[Any], first_number: int, **more: object) -> Grid:
    """Build what the template draws as a table; columns from `first_number` on are numbers."""
    return {"caption": caption, "headers": headers, "rows": rows, "numbers": first_number, **more}


def _cut(frame: pd.DataFrame) -> tuple[list[dict[str, Any]], int]:
    """Return the rows that the page has room for, and how many more there are."""
    return cast("list[dict[str, Any]]", frame.head(ROWS).to_dict("records")), max(len(frame) - ROWS, 0)


def _editions(comparison: Comparison) -> Grid:
    sides = (comparison.before, comparison.after)
    rows = [
        (text("Title"), *(edition.facts.get("title", "–") for edition in sides)),
        (text("School years"), *(", ".join(edition.facts.get("school_years", ())) or "–" for edition in sides)),
        (text("Commit"), *(_commit(edition) for edition in sides)),
        (text("Locked libraries"), *(str(edition.manifest.get("lock_sha256") or "–")[:12] for edition in sides)),
        (text("Made"), *(str(edition.manifest.get("finished", "–")) for edition in sides)),
    ]
    return _grid(text("The two editions"), ["", *(edition.name for edition in sides)], rows, 9)


def _commit(edition: PublishedEdition) -> str:
    git = edition.manifest.get("git") or {}
    changes = f" ({text('with changes on top')})" if git.get("dirty") else ""
    return f"{str(git['commit'])[:12]}{changes}" if git.get("commit") else text("not under version control")


def _overview(comparison: Comparison) -> Grid:
    heads = {
        "cells": text("cells"),
        "sign": text("sign changed"),
        "apart": text("intervals apart"),
        "n": text("counts changed"),
        "withheld": text("withheld or no longer"),
        "only before": text("rows only in {edition}", edition=comparison.before.name),
        "only after": text("rows only in {edition}", edition=comparison.after.name),
    }
    rows = [_overview_row(comparison, change) for change in comparison.tables if change.state != "same"]
    headers = [text("Table"), text("Chapter"), text("Because of"), *(heads[name] for name in COUNTED)]
    return _grid(text("Tables that changed"), headers, rows, 3)


def _overview_row(comparison: Comparison, change: TableChange) -> tuple[object, ...]:
    stem, caption = change.table.stem, change.table.caption
    if change.state != "changed":
        edition = comparison.before if change.state == "only before" else comparison.after
        return (caption, stem, text("only in {edition}", edition=edition.name), *([""] * len(COUNTED)))
    because = ", ".join(map(wording.kind_name, change.kinds)) or text("nothing that the manifests tell")
    return (caption, stem, because, *(wording.figure(number) if number else "" for number in change.counts.values()))


def _striking(comparison: Comparison) -> Iterator[dict[str, str]]:
    for row in comparison.striking():
        intervals = {side: wording.interval(row, side) for side in ("before", "after")}
        what = wording.striking({**row, "n_changed": False})
        yield {"stem": row["stem"], "row": wording.label(row["row"]), "unit": row["unit"], "what": what, **intervals}


def _chapter(comparison: Comparison, stem: str) -> dict[str, Any] | None:
    changes, findings = comparison.of(stem, "changed"), [f for f in comparison.findings if f.stem == stem]
    if not changes and not findings:
        return None
    drawn = panels(comparison, stem)
    step = comparison.step(stem)
    grids = [_findings(comparison, findings), _estimates(comparison, stem), _shares(comparison, stem)]
    return {
        "stem": stem,
        "title": step.get("title", stem),
        "causes": _causes(comparison, stem, str(step["notebook"])),
        "figure": _figure(drawn[:PANELS], comparison, stem),
        "undrawn": max(len(drawn) - PANELS, 0),
        "grids": [grid for grid in (*grids, *map(_cells, changes)) if grid["rows"]],
    }


def _causes(comparison: Comparison, stem: str, notebook: str) -> list[tuple[str, list[str]]]:
    causes = comparison.causes.of(stem)
    by_kind = {kind: [wording.reason(cause, notebook) for cause in causes if cause.kind == kind] for kind in KINDS}
    return [(wording.kind_name(kind), reasons) for kind, reasons in by_kind.items() if reasons]


def _figure(shown: Sequence[Panel], comparison: Comparison, stem: str) -> dict[str, Any] | None:
    if not shown:
        return None
    before, after = comparison.before.name, comparison.after.name
    image = BytesIO()
    small_multiples(shown, before, after).savefig(image, format="png", dpi=DPI, metadata={"Software": None})
    alt = text(
        "{n} panels, one per table: the estimates that moved most, in {before} and in {after}, with their intervals. "
        "The numbers are in the tables below.",
        n=len(shown),
        before=before,
        after=after,
    )
    caption = text("{stem}: what moved most, in both editions, with 95% intervals where there are any", stem=stem)
    return {"image": base64.b64encode(image.getvalue()).decode(), "alt": alt, "caption": caption}


def _findings(comparison: Comparison, findings: Sequence[FindingChange]) -> Grid:
    rows = [(one.name.replace("_", " "), _sentence(one.before), _sentence(one.after)) for one in findings]
    caption = text("{stem}: findings that read differently", stem=findings[0].stem) if findings else ""
    return _grid(caption, [text("Finding"), comparison.before.name, comparison.after.name], rows, 3)


def _sentence(finding: Mapping[str, Any] | None) -> str:
    if finding is None:
        return text("(none)")
    sentence = from_data(finding["sentence"])
    return text("{sentence} (n = {n:,})", sentence=sentence, n=int(finding["n"])) if finding.get("n") else sentence


def _estimates(comparison: Comparison, stem: str) -> Grid:
    estimates, more = _cut(comparison.estimates(stem))
    rows = [
        (
            wording.label(row["row"]),
            row["unit"],
            wording.interval(row, "before"),
            wording.interval(row, "after"),
            wording.figure(row["estimate_after"] - row["estimate_before"]),
            f"{wording.figure(row['n_obs_before'])} → {wording.figure(row['n_obs_after'])}",
            wording.striking(row),
        )
        for row in estimates
    ]
    names = (comparison.before.name, comparison.after.name)
    heads = [text("Estimate"), text("Unit"), *names, text("Difference"), "n", text("What stands out")]
    return _grid(text("{stem}: estimates that changed", stem=stem), heads, rows, 2, more=more)


def _shares(comparison: Comparison, stem: str) -> Grid:
    names = taken(comparison.shares)
    estimates = of_estimates(comparison.shares)
    shares, more = _cut(estimates[estimates["stem"] == stem] if len(estimates) else estimates)
    rows = [
        (wording.label(row["row"]), *(wording.figure(row[name]) for name in ("before", *names, "after")))
        for row in shares
    ]
    heads = [text("Estimate"), comparison.before.name, *map(wording.kind_name, names), comparison.after.name]
    caption = text("{stem}: where the change of each estimate comes from", stem=stem)
    return _grid(caption, heads, rows, 1, more=more)


def _cells(change: TableChange) -> Grid:
    assert change.difference is not None
    changed = change.difference.cells
    cells, more = _cut(changed if change.difference.estimates.empty else changed[~changed["column"].isin(OF_ESTIMATE)])
    rows = [
        (
            wording.label(row["row"]),
            term(row["column"]).replace("_", " "),
            wording.change_name(row["change"]),
            wording.cell(row["before"]),
            wording.cell(row["after"]),
        )
        for row in cells
    ]
    heads = [text("Row"), text("Column"), text("What"), text("Before"), text("After")]
    caption, label = text("{table}: cells that changed", table=change.table.caption), change.table
    return _grid(caption, heads, rows, 3, more=more, label=f"{label.stem}/{label.name}")
