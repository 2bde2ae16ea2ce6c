"""What a notebook works with: its tables in, its tables, figures and findings out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from inspect import signature
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.closing import AS_FILE, Closing
from analysis.codes import codes_of
from analysis.disclosure import NOTHING_DECLARED, Counts, Linked
from analysis.disclosure.accounting import UNITS, fold_small_steps, withhold_small_total
from analysis.door import NOTHING, WITHHELD
from analysis.errors import InputError
from analysis.language import SOURCE, name_codes, speak, text
from analysis.publish import findings, forms
from analysis.publish.declared import NOTHING_FOUND, Declared, read_chapter, refuse_undeclared
from analysis.publish.drawn_years import years_in, years_of
from analysis.publish.exhibits import Exhibits
from analysis.publish.published import Published
from analysis.publish.tested import with_tests
from analysis.run.workspace import Workspace, open_workspace
from analysis.variables import CHAPTERS

ACCOUNT_SHOWN = ("step", "reason", "pupils_in", "pupils_out", "pupils_kept", "rows_out", "schools_out", "schools_kept")

NOTHING_SHOWN = Exhibits()


class Chapter(Closing):
    """One notebook's door to the rest: loads and writes internal tables, and publishes through the gate."""

    def __init__(
        self, workspace: Workspace, exhibits: Exhibits = NOTHING_SHOWN, declared: Declared = NOTHING_FOUND
    ) -> None:
        super().__init__(workspace, declared)
        name_codes(codes_of(workspace.facts).words())
        self.exhibits = exhibits
        self.place = exhibits.place
        self._said: dict[str, Any] = {}

    @property
    def years(self) -> str:
        """School years of the edition, with commas."""
        return ", ".join(self.workspace.facts["school_years"])

    def rests_on(self, data: pd.DataFrame | str) -> None:
        """Let figures whose rows and captions name no year say those of the data that they rest on.

        Parameters
        ----------
        data : A frame with any of the columns `analysis.publish.drawn_years.COLUMNS`, or words that name the years.
        """
        self.rests_on_years = years_in(data) if isinstance(data, str) else years_of(data)

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
            What the words ask for by name: a value, or for alternative text and headline a function of the rows drawn.
            What names a key of the declaration stands in its place; the rest, and what the chart names, it is given.
            What is ``{said}`` of a chart that is `forms.estimates` follows from its rows where no value is given.
        """
        kind = "figures" if chart else "files" if name in self.exhibits.files else "tables"
        if frame.empty and self.lacking:
            return self._shown(kind.removesuffix("s"), name, NOTHING.format(text("Left out: see above.")))
        exhibit = self.exhibits.of(kind, name)
        if getattr(chart, "func", chart) is forms.estimates and "said" in exhibit.fields:
            values = {"said": partial(forms.in_words, **exhibit.how), **values}
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
            words: dict[str, Any] = {**exhibit.filled_in("caption", "subtitle", "nothing", **asked)}
            words |= {name: exhibit.of_rows(name, asked) for name in ("alt", "headline")}
            return self.figure(named or name, chart, *args, data=frame, **{**words, **rests, **exhibit.how, **given})
        how = {**exhibit.filled_in("caption", "note", "nothing", **asked), **rests}
        if kind == "files":
            return self.file(named or name, frame, **{**how, **given})
        absent = exhibit.laid_out.difference(frame) if self.lacking else ()
        return self.table(named or name, frame, **{**how, **exhibit.layout(absent), **given})

    def unknown(self, missing: pd.DataFrame) -> Published | None:
        """Publish how many rows lack a value, as `stats.complete.count_missing` counts; nothing where none does."""
        if missing.empty:
            return None
        caption = text("What is unknown for some: the models that use it leave these out")
        return self.table("unknown", missing, caption=caption, counts=("n_known", "n_unknown"))

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
        """Publish findings by rank: ``name, sentence, n, unit``, one per row; of one that is withheld, the reason."""
        by_finding = by_finding.sort_values("name", key=lambda names: names.map(self._rank), kind="stable")
        shown = [
            self._withheld("finding", row["name"], "", row[WITHHELD])
            if row.get(WITHHELD)
            else self.finding(row["name"], row["sentence"], n=int(row["n"]), unit=row["unit"])
            for row in by_finding.to_dict("records")
        ]
        if not shown:
            return self._shown("finding", self.workspace.stem, NOTHING.format(text("No finding can be shown.")))
        return self._shown("finding", self.workspace.stem, "".join(finding.html for finding in shown))

    def _rank(self, finding: str) -> int:
        return self.declared.kind(finding).rank


def _counted(account: pd.DataFrame) -> list[str]:
    return [str(column) for column in account if str(column).startswith(UNITS)]


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
