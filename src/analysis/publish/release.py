"""How a notebook publishes: every table, figure and finding passes the disclosure gate before it is written."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from analysis.errors import DisclosureError, InputError
from analysis.publish.axes import localise
from analysis.publish.disclosure import Counts, Gated, flat, profile, suppress
from analysis.publish.identity import refuse_identifying_text
from analysis.publish.layout import render
from analysis.publish.tables import html_table, write_csv, write_sidecar
from analysis.run.workspace import Workspace

NAME = re.compile(r"[a-z][a-z0-9_]*")
PAGE_DPI = 200
SYNTHETIC_MARK = "Synthetic data"


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

    def gated(self, frame: pd.DataFrame, counts: Counts, *, totals: Sequence[str] | None = None) -> pd.DataFrame:
        """Return what of `frame` may be published: withheld cells missing, counts rounded.

        The column ``suppressed`` names what is withheld per row. Draw figures from this.
        See `analysis.publish.disclosure.suppress` for the parameters.
        """
        return suppress(frame, counts, self.profile, totals=totals).frame

    def rounded(self, n: int, *, unit: str = "pupils", where: str = "a number") -> int:
        """Return `n` as it may stand in a caption or sentence; refuse it when it is too small to."""
        numbers = pd.Series([n], name="schools" if unit == "schools" else "persons", dtype="Int64")
        if n <= 0 or self.profile.too_few(numbers).item():
            raise DisclosureError(f"{where} rests on fewer than {self.profile.threshold(str(numbers.name))} {unit}")
        return int(self.profile.rounded(numbers).item())

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        *,
        caption: str,
        counts: Counts,
        totals: Sequence[str] | None = None,
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
        counts, totals
            What the cells count and rest on; see `analysis.publish.disclosure.suppress`. ``counts=()`` says that the
            table counts nobody.
        digits, labels, shown
            Decimals, headers and columns of the HTML table only; see `analysis.publish.tables.html_table`.
        """
        self._accept("table", name, caption, note)
        gated = suppress(frame, counts, self.profile, totals=totals)
        html = html_table(
            gated,
            identity=f"table-{name}",
            caption=caption,
            source=f"../{self._address('tables', name, 'csv')}",
            digits=digits,
            labels=labels,
            shown=shown,
            note=note,
        )
        path = self._write_csv(name, gated, caption)
        self._record(kind="table", name=name, caption=caption, path=path, rows=len(gated.frame), suppressed=gated.cells)
        return Published("table", name, html)

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
        gated = suppress(data, counts, self.profile)
        _refuse_shown(gated, data, name)
        source = self._write_csv(f"{name}_data", gated, f"Data behind the figure: {caption}")
        image = self._draw(name, figure)
        html = render(
            "figure.html.j2",
            identity=f"figure-{name}",
            image=base64.b64encode(image).decode(),
            alt=alt,
            caption=caption,
            source=f"../{source}",
            synthetic=self.synthetic,
            withheld=gated.cells > 0,
            width=round(figure.get_figwidth() * 96),
            height=round(figure.get_figheight() * 96),
        )
        paths = {kind: self._address("figures", name, kind) for kind in ("png", "svg")}
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
        )
        return Published("figure", name, html)

    def finding(self, name: str, sentence: str, *, n: int, unit: str = "pupils") -> Published:
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
        """
        self._accept("finding", name, sentence)
        shown = self.rounded(n, unit=unit, where=f"finding {name!r}")
        self.workspace.record("finding", name=name, sentence=sentence, n=shown, unit=unit)
        html = render("finding.html.j2", identity=f"finding-{name}", sentence=sentence, n=f"{shown:,}", unit=unit)
        return Published("finding", name, html)

    def _accept(self, kind: str, name: str, *texts: str) -> None:
        if not NAME.fullmatch(name):
            raise InputError(kind, "a name is lower-case letters, digits and underscores", given=name)
        if not texts[0].strip():
            raise InputError(f"{kind} {name!r}", "says nothing: the caption or sentence is empty")
        for text in texts:
            refuse_identifying_text(text, f"{kind} {name!r}")
        if f"{kind} {name}" in self._names and not self.workspace.alone:  # by hand, a cell is run again and again
            raise InputError(f"{kind} {name!r}", "is published twice by one notebook", hint="give it another name")
        self._names.add(f"{kind} {name}")

    def _address(self, kind: str, name: str, extension: str) -> str:
        return f"{kind}/{self.workspace.stem}/{name}.{extension}"

    def _write_csv(self, name: str, gated: Gated, caption: str) -> str:
        path = self.workspace.published_folder("tables") / f"{name}.csv"
        write_csv(gated.frame, path)
        write_sidecar(
            gated,
            path.with_suffix(".json"),
            edition=str(self.workspace.facts.get("edition", "")),
            caption=caption,
            synthetic=self.synthetic,
        )
        return self._address("tables", name, "csv")

    def _draw(self, name: str, figure: Figure) -> bytes:
        if self.synthetic:
            _mark_synthetic(figure)
        localise(figure)
        folder = self.workspace.published_folder("figures")
        image = BytesIO()
        figure.savefig(image, format="png", dpi=PAGE_DPI, metadata={"Software": None})
        (folder / f"{name}.png").write_bytes(image.getvalue())
        _save_svg(figure, folder / f"{name}.svg", salt=f"{self.workspace.stem}/{name}")
        _close(figure)
        return image.getvalue()

    def _record(self, **entry: object) -> None:
        why = {"why": self.profile.rule} if entry.get("suppressed") else {}
        self.workspace.record("published", **entry, **why)


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


def _mark_synthetic(figure: Figure) -> None:
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, 0.04, 1, 0.96))
    figure.text(0.995, 0.01, SYNTHETIC_MARK, ha="right", va="bottom", fontsize=7, color="#5a5a5a")


def _save_svg(figure: Figure, path: Path, salt: str) -> None:
    with mpl.rc_context({"svg.hashsalt": salt}):
        figure.savefig(path, format="svg", metadata={"Date": None})


def _close(figure: Figure) -> None:
    # pyplot knows only the figures it made itself, and the notebook would show those a second time.
    from matplotlib import pyplot as plt

    plt.close(figure)
