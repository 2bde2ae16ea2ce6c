"""The files of a sweep: a page, the estimates and the conclusions as CSV. For inside the house: each file says so."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from analysis.compare.page import POLICY, STYLE
from analysis.compare.wording import figure as written
from analysis.errors import InputError
from analysis.language import speaking, spoken, text
from analysis.publish.forms import points
from analysis.publish.layout import environment_of
from analysis.publish.tables import write_csv
from analysis.run.whole import write_whole
from analysis.sweep.results import Variant, chosen, conclusions, side_by_side

TEMPLATES = Path(__file__).parent / "templates"
PAGE, ESTIMATES, CONCLUSIONS = "sweep.html", "sweep.csv", "conclusions.csv"
PANELS = 12
DPI = 150
INSIDE = "inside the house: not checked as one release"
"""In every row: variants of one population side by side may tell what each of them withholds."""


def write(variants: Sequence[Variant], estimates: Sequence[str], folder: Path, command: str) -> Path:
    """Write the page of a sweep and its tables, and return the page.

    Parameters
    ----------
    variants : Two or more.
    estimates : Those to draw; see `analysis.sweep.results.chosen`.
    folder : Where to; it is closed to others.
    command : What to type to make it again.
    """
    first = variants[0].edition
    with speaking(first.language):
        rows, said = side_by_side(variants), conclusions(variants)
        drawn = chosen(rows, estimates)
        page = _page(variants, drawn, said, command)
    try:
        write_whole(folder / PAGE, page)
        write_csv(rows.assign(use=INSIDE), folder / ESTIMATES)
        write_csv(said.assign(use=INSIDE), folder / CONCLUSIONS)
    except OSError as error:
        raise InputError(str(folder), f"cannot be written to: {error.strerror}", hint="--to DIR") from None
    return folder / PAGE


def _page(variants: Sequence[Variant], drawn: pd.DataFrame, said: pd.DataFrame, command: str) -> str:
    first = variants[0].edition
    panels = [*_panels(drawn)]
    return (
        environment_of(TEMPLATES)
        .get_template("sweep.html.j2")
        .render(
            language=spoken(),
            css=Markup(STYLE.read_text("utf8")),  # noqa: S704 - a file of this package
            policy=POLICY,
            title=str(first.published.facts.get("title", first.name)),
            synthetic=bool(first.published.facts.get("synthetic")),
            variants=[(variant.edition.name, str(variant.choice)) for variant in variants],
            image=_image(panels[:PANELS], variants) if panels else "",
            undrawn=max(len(panels) - PANELS, 0),
            estimates=[_grid(title, rows) for title, rows in panels[:PANELS]],
            depends=[
                _conclusion(rows) for _, rows in said[said["depends"]].groupby(["chapter", "finding"], sort=False)
            ],
            same=said.loc[~said["depends"], ["chapter", "finding"]].drop_duplicates().shape[0],
            command=command,
            text=text,
        )
    )


def _panels(drawn: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the estimates to draw: what each is called, and its row per variant."""
    by_row = drawn.groupby(["chapter", "table", "term", "row"], sort=False, dropna=False)
    by_finding = drawn.groupby(["chapter", "table", "term"], sort=False, dropna=False)
    groups = by_finding if drawn["table"].eq("findings").all() else by_row
    return [(f"{rows['chapter'].iloc[0]}: {rows['row'].iloc[0]}", rows) for _, rows in groups]


def specification_curve(panels: Sequence[tuple[str, pd.DataFrame]], choices: dict[str, str]) -> Figure:
    """Draw each estimate with its interval under every choice, from the largest to the smallest.

    Parameters
    ----------
    panels : Title and rows of each: ``variant, estimate, ci_low, ci_high``.
    choices : What was chosen, by variant.
    """
    rows = pd.concat(
        [
            part.assign(panel=number, line=[f"{number} {variant}" for variant in part["variant"]])
            for number, (_, part) in enumerate(panels)
        ]
    )
    rows = rows.astype(dict.fromkeys(("estimate", "ci_low", "ci_high"), "float64"))
    return points(
        rows,
        line="line",
        lines=lambda line: choices[line.partition(" ")[2]],
        panel="panel",
        titles=dict(enumerate(title for title, _ in panels)),
        zero="free",
        apart=True,
        sort=True,
    )


def _image(panels: Sequence[tuple[str, pd.DataFrame]], variants: Sequence[Variant]) -> str:
    image = BytesIO()
    choices = {variant.edition.name: str(variant.choice) for variant in variants}
    specification_curve(panels, choices).savefig(image, format="png", dpi=DPI, metadata={"Software": None})
    return base64.b64encode(image.getvalue()).decode()


def _grid(title: str, rows: pd.DataFrame) -> dict[str, Any]:
    ordered = rows.sort_values("estimate", ascending=False, kind="stable")
    shown = [
        (row["variant"], *(_number(row[end]) for end in ("estimate", "ci_low", "ci_high")))
        for row in ordered.to_dict("records")
    ]
    return {"title": title, "rows": shown, "unit": str(rows["unit"].iloc[0] or "")}


def _number(value: Any) -> str:  # noqa: ANN401 - a cell
    return "–" if pd.isna(value) else written(float(value))


def _conclusion(rows: pd.DataFrame) -> dict[str, Any]:
    """Return what a finding says, with the variants that say it."""
    says = [(words, [*part["variant"]]) for words, part in rows.groupby("says", sort=False)]
    return {"name": f"{rows['chapter'].iloc[0]}: {rows['finding'].iloc[0].replace('_', ' ')}", "says": says}
