"""Regression tables in the form that journals print, made from the tidy tables that the edition published."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.declare import Regressions
from analysis.disclosure import CROSS
from analysis.language import term, text
from analysis.publish.spreadsheet import read_csv
from analysis.publish.tables import number
from analysis.site.declared import regressions_of
from analysis.site.pages import Heading, origin_line
from analysis.site.sitemap import Site, Thing

TABLE = "estimates"
ALL = ("", "all")
KEYS = ("model", "group", "outcome", "controls", "cluster")
MOST_COLUMNS = 6
ALIKE = 0.6
"""Regressions of which at least this share of terms is the same stand in one table."""


@dataclass(frozen=True)
class ModelColumn:
    """One column of a table: the rows of one model, for one group, outcome and set of controls."""

    name: tuple[str, ...]
    facts: Regressions
    rows: pd.DataFrame

    @property
    def terms(self) -> list[str]:
        """Names of the coefficients, each once."""
        return list(self.rows["label"])


def regressions(site: Site) -> dict[str, Any] | None:
    """Return what the template of the page asks for; None when the edition estimates no regression."""
    chapters: list[dict[str, Any]] = []
    for thing in site.things:
        if (thing.kind, thing.name) == ("table", TABLE) and regressions_of(site.facts, thing.stem):
            tables = [journal_table(group) for group in side_by_side(list(read(site, thing)))]
            if tables:
                chapters.append({"thing": thing, "origin": _origin(thing), "tables": tables})
    headings = [Heading(2, one["thing"].chapter.title, f"regressions-{one['thing'].stem}") for one in chapters]
    return {"estimated": chapters, "headings": headings} if chapters else None


def read(site: Site, thing: Thing) -> Iterator[ModelColumn]:
    """Read the regressions in a published table, in its order."""
    frame = read_csv(site.folder / thing.note["path"], keep_default_na=False, na_values={"estimate": ""}, dtype=str)
    keys = [key for key in KEYS if key in frame]
    for name, rows in frame.groupby(keys, sort=False):
        known = regressions_of(site.facts, thing.stem)
        facts = next((facts for facts in known if re.fullmatch(facts.models, str(name[0]))), None)
        if facts:
            clusters = dict(zip(keys, map(str, name), strict=True)).get("cluster")
            facts = facts._replace(clusters=clusters) if clusters else facts
            yield ModelColumn(tuple(map(str, name)), facts, rows.assign(label=_labels(rows)))


def side_by_side(found: Sequence[ModelColumn]) -> list[list[ModelColumn]]:
    """Group regressions that belong in one table: consecutive ones with one unit and mostly the same terms."""
    groups: list[list[ModelColumn]] = []
    for one in found:
        if groups and len(groups[-1]) < MOST_COLUMNS and _alike(groups[-1], one):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def journal_table(group: Sequence[ModelColumn]) -> dict[str, Any]:
    """Return a table in the form of journals: a column per regression, with an interval below each estimate."""
    labels = list(dict.fromkeys(label for one in group for label in one.terms))
    units = list(dict.fromkeys(unit for one in group for unit in one.rows["unit"]))
    digits = _digits(group)
    cells = [{row["label"]: _cell(row, digits) for row in one.rows.to_dict("records")} for one in group]
    differing = [place for place in range(len(group[0].name)) if len({one.name[place] for one in group}) > 1] or [0]
    same = [_words(part) for place, part in enumerate(group[0].name) if place not in differing and part not in ALL]
    columns = [", ".join(_words(one.name[place]) for place in differing) for one in group]
    return {
        "caption": _caption(", ".join(same or columns), units),
        "columns": columns,
        "rows": [(label, [column.get(label) for column in cells]) for label in labels],
        "foot": list(_foot(group)),
    }


def _caption(same: str, units: Sequence[str]) -> str:
    return text("{models} ({unit})", models=same, unit=_words(units[0])) if len(units) == 1 else same


def _words(code: str) -> str:
    """Return a code of the tidy table as a reader reads it."""
    return term(code).replace("_", " ")


def _alike(group: Sequence[ModelColumn], one: ModelColumn) -> bool:
    """Return whether a regression belongs beside others: of their model or of their outcome, with their terms."""
    together = [*group, one]
    first = group[0]
    same_unit = set(first.rows["unit"]) == set(one.rows["unit"])
    kin = len({each.name[0] for each in together}) == 1 or len({each.name[1:3] for each in together}) == 1
    shared = len(set(first.terms) & set(one.terms)) / min(len(first.terms), len(one.terms))
    return same_unit and kin and shared >= ALIKE


def _labels(rows: pd.DataFrame) -> list[str]:
    """Name each row: by its term, with its factor if there is one, and its unit if these differ."""
    labels = [_words(label) for label in rows["term"]]
    if "factor" in rows:
        factors = map(_words, rows["factor"])
        labels = [f"{factor}: {label}" if factor else label for factor, label in zip(factors, labels, strict=True)]
    if len(set(rows["unit"])) > 1:
        labels = [f"{label} ({_words(unit)})" for label, unit in zip(labels, rows["unit"], strict=True)]
    return labels


def _cell(row: Mapping[Any, Any], digits: int) -> tuple[str, str, str]:
    """Write an estimate, its standard error in brackets, and its interval."""
    values = [row["estimate"], row.get("std_error", ""), row["ci_low"], row["ci_high"]]
    if pd.isna(values[0]) or values[0] == "":
        return CROSS, "", ""
    estimate, error, low, high = (number(float(value), digits) if value not in ("", None) else "" for value in values)
    return estimate, f"({error})" if error else "", f"[{low}; {high}]" if low and high else ""


def _digits(group: Sequence[ModelColumn]) -> int:
    """Return the decimals that give the middle standard error of a table two significant digits."""
    errors = pd.concat([pd.to_numeric(one.rows["std_error"], errors="coerce") for one in group])
    middle = errors[errors > 0].median()
    return 3 if pd.isna(middle) else int(min(max(1 - math.floor(math.log10(middle)), 1), 5))


def _foot(group: Sequence[ModelColumn]) -> Iterator[tuple[str, list[str]]]:
    yield text("Observations"), [_most(one, "n_obs") for one in group]
    yield text("Clusters"), [_most(one, "n_clusters") for one in group]
    yield text("Fixed effects"), [term(one.facts.effects) if one.facts.effects else text("none") for one in group]
    yield text("Errors clustered by"), [term(one.facts.clusters) for one in group]


def _most(one: ModelColumn, column: str) -> str:
    known = pd.to_numeric(one.rows[column], errors="coerce").dropna()
    return number(known.max(), 0) if len(known) else CROSS


def _origin(thing: Thing) -> str:
    return origin_line(thing.origin, thing.chapter.href) if thing.origin else ""
