"""How a notebook publishes: every table, figure and finding passes the disclosure gate before it is written.

What the data alone keep from being published (`errors.WithheldError`) has a notice in its place that says why, so that
the edition of a small city is whole all the same. What the author of a chapter did wrong ends the run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import pandas as pd

from analysis.disclosure import (
    NOTHING_DECLARED,
    Counts,
    Free,
    Gated,
    Linked,
    Totals,
    profile,
)
from analysis.disclosure.checkpoint import Checkpoint, Resting
from analysis.disclosure.declared import counted
from analysis.disclosure.linkage.register import Register
from analysis.disclosure.remaining import (
    drawable_rows,
    in_their_places,
    left_out,
    refuse_nothing,
    refuse_withheld_whole,
)
from analysis.disclosure.rules.identity import refuse_identifying_text
from analysis.disclosure.rules.numbers import refuse_few, refuse_small_model
from analysis.disclosure.verdicts import judged, judged_sentence
from analysis.errors import InputError, WithheldError
from analysis.language import Text, as_data, text
from analysis.publish import recipes
from analysis.publish.declared import NOTHING_FOUND, Declared
from analysis.publish.drawn_years import years_in, years_of
from analysis.publish.files import Files
from analysis.publish.picture import Draw, picture_of
from analysis.publish.published import Published, figure_html, finding_html, notice
from analysis.publish.recipes import Recipe
from analysis.publish.tables import html_table, numbers_behind
from analysis.publish.units import in_points
from analysis.publish.untranslated import refuse_untranslated
from analysis.run.workspace import Workspace

NAME = re.compile(r"[a-z][a-z0-9_]*")
UNIT = re.compile(r"[^\W\d_][^\W\d_ -]*(?:[ -][^\W\d_]+)*")

Alt = str | Callable[[pd.DataFrame], str]


class Release:
    """The way out of a notebook.

    Parameters
    ----------
    workspace : Where to write, and the facts of the edition: ``disclosure`` (name of the profile), ``synthetic``.
    declared : What the chapter declares of its findings.
    """

    place = ""
    """Of what place the figures are; see `analysis.publish.exhibits.PLACES`."""
    rests_on_years = ""
    """Of what years a figure is of which neither the rows nor the caption say it."""

    def __init__(self, workspace: Workspace, declared: Declared = NOTHING_FOUND) -> None:
        self.workspace = workspace
        self.declared = declared
        self.profile = profile(workspace.facts.get("disclosure", "default"))
        self.synthetic = bool(workspace.facts.get("synthetic", False))
        self._names: set[str] = set()
        self._gate = Checkpoint(self.profile, workspace.facts.get("tables", {}), workspace.facts.get("keys", ()))
        self._register = Register(self.profile)
        self._files = Files(workspace, synthetic=self.synthetic)

    def gated(self, frame: pd.DataFrame, counts: Counts, **rests: Unpack[Resting]) -> pd.DataFrame:
        """Return what of `frame` may be published: withheld cells missing, counts rounded.

        The column ``suppressed`` names what is withheld per row. Word findings from this; a figure gates its own data.
        See `analysis.disclosure.checkpoint.Rests` for the parameters.
        """
        return self._gate.admit(frame, {"counts": counts, **rests}).frame

    def rounded(self, n: int, *, unit: str = "pupils") -> int:
        """Return `n` as it may stand in a caption or sentence; one that is too small says "fewer than 10" there."""
        return self._gate.numbers.rounded(n, unit)

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        caption: str,
        counts: Counts,
        digits: Mapping[str, int] | None = None,
        labels: Mapping[str, str] | None = None,
        shown: Sequence[str] | None = None,
        note: str = "",
        nothing: str = "",
        points: bool = False,
        withheld: bool = False,
        **rests: Unpack[Resting],
    ) -> Published:
        """Publish a table: ``tables/<stem>/<name>.csv`` with every column and digit, and an HTML table to show.

        A table in which everything is withheld is not published: its place says so.

        Parameters
        ----------
        name : Lower-case name of the file.
        frame : One row per published row.
        caption, note
            Text above and below the table. They are published: put no number in them that did not pass the gate.
        digits, labels, shown
            Decimals, headers and columns of the HTML table only; see `analysis.publish.tables.html_table`.
        nothing : What its place says instead where it has no rows; else it is shown without rows.
        points : Whether shares are published in percentage points; they are converted after the gate.
        withheld : Whether the chapter itself withheld what the column ``suppressed`` names, before the gate.
        counts, **rests
            What the cells count and rest on, and how they hang together with others. ``counts=()`` says that the table
            counts nobody.
        """
        self._accept("table", name, caption, note, nothing)
        own = self._gate.admit(frame, {"counts": counts, **rests}, withheld=withheld)
        own = own._replace(frame=in_points(own.frame)) if points else own
        counting = own.counting(counts)
        try:
            self._refuse_words("table", name, (caption, note, nothing, *(labels or {}).values()), counting)
            refuse_withheld_whole(own, nothing)
            gated = self._register.admit(f"{self.workspace.stem}/{name}", own)
        except WithheldError as reason:
            return self._withheld("table", name, self._title("table", name, caption, counting), reason)
        how: dict[str, Any] = {
            "identity": f"table-{name}",
            "caption": caption,
            "source": f"../{self._files.address('tables', name, 'csv')}",
            "digits": dict(digits or {}),
            "labels": dict(labels or {}),
            "shown": [*shown] if shown else None,
            "note": note,
            "synthetic": self.synthetic,
        }
        html = html_table(gated, **how)
        self._keep(Recipe("table", name, gated, caption, how))
        path = self._files.table(name, gated, caption)
        rules = judged(gated, counting, self.profile, totals=rests.get("totals") is not None, picture=False)
        self._record("table", name, gated, rules, [path], caption=caption, path=path)
        return self._shown("table", name, html)

    def figure(
        self,
        name: str,
        draw: Draw,
        *args: object,
        alt: Alt,
        caption: str,
        data: pd.DataFrame,
        counts: Counts,
        free: Free = (),
        totals: Totals | None = None,
        linked: Linked = NOTHING_DECLARED,
        nothing: str = "",
        subtitle: str = "",
        headline: Alt = "",
        **options: object,
    ) -> Published:
        """Publish a figure with the data behind it: PNG, SVG and ``tables/<stem>/<name>_data.csv``.

        A figure cannot hide a bar, so of the rows of which the numbers are withheld it is given none: it says at their
        places that they are withheld, and below how many. One of which nothing is left has a notice in its place.

        Parameters
        ----------
        name : Lower-case name of the files.
        draw : Draws the figure: of the rows that may be shown, with `args` and `options`. Nothing else may be drawn.
        *args, **options : What `draw` takes besides.
        alt
            What the figure shows, for who cannot see it; not the caption once more. Where it says what the data show,
            a function of the rows that are drawn.
        caption : Title, and the number of observations. It is published as it is.
        data, counts, free, totals, linked
            What the figure shows, which columns count, which say nothing of anybody, and which rows hang together; see
            `table`.
        nothing : What its place says where the edition has no such data.
        subtitle : Measure and unit, to stand below the title; else the caption does.
        headline : What the figure shows, as its title where no finding has it; a function as `alt` may be.
        """
        self._accept(
            "figure", name, caption, nothing, subtitle, *(said for said in (alt, headline) if isinstance(said, str))
        )
        own = self._gate.admit(data, {"counts": counts, "free": free, "totals": totals, "linked": linked})
        counting = own.counting(counts)
        try:
            self._refuse_words("figure", name, (caption, nothing, subtitle), counting)
            gated = self._register.admit(f"{self.workspace.stem}/{name}_data", own)
            rows = drawable_rows(gated)
            refuse_nothing(gated, rows, nothing)
            picture = picture_of(
                draw,
                args,
                options,
                placed=in_their_places(gated),
                rows=rows,
                data=gated.frame,
                name=name,
                salt=f"{self.workspace.stem}/{name}",
                synthetic=self.synthetic,
            )
            refuse_untranslated(picture.shown, f"figure {name!r}")  # what is a word depends on all that is declared
            description = alt if isinstance(alt, str) else alt(rows)
            _refuse_idle(description, caption, name)
            title = headline if isinstance(headline, str) else headline(rows)
            refuse_untranslated([description, title], f"figure {name!r}: alt and headline")
            self._refuse_words("figure", name, (description, title, *picture.words), counting)
            # Pages are asked once more for what a number says among its words, and would stop the whole edition.
            title = "" if self._unsayable(name, str(title)) else title
            if why := self._unsayable(name, str(description)):
                raise WithheldError(why)
        except WithheldError as reason:
            return self._withheld("figure", name, self._title("figure", name, caption, counting), reason)
        paths = self._files.pictures(name, picture)
        source = self._files.table(f"{name}_data", gated, text("Data behind the figure: {caption}", caption=caption))
        self._keep(Recipe("figure", name, gated, caption, {}))
        html = figure_html(
            picture,
            identity=f"figure-{name}",
            alt=description,
            caption=caption,
            source=f"../{source}",
            address=f"../{paths['png']}".removesuffix(".png"),
            synthetic=self.synthetic,
            rests=(rows, counting),
            left_out=left_out(gated),
        )
        rules = judged(gated, counting, self.profile, totals=totals is not None, picture=True)
        files = [source, *paths.values()]
        addresses = {"path": paths["png"], "svg": paths["svg"], "data": source}
        below = {"headline": title, "subtitle": subtitle, "place": self.place}
        below["years"] = years_of(rows) or years_in(caption) or self.rests_on_years
        below["intervals"] = picture.intervals
        below["n"] = "" if "n = " in caption else numbers_behind(rows, counting)
        words = {"caption": caption, "alt": description, **{key: said for key, said in below.items() if said}}
        self._record("figure", name, gated, rules, files, **words, **addresses)
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
        """Publish one sentence with the number of observations that it rests on; on too few, a notice in its place.

        Parameters
        ----------
        name : Lower-case name, to refer to.
        sentence : The finding; every number in it comes from a variable.
        n : How many it rests on; published as the profile rounds it.
        unit : What `n` counts; ``schools`` has the threshold of schools and is not rounded.
        clusters, df_resid
            Of the model that an estimate in the sentence comes from: its schools, its residual degrees of freedom.
        """
        sentence = sentence if isinstance(sentence, Text) else str(sentence)  # no markup: the index has none either
        self._accept("finding", name, sentence, unit)
        refuse_untranslated([sentence], f"finding {name!r}")
        if not UNIT.fullmatch(unit):
            raise InputError(f"finding {name!r}", "a unit is a word or two", given=unit)
        shown = self._gate.numbers.rounded(n, unit)
        why = self._reason(name, sentence, shown, unit, n_clusters=clusters, df_resid=df_resid)
        if why:
            return self._withheld("finding", name, "", why)
        rules = judged_sentence(unit, shown, self.profile)
        kind, beside = self.declared.kind(name), self._beside(name, sentence)
        where = {part: getattr(kind, part) for part in ("figure", "table", "method", "rank", "lead")}
        said = {"sentence": as_data(sentence), **{part: as_data(words) for part, words in beside.items()}}
        self.workspace.record("finding", name=name, n=shown, unit=unit, **said, **where, rules=rules)
        return self._shown("finding", name, finding_html(name, sentence, shown, unit, beside.get("headline", "")))

    def _beside(self, name: str, sentence: str) -> dict[str, Text]:
        """Return what stands beside a sentence and may be shown."""
        beside: Mapping[str, Text] = getattr(sentence, "beside", {})
        refuse_untranslated(beside.values(), f"finding {name!r}")
        return {part: words for part, words in beside.items() if not self._unsayable(name, words)}

    def _unsayable(self, name: str, words: str) -> str:
        """Return why words beside a finding may not be shown; empty when they may."""
        try:
            self._refuse_words("finding", name, (words,), ())
        except WithheldError as reason:
            return str(reason)
        return ""

    def _keep(self, recipe: Recipe) -> None:
        """Keep inside what counts somebody: more of it may have to be withheld when the edition is whole."""
        if recipe.gated.resting:
            recipes.keep(self.workspace.write, self.workspace.stem, recipe)

    def _shown(self, kind: str, name: str, html: str) -> Published:
        """Return what a notebook may show, and note its digest: the page is refused when it shows anything else.

        Parameters
        ----------
        kind, name : What it is.
        html : What is shown, made by this package of parts that were published.
        """
        self.workspace.record("shown", kind=kind, name=name, sha256=hashlib.sha256(html.encode()).hexdigest())
        return Published(kind, name, html)

    def _withheld(self, kind: str, name: str, title: str, reason: WithheldError | str) -> Published:
        """Show and note that something is not published, and why."""
        self.workspace.record("withheld", kind=kind, name=name, caption=title, withheld=str(reason))
        return replace(self._shown(kind, name, notice(kind, name, title, str(reason))), withheld=True)

    def _reason(self, name: str, sentence: str, n: int, unit: str, **model: int | None) -> str:
        """Return why a finding may not be shown; empty when it may."""
        try:
            refuse_few(self._gate.numbers.rounded(n, unit), unit)
            refuse_small_model(self.profile, model)
            self._refuse_words("finding", name, (sentence, unit), (unit,))
        except WithheldError as reason:
            return str(reason)
        return ""

    def _title(self, kind: str, name: str, caption: str, counts: Counts) -> str:
        """Return the caption for a notice; none where it is the caption that may not be shown."""
        try:
            self._refuse_words(kind, name, (caption,), counts)
        except WithheldError:
            return ""
        return caption

    def _refuse_words(self, kind: str, name: str, texts: Sequence[str], counts: Counts) -> None:
        for words in texts:
            self._gate.loaded.names.refuse(words, f"{kind} {name!r}")
            self._gate.numbers.refuse(
                words, f"{kind} {name!r}", counts=bool(counted(counts)), computed=kind == "finding"
            )

    def _accept(self, kind: str, name: str, *texts: str) -> None:
        if not NAME.fullmatch(name):
            raise InputError(kind, "a name is lower-case letters, digits and underscores", given=name)
        if not texts[0].strip():
            raise InputError(f"{kind} {name!r}", "says nothing: the caption or sentence is empty")
        for words in (name.replace("_", " ").upper(), *texts):
            refuse_identifying_text(words, f"{kind} {name!r}")
            self._gate.loaded.names.refuse(words, f"{kind} {name!r}")
        if f"{kind} {name}" in self._names and not self.workspace.alone:  # by hand, a cell is run again and again
            raise InputError(f"{kind} {name!r}", "is published twice by one notebook", hint="give it another name")
        self._names.add(f"{kind} {name}")

    def _record(
        self, kind: str, name: str, gated: Gated, rules: Sequence[Any], files: Sequence[str], **entry: object
    ) -> None:
        why = {"why": self.profile.rule} if gated.cells else {}
        amount = {"rows": len(gated.frame), "suppressed": gated.cells, "rules": rules}
        digests = self._files.digests(*files)
        self.workspace.record("published", kind=kind, name=name, **entry, **amount, files=digests, **why)


def _refuse_idle(alt: str, caption: str, name: str) -> None:
    if not alt.strip() or alt.strip().lower() == caption.strip().lower():
        raise InputError(
            f"figure {name!r}", "alt is empty or repeats the caption", hint="say in alt what is to be seen"
        )
