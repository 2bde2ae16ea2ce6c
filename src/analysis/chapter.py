"""What a notebook works with: its tables in, its tables, figures and findings out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from analysis.codes import Codes
from analysis.data import tables
from analysis.data.names import remembered
from analysis.disclosure import NOTHING_DECLARED, Counts, Linked
from analysis.disclosure.accounting import UNITS, fold_small_steps, withhold_small_total
from analysis.disclosure.rules.names import named_in, places_in
from analysis.errors import InputError
from analysis.language import SOURCE, as_data, from_data, joined, speak, spoken, text, translated
from analysis.publish import findings
from analysis.publish.declared import NOTHING_FOUND, Declared, read_chapter, refuse_undeclared
from analysis.publish.exhibits import Exhibits
from analysis.publish.published import Published, finding_html, notice
from analysis.publish.release import Release
from analysis.publish.tables import EACH
from analysis.publish.tested import with_tests
from analysis.run.workspace import Workspace, open_workspace
from analysis.variables import CHAPTERS

ACCOUNT_SHOWN = ("step", "reason", "pupils_in", "pupils_out", "pupils_kept", "rows_out", "schools_out", "schools_kept")

PRINTED_FREE = ("published", "computed", "rounding", "tolerance", "total", "within")
PRINTED_DIGITS = dict.fromkeys(("published", "computed", "tolerance"), EACH)
WITHHELD = "withheld"
"""Column of findings that are passed on: why one is not shown; empty for those that are."""

NOTHING_SHOWN = Exhibits()
HEADING = Markup('<h2 id="findings-{stem}">{words}</h2>')
NOTHING = Markup('<p data-published="none">{}</p>')
AS_FILE = Markup(
    '<p id="table-{name}" data-published="table">{words}: <a href="../tables/{stem}/{name}.csv" download>CSV'
    '<span class="unseen">: {words}</span></a> <a href="../tables/{stem}/{name}.xlsx" download>XLSX'
    '<span class="unseen">: {words}</span></a></p>'
)


class Chapter(Release):
    """One notebook's door to the rest: loads and writes internal tables, and publishes through the gate."""

    def __init__(
        self, workspace: Workspace, exhibits: Exhibits = NOTHING_SHOWN, declared: Declared = NOTHING_FOUND
    ) -> None:
        super().__init__(workspace, declared)
        self.exhibits = exhibits
        self._said: dict[str, Any] = {}

    @property
    def codes(self) -> Codes:
        """What codes in this edition's data mean."""
        return Codes.model_validate_json(json.dumps(self.workspace.facts.get("codes", {})))

    def say(self, **values: Any) -> None:  # noqa: ANN401 - whatever a text asks for
        """Give values once that the words of several exhibits ask for by name; see `show`."""
        self._said.update(values)

    def gate(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Return what of `frame` may be published, by what is declared of the frame `name`; see `Release.gated`."""
        return frame if frame.empty and self.lacking else self.gated(frame, **self.exhibits.frame(name, frame))

    def show(
        self,
        name: str,
        frame: pd.DataFrame,
        chart: Callable[..., Figure] | None = None,
        *args: Any,  # noqa: ANN401 - whatever a chart takes
        named: str = "",
        **values: Any,  # noqa: ANN401 - whatever a chart takes or a text asks for
    ) -> Published:
        """Publish a table or figure with the words that are declared of it in ``exhibits.yml``.

        Parameters
        ----------
        name : As declared, below ``figures`` when there is a chart and else below ``tables`` or ``files``.
        frame : One row per published row.
        chart, *args : Draws the figure: of the rows that may be shown, and `args`.
        named : Under which name it is published, where several are alike.
        **values
            What the words ask for by name: a value, or for the alternative text a function of the rows that are drawn.
            What names a key of the declaration stands in its place; the rest, and what the chart names, it is given.
        """
        kind = "figures" if chart else "files" if name in self.exhibits.files else "tables"
        if frame.empty and self.lacking:
            return self._shown(kind.removesuffix("s"), name, NOTHING.format(text("Left out: see above.")))
        exhibit = self.exhibits.of(kind, name)
        rests = exhibit.resting(frame, f"{kind}: {name}") if "counts" not in values else exhibit.rests
        asked = {key: value for key, value in {**self._said, **values}.items() if key in exhibit.fields}
        for field in sorted(exhibit.fields - asked.keys()):
            where = f"{self.workspace.stem}/exhibits.yml: {kind}.{name}"
            raise InputError(where, f"{{{field}}} has no value", hint=f"chapter.show({name!r}, ..., {field}=...)")
        if chart:
            args = (*exhibit.filled_in("axis").values(), *args)
        taken = [*signature(chart).parameters][1 + len(args) :] if chart else []
        given = {key: value for key, value in values.items() if key not in asked or key in taken}
        if chart:
            words = {**exhibit.filled_in("caption", "nothing", **asked), "alt": exhibit.alternative(asked)}
            return self.figure(named or name, chart, *args, data=frame, **{**words, **rests, **exhibit.how, **given})
        how = {**exhibit.filled_in("caption", "note", "nothing", **asked), **rests}
        if kind == "files":
            return self.file(named or name, frame, **{**how, **given})
        absent = exhibit.laid_out.difference(frame) if self.lacking else ()
        return self.table(named or name, frame, **{**how, **exhibit.layout(absent), **given})

    def load(self, name: str) -> pd.DataFrame:
        """Return the internal table `name`; the names in it are noted, for no text may hold one."""
        frame = self._gate.loaded.add(name, tables.load(self.workspace, name))
        self._note_names([*named_in([(name, frame)])], [*places_in([(name, frame)])])
        return frame

    def find(self, name: str) -> pd.DataFrame:
        """Return the internal table `name`; where this edition does not make it, one without columns."""
        return self.load(name) if self.has(name) else pd.DataFrame()

    def columns(self, name: str) -> frozenset[str]:
        """Return the columns of the internal table `name`; none where this edition does not make it."""
        return tables.columns(self.workspace, name) if self.has(name) else frozenset()

    @property
    def lacking(self) -> list[str]:
        """What is left out because the data lack columns, as the chapter declares."""
        optional: Mapping[str, Mapping[str, Mapping[str, str]]] = self.workspace.facts.get("optional", {})
        lost = [
            what
            for table, uses in optional.get(self.workspace.stem, {}).items()
            for column, what in uses.items()
            if column not in self.columns(table)
        ]
        return [*dict.fromkeys(lost)]

    def left_out(self) -> Published | None:
        """Say in one sentence what is left out because the data lack columns, as the chapter declares; or nothing."""
        if not self.lacking:
            return None
        parts = joined("; ", map(translated, self.lacking))
        words = text("The data of this edition do not have everything. Left out for that reason: {parts}.", parts=parts)
        return self.note("left_out", words)

    def note(self, name: str, words: str) -> Published:
        """Say something of the page itself: what the data are, and not what they tell of anybody."""
        return self._shown("note", name, NOTHING.format(words))

    def unknown(self, missing: pd.DataFrame) -> Published | None:
        """Publish how many rows lack a value, as `stats.complete.count_missing` counts; nothing where none does."""
        if missing.empty:
            return None
        caption = text("What is not known of some: the models that use it go on without them")
        return self.table("unknown", missing, caption=caption, counts=("n_known", "n_unknown"))

    def has(self, name: str) -> bool:
        """Return whether this edition makes the internal table `name`."""
        return self.workspace.has(name)

    def save(self, name: str, frame: pd.DataFrame) -> None:
        """Write the internal table `name` for later notebooks; it is never published.

        Findings go as data, and without the sentences that this chapter may not show: a later one could not know that.
        """
        self.holds(name, frame)
        tables.save(self.workspace, name, self._cleared(frame) if "sentence" in frame else frame)

    def holds(self, name: str, frame: pd.DataFrame) -> None:
        """Note that this chapter has made rows of persons or schools: none of their values may be published."""
        self._gate.loaded.add(name, frame)

    def inputs(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Note for the manifest which source files were read, with their hashes."""
        for record in records:
            self.workspace.record("input", **record)
        self._note_names(**remembered())

    def _note_names(self, names: Sequence[str], places: Sequence[str]) -> None:
        if names:
            self.workspace.record("names", names=names, places=places)

    def account(self, name: str, accounting: pd.DataFrame, *, caption: str) -> Published:
        """Publish an account of what leaves the analysis; steps that lose too few persons are shown together.

        Rows are counted as persons are: where a row is a pupil their number is that of the pupils.
        """
        smallest = dict.fromkeys(("rows", "pupils", "pupils4"), self.profile.min_count)
        smallest["schools"] = self.profile.min_schools
        folded = withhold_small_total(fold_small_steps(accounting, smallest), smallest)
        return self.table(name, folded, caption=caption, counts=_counted(folded), shown=ACCOUNT_SHOWN, withheld=True)

    def accounts(self, name: str, accounting: pd.DataFrame, *, by: str, caption: str) -> Published:
        """Publish several accounts in one table: those of the values of the column `by`, as `account` does each."""
        smallest = {"pupils": self.profile.min_count, "schools": self.profile.min_schools}
        parts = [
            _folded(rows.drop(columns=by), smallest).assign(**{by: value})
            for value, rows in accounting.groupby(by, sort=False)
        ]
        folded = pd.concat(parts, ignore_index=True)
        shown = [by, *(column for column in ACCOUNT_SHOWN if column in folded)]
        return self.table(name, folded, caption=caption, counts=_counted(folded), shown=shown, withheld=True)

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
            "Figures in print and in this world: {near_figures} of {figures} within their tolerance",
            near_figures=int(figures["within"].sum()),
            figures=len(figures),
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
        )
        missed = self.table(
            "published_missed",
            figures[~figures["within"]].reset_index(drop=True),
            caption=text("{caption}; those outside it, and why", caption=caption),
            counts=(),
            free=PRINTED_FREE,
            shown=["figure_id", "published", "computed", "tolerance", "note"],
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
                caption=f"{rows['source'].iloc[0].rpartition(', ')[0]} ({file})",
                counts=(),
                free=PRINTED_FREE,
                shown=["figure_id", "place", "unit", "published", "computed", "tolerance", "within"],
                digits=PRINTED_DIGITS,
            ).html

    def file(
        self, name: str, frame: pd.DataFrame, *, caption: str, counts: Counts, linked: Linked = NOTHING_DECLARED
    ) -> Published:
        """Publish a table that is too long for a page: the page links to it, or says that it is withheld.

        Parameters
        ----------
        name, frame, caption, counts, linked : As of `Release.table`.
        """
        published = self.table(name, frame, caption=caption, counts=counts, linked=linked)
        if published.withheld:
            return published
        words = text("{caption}, {rows:,} rows in one file", caption=caption, rows=len(frame))
        return self._shown("table", name, AS_FILE.format(name=name, stem=self.workspace.stem, words=words))

    def conclude(self, by_finding: pd.DataFrame, estimates: pd.DataFrame | None = None) -> Published:
        """Publish the findings of this chapter, and pass them on to the summary.

        Parameters
        ----------
        by_finding : ``name, sentence, n, unit``, one row per finding.
        estimates
            The rows that hold the p-values of those that ``findings.yml`` declares as tests; none where the findings
            have their own.
        """
        refuse_undeclared(by_finding["name"], self.declared, self.workspace.stem)
        findings.refuse_forgotten(by_finding)
        by_finding = with_tests(by_finding, estimates, self.declared)
        self.save(f"{self.workspace.stem}_findings", by_finding)
        return self.findings(by_finding)

    def findings(self, by_finding: pd.DataFrame) -> Published:
        """Publish findings: ``name, sentence, n, unit``, one per row; of one that is withheld, the reason."""
        shown = [
            self._withheld("finding", row["name"], "", row[WITHHELD])
            if row.get(WITHHELD)
            else self.finding(row["name"], row["sentence"], n=int(row["n"]), unit=row["unit"])
            for row in by_finding.to_dict("records")
        ]
        if not shown:
            return self._shown("finding", self.workspace.stem, NOTHING.format(text("No finding can be shown.")))
        return self._shown("finding", self.workspace.stem, "".join(finding.html for finding in shown))

    def _cleared(self, by_finding: pd.DataFrame) -> pd.DataFrame:
        """Put the reason why a finding is withheld in place of its sentence."""
        reasons = [
            self._reason(row["name"], row["sentence"], int(row["n"]), row["unit"])
            for row in by_finding.to_dict("records")
        ]
        why = pd.Series(reasons, index=by_finding.index, dtype=str)
        sentences = by_finding["sentence"].where(why == "", "").map(lambda words: json.dumps(as_data(words)))
        return by_finding.assign(sentence=sentences, **{WITHHELD: why})

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


