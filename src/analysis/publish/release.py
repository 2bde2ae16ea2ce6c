"""How a notebook publishes: every table, figure and finding passes the disclosure gate before it is written."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from analysis.errors import DisclosureError, InputError
from analysis.publish.cells import refuse_odd_cells
from analysis.publish.differencing import Register
from analysis.publish.disclosure import (
    Contributors,
    Counts,
    Gated,
    Ratios,
    Totals,
    flat,
    profile,
    refuse_uncounted,
    suppress,
)
from analysis.publish.extremes import refuse_extremes, withhold_tails
from analysis.publish.files import Files
from analysis.publish.identity import refuse_identifying_text, refuse_numbered
from analysis.publish.language import text
from analysis.publish.layout import render
from analysis.publish.pictures import refuse_drawn, texts_of
from analysis.publish.raw import Loaded
from analysis.publish.rendering import drawn
from analysis.publish.sentences import refuse_exact
from analysis.publish.tables import html_table, numbers_behind
from analysis.publish.verdicts import judged, judged_sentence
from analysis.run.workspace import Workspace

NAME = re.compile(r"[a-z][a-z0-9_]*")
UNIT = re.compile(r"[^\W\d_][^\W\d_ -]*(?:[ -][^\W\d_]+)*")


@dataclass(frozen=True)
class Published:
    """Something that was released; it shows itself in a notebook, and as plain text it shows nothing."""

    kind: str
    name: str
    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<published {self.kind} {self.name}>"


class Release:
    """The way out of a notebook.

    Parameters
    ----------
    workspace
        Where to write, and the facts of the edition: ``disclosure`` (name of the profile), ``synthetic``.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.profile = profile(workspace.facts.get("disclosure", "default"))
        self.synthetic = bool(workspace.facts.get("synthetic", False))
        self._names: set[str] = set()
        self._loaded = Loaded()
        self._register = Register(self.profile)
        self._files = Files(workspace, synthetic=self.synthetic)
        self._exact: set[int] = set()  # the counts that left the gate rounded or withheld: no text may tell them

    def gated(
        self,
        frame: pd.DataFrame,
        counts: Counts,
        *,
        totals: Totals | None = None,
        ratios: Ratios | None = None,
        contributors: Contributors | None = None,
    ) -> pd.DataFrame:
        """Return what of `frame` may be published: withheld cells missing, counts rounded.

        The column ``suppressed`` names what is withheld per row. Draw figures from this.
        See `analysis.publish.disclosure.suppress` for the parameters.
        """
        return self._suppressed(frame, counts, totals, ratios, contributors).frame

    def rounded(self, n: int, *, unit: str = "pupils", where: str = "a number") -> int:
        """Return `n` as it may stand in a caption or sentence; refuse it when it is too small to."""
        numbers = pd.Series([n], name="schools" if unit == "schools" else "persons", dtype="Int64")
        if n <= 0 or self.profile.too_few(numbers).item():
            raise DisclosureError(f"{where} rests on fewer than {self.profile.threshold(str(numbers.name))} {unit}")
        rounded = int(self.profile.rounded(numbers).item())
        if unit != "schools":
            self._exact |= {n} - {rounded}
        return rounded

    def _shown(self, kind: str, name: str, html: str) -> Published:
        """Return what a notebook may show, and note its digest: the page is refused when it shows anything else.

        Parameters
        ----------
        kind, name
            What it is.
        html
            What is shown, made by this package of parts that were published.
        """
        self.workspace.record("shown", kind=kind, name=name, sha256=hashlib.sha256(html.encode()).hexdigest())
        return Published(kind, name, html)

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        caption: str,
        counts: Counts,
        totals: Totals | None = None,
        ratios: Ratios | None = None,
        contributors: Contributors | None = None,
        digits: Mapping[str, int] | None = None,
        labels: Mapping[str, str] | None = None,
        shown: Sequence[str] | None = None,
        note: str = "",
    ) -> Published:
        """Publish a table: ``tables/<stem>/<name>.csv`` with every column and digit, and an HTML table to show.

        Parameters
        ----------
        name
            Lower-case name of the file.
        frame
            One row per published row.
        caption, note
            Text above and below the table. They are published: put no number in them that did not pass the gate.
        counts, totals, ratios, contributors
            What the cells count and rest on; see `analysis.publish.disclosure.suppress`. ``counts=()`` says that the
            table counts nobody.
        digits, labels, shown
            Decimals, headers and columns of the HTML table only; see `analysis.publish.tables.html_table`.
        """
        self._accept("table", name, caption, note)
        own = self._suppressed(frame, counts, totals, ratios, contributors)
        gated = self._register.admit(f"{self.workspace.stem}/{name}", own)
        self._refuse_words("table", name, (caption, note, *(labels or {}).values()), counts)
        html = html_table(
            gated,
            identity=f"table-{name}",
            caption=caption,
            source=f"../{self._files.address('tables', name, 'csv')}",
            digits=digits,
            labels=labels,
            shown=shown,
            note=note,
            synthetic=self.synthetic,
        )
        path = self._files.table(name, gated, caption)
        self._record(
            kind="table",
            name=name,
            caption=caption,
            path=path,
            rows=len(gated.frame),
            suppressed=gated.cells,
            rules=judged(gated, _counted(counts), self.profile, totals=totals is not None, picture=False),
            files=self._files.digests(path),
        )
        return self._shown("table", name, html)

    def figure(
        self, name: str, figure: Figure, *, alt: str, caption: str, data: pd.DataFrame, counts: Counts
    ) -> Published:
        """Publish a figure with the data behind it: PNG, SVG and ``tables/<stem>/<name>_data.csv``.

        Parameters
        ----------
        name
            Lower-case name of the files.
        figure
            Drawn from `data`; it is closed.
        alt
            What the figure shows, for who cannot see it; not the caption once more.
        caption
            Title, and the number of observations. It is published as it is.
        data, counts
            What the figure shows. A figure cannot hide a bar: draw it from what `gated` returns.

        Raises
        ------
        DisclosureError
            When a cell of `data` would have to be withheld.
        """
        self._accept("figure", name, caption, alt)
        _refuse_idle(alt, caption, name)
        gated = self._register.admit(f"{self.workspace.stem}/{name}_data", self._suppressed(data, counts))
        _refuse_shown(gated, data, name)
        refuse_drawn(figure, gated.frame, name)
        image, svg = drawn(figure, name, salt=f"{self.workspace.stem}/{name}", synthetic=self.synthetic)
        self._refuse_words("figure", name, (caption, alt, *texts_of(figure, gated.frame)), counts)
        paths = self._files.pictures(name, image, svg)
        source = self._files.table(f"{name}_data", gated, text("Data behind the figure: {caption}", caption=caption))
        html = render(
            "figure.html.j2",
            identity=f"figure-{name}",
            image=base64.b64encode(image).decode(),
            alt=alt,
            caption=caption,
            source=f"../{source}",
            picture=f"../{self._files.address('figures', name, '')}".removesuffix("."),
            synthetic=self.synthetic,
            rests="" if "n = " in caption else numbers_behind(gated, _counted(counts)),
            withheld=gated.cells > 0,
            width=round(figure.get_figwidth() * 96),
            height=round(figure.get_figheight() * 96),
        )
        self._record(
            kind="figure",
            name=name,
            caption=caption,
            alt=alt,
            path=paths["png"],
            svg=paths["svg"],
            data=source,
            rows=len(gated.frame),
            suppressed=gated.cells,
            rules=judged(gated, _counted(counts), self.profile, totals=False, picture=True),
            files=self._files.digests(source, *paths.values()),
        )
        return self._shown("figure", name, html)

    def finding(
        self,
        name: str,
        sentence: str,
        *,
        n: int,
        unit: str = "pupils",
        clusters: int | None = None,
        df_resid: int | None = None,
    ) -> Published:
        """Publish one sentence with the number of observations that it rests on.

        Parameters
        ----------
        name
            Lower-case name, to refer to.
        sentence
            The finding; every number in it comes from a variable.
        n
            How many it rests on; published as the profile rounds it.
        unit
            What `n` counts; ``schools`` has the threshold of schools and is not rounded.
        clusters, df_resid
            Of the model that an estimate in the sentence comes from: its schools, its residual degrees of freedom.
        """
        self._accept("finding", name, sentence, unit)
        if not UNIT.fullmatch(unit):
            raise InputError(f"finding {name!r}", "a unit is a word or two", given=unit)
        shown = self.rounded(n, unit=unit, where=f"finding {name!r}")
        for column, number in (("n_clusters", clusters), ("df_resid", df_resid)):
            self._refuse_small_model(name, column, number)
        self._refuse_words("finding", name, (sentence,), (unit,))
        rules = judged_sentence(unit, shown, self.profile)
        self.workspace.record("finding", name=name, sentence=sentence, n=shown, unit=unit, rules=rules)
        html = render("finding.html.j2", identity=f"finding-{name}", sentence=sentence, n=f"{shown:,}", unit=unit)
        return self._shown("finding", name, html)

    def _suppressed(
        self,
        frame: pd.DataFrame,
        counts: Counts,
        totals: Totals | None = None,
        ratios: Ratios | None = None,
        contributors: Contributors | None = None,
    ) -> Gated:
        """Let a frame through the gate, and remember the counts that it must not tell."""
        frame, counted = flat(frame), _counted(counts)
        refuse_uncounted(frame, counted)
        refuse_odd_cells(frame, self.profile)
        refuse_numbered(frame, counted)
        self._loaded.refuse(frame)
        self._loaded.names.refuse_frame(frame)
        refuse_extremes(frame)
        tails = withhold_tails(frame, counts, self.profile)
        gated = suppress(tails, counts, self.profile, totals=totals, ratios=ratios, contributors=contributors)
        for column in counted:
            self._remember(pd.to_numeric(frame[column], errors="coerce"), gated.frame[column])
        return gated

    def _remember(self, exact: pd.Series, told: pd.Series) -> None:
        """Keep the numbers of persons that were rounded or withheld; a rounded number may be one that is told."""
        if self.profile.threshold(str(exact.name)) != self.profile.min_count:
            return
        numbers = set(exact.dropna().astype(int)) - set(told.dropna().astype(int))
        self._exact |= {n for n in numbers if self.profile.round_to == 1 or n % self.profile.round_to}

    def _refuse_words(self, kind: str, name: str, texts: Sequence[str], counts: Counts) -> None:
        exact = self._exact if _counted(counts) else ()
        for words in texts:
            refuse_identifying_text(words, f"{kind} {name!r}")
            self._loaded.names.refuse(words, f"{kind} {name!r}")
            refuse_exact(words, f"{kind} {name!r}", self.profile, exact)

    def _refuse_small_model(self, name: str, column: str, number: int | None) -> None:
        limit = self.profile.threshold(column)
        if number is not None and number < limit:
            raise DisclosureError(f"finding {name!r} rests on a model whose {column} is below {limit}")

    def _accept(self, kind: str, name: str, *texts: str) -> None:
        if not NAME.fullmatch(name):
            raise InputError(kind, "a name is lower-case letters, digits and underscores", given=name)
        if not texts[0].strip():
            raise InputError(f"{kind} {name!r}", "says nothing: the caption or sentence is empty")
        for words in (name.replace("_", " ").upper(), *texts):
            refuse_identifying_text(words, f"{kind} {name!r}")
            self._loaded.names.refuse(words, f"{kind} {name!r}")
        if f"{kind} {name}" in self._names and not self.workspace.alone:  # by hand, a cell is run again and again
            raise InputError(f"{kind} {name!r}", "is published twice by one notebook", hint="give it another name")
        self._names.add(f"{kind} {name}")

    def _record(self, **entry: object) -> None:
        why = {"why": self.profile.rule} if entry.get("suppressed") else {}
        self.workspace.record("published", **entry, **why)


def _counted(counts: Counts) -> tuple[str, ...]:
    return (counts,) if isinstance(counts, str) else tuple(counts)


def _refuse_idle(alt: str, caption: str, name: str) -> None:
    if not alt.strip() or alt.strip().lower() == caption.strip().lower():
        raise InputError(
            f"figure {name!r}", "alt is empty or repeats the caption", hint="say in alt what is to be seen"
        )


def _refuse_shown(gated: Gated, data: pd.DataFrame, name: str) -> None:
    shown = flat(data)[gated.suppressed.columns].notna() & (gated.suppressed != "")
    rows = int(shown.any(axis=1).sum())
    if rows:
        problem = f"figure {name!r} would show {rows} row(s) that count too few"
        raise DisclosureError(f"{problem}\n  do      draw it from release.gated(frame, counts), and pass that as data")
