"""What the last pages show of all chapters: findings, tests, the figures in print and the truth of a made-up world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.door import NOTHING, WITHHELD, Door
from analysis.language import from_data, joined, spoken, term, text
from analysis.publish import findings
from analysis.publish.published import Published, finding_html, notice
from analysis.publish.tables import EACH

PRINTED_FREE = ("published", "computed", "rounding", "tolerance", "total", "given", "within")
PRINTED_SHOWN = ("population", "year", "place", "unit", "published", "computed", "tolerance", "given", "within")
PRINTED_DIGITS = dict.fromkeys(("published", "computed", "tolerance"), EACH)
HEADING = Markup('<h2 id="findings-{stem}">{words}</h2>')
AS_FILE = Markup(
    '<p id="table-{name}" data-published="table">{words}: <a href="../tables/{stem}/{name}.csv" download>CSV'
    '<span class="unseen">: {words}</span></a> <a href="../tables/{stem}/{name}.xlsx" download>XLSX'
    '<span class="unseen">: {words}</span></a></p>'
)


class Closing(Door):
    """Repeats what chapters found, and compares a made-up world with what is published."""

    def truth(self, truth: pd.DataFrame) -> Published:
        """Show the numbers that generated a synthetic world: ``parameter, value``; real data have none."""
        if truth.empty:
            return self._shown("table", "truth", _real_edition())
        return self.table(
            "truth", truth, caption=text("Every number that generated this world"), counts=(), free=["value"]
        )

    def published_figures(self) -> Published:
        """Show the published figures beside those of this world; an edition of real data has none to compare."""
        made = [name for name in self.workspace.facts.get("tables", {}) if self._holds_published(name)]
        if not made:
            return self._shown("table", "published_figures", _real_edition())
        figures = self.load(made[0])
        caption = text(
            "Published figures and this world: within their tolerance {given_near_figures} of {given_figures} that were"
            " put into it, and {other_near_figures} of {other_figures} that result from it",
            **near(figures),
        )
        undefined = int(figures["computed"].isna().sum())
        if undefined:
            few = text("{no_figures} cannot be computed in so small a world", no_figures=undefined)
            caption = joined("; ", [caption, few])
        self.table(
            "published_figures",
            figures,
            caption=text("{caption}, all in one file", caption=caption),
            counts=(),
            free=PRINTED_FREE,
            shown=PRINTED_SHOWN,
        )
        missed = self.table(
            "published_missed",
            figures[~figures["within"]].reset_index(drop=True),
            caption=text("{caption}; those outside it, and why", caption=caption),
            counts=(),
            free=PRINTED_FREE,
            shown=["population", "year", "unit", "published", "computed", "tolerance", "note"],
            digits=PRINTED_DIGITS,
        )
        # The whole comparison is too long for a page: it is shown per publication, and as one file.
        # As plain text: markup that knows of itself would escape what stands before it.
        whole = AS_FILE.format(
            name="published_figures", stem=self.workspace.stem, words=text("All figures in one file")
        )
        return self._shown("table", "published", missed.html + str(whole) + "".join(self._printed(figures)))

    def _holds_published(self, table: str) -> bool:
        return table.startswith("published_") and self.has(table)

    def _printed(self, figures: pd.DataFrame) -> Iterator[str]:
        for file, rows in figures.groupby("file", sort=True):
            yield self.table(
                f"published_{str(file).replace('-', '_').lower()}",
                rows.reset_index(drop=True),
                caption=joined(" ", [publication_of(rows), f"({file})"]),
                counts=(),
                free=PRINTED_FREE,
                shown=PRINTED_SHOWN,
                digits=PRINTED_DIGITS,
            ).html

    def findings_of(self, stem: str) -> Published:
        """Show the findings that the chapter `stem` has published; where the edition leaves it out, say so."""
        if not self.has(f"{stem}_findings"):
            return self._shown("finding", stem, NOTHING.format(text("This edition has no such chapter.")))
        parts = [self._repeated(stem, row) for row in self.load(f"{stem}_findings").to_dict("records")]
        return self._shown("finding", stem, "".join(parts) or NOTHING.format(text("No finding can be shown.")))

    def _repeated(self, stem: str, row: Mapping[Any, Any]) -> str:
        name = f"{stem}_{row['name']}"  # two chapters may share a name
        if row.get(WITHHELD):
            return notice("finding", name, "", row[WITHHELD])
        sentence = from_data(json.loads(row["sentence"]))
        return finding_html(name, sentence, self.rounded(int(row["n"]), unit=row["unit"]), row["unit"])

    def all_findings(self) -> Published:
        """Publish the findings of every chapter of the edition, each below its heading."""
        headings: Mapping[str, Mapping[str, str]] = self.workspace.facts.get("findings", {})
        parts = [
            f"{HEADING.format(stem=stem, words=words[spoken()])}{self.findings_of(stem).html}"
            for stem, words in headings.items()
        ]
        absent = self.workspace.facts.get("absent", {})
        parts += [_absent(stem, **each) for stem, each in absent.items() if each["heading"]]
        return self._shown("finding", self.workspace.stem, "".join(parts))

    def tests_made(self) -> Published:
        """Publish how many findings the edition makes, how many are tests, and how many chance would give."""
        stems = self.workspace.facts.get("findings", {})
        tables = [self.load(f"{stem}_findings").assign(chapter=stem) for stem in stems if self.has(f"{stem}_findings")]
        if not tables:
            return self._shown("table", "tests", NOTHING.format(text("This edition has no such chapter.")))
        by_finding = pd.concat(tables, ignore_index=True)
        by_finding = by_finding[by_finding[WITHHELD] == ""].reset_index(drop=True)
        counted = findings.count(by_finding)
        tested = by_finding.dropna(subset=["p_value"]) if "p_value" in by_finding else by_finding.iloc[:0]
        if len(tested):
            self.table(
                "tested",
                tested[["chapter", "name", "family", "p_value", "p_corrected"]].reset_index(drop=True),
                caption=text("Every finding that is a test, with its p-value and that corrected within its family"),
                counts=(),
                digits={"p_value": 3, "p_corrected": 3},
            )
        return self.table("tests", counted, caption=findings.in_words(counted), counts=(), digits={"by_chance": 1})


def near(figures: pd.DataFrame) -> dict[str, int]:
    """Count the figures of a comparison, and those within their tolerance, by whether the world was given them."""
    given, within = figures["given"], figures["within"]
    return {
        "given_near_figures": int((within & given).sum()),
        "given_figures": int(given.sum()),
        "other_near_figures": int((within & ~given).sum()),
        "other_figures": int((~given).sum()),
    }


def publication_of(figures: pd.DataFrame) -> str:
    """Return the title of the publication that these figures were taken from: its ``source`` without the place."""
    first = figures.iloc[0]
    return term(str(first["source"]).removesuffix(f", {first['place']}"))


def _absent(stem: str, heading: Mapping[str, str], lacks: Sequence[str]) -> str:
    words = text("This chapter is not in this edition: its data have no {lacks}.", lacks=joined(", ", lacks))
    return f"{HEADING.format(stem=stem, words=heading[spoken()])}{NOTHING.format(words)}"


def _real_edition() -> str:
    return NOTHING.format(text("This edition holds real data: there is no world to compare with print."))