def _counted(account: pd.DataFrame) -> list[str]:
    return [str(column) for column in account if str(column).startswith(UNITS)]


def _absent(stem: str, heading: Mapping[str, str], lacks: Sequence[str]) -> str:
    words = text("This chapter is not in this edition: its data have no {lacks}.", lacks=joined(", ", lacks))
    return f"{HEADING.format(stem=stem, words=heading[spoken()])}{NOTHING.format(words)}"


def _real_edition() -> str:
    return NOTHING.format(text("This edition holds real data: there is no world to compare with print."))


def _folded(account: pd.DataFrame, smallest: Mapping[str, int]) -> pd.DataFrame:
    """Fold an account that counts pupils and schools alone; folding wants every unit."""
    absent = {f"{unit}_{side}": 0 for unit in UNITS for side in ("in", "out", "kept")}
    whole = account.assign(**{name: zero for name, zero in absent.items() if name not in account})
    folded = withhold_small_total(fold_small_steps(whole, smallest), smallest)
    return folded[[*account.columns, *folded.columns.intersection(["suppressed"])]]


def open_chapter(stem: str, edition: str) -> Chapter:
    """Open the chapter `stem` of an edition: in a run where the runner says, alone on what the last run left."""
    workspace = open_workspace(stem, edition)
    speak(workspace.facts.get("language", SOURCE))
    return Chapter(workspace, *read_chapter(CHAPTERS / stem))
