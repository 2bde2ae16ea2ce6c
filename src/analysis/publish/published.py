"""What a notebook shows of something that went through the gate, or of what stays inside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.publish.layout import render
from analysis.publish.tables import numbers_behind

if TYPE_CHECKING:
    from analysis.publish.picture import Picture


@dataclass(frozen=True)
class Published:
    """Something that was released; it shows itself in a notebook, and as plain text it shows nothing."""

    kind: str
    name: str
    html: str
    withheld: bool = False
    """Whether a notice stands in its place, and no file was written."""

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<published {self.kind} {self.name}>"


def finding_html(name: str, sentence: str, n: int, unit: str, headline: str = "") -> str:
    """Return a finding as a page shows it: its headline, where it has one, its sentence, and what that rests on."""
    return render(
        "finding.html.j2",
        identity=f"finding-{name}",
        sentence=sentence,
        n=f"{n:,}",
        unit=unit,
        headline=headline,
    )


def notice(kind: str, name: str, title: str, reason: str) -> str:
    """Return what stands in the place of something that is not shown.

    Parameters
    ----------
    kind, name : What would have stood there.
    title : Its caption; empty for a finding, whose sentence is what is withheld.
    reason : Why not, in the language of the edition.
    """
    return render("notice.html.j2", identity=f"{kind}-{name}", kind=kind, title=title, reason=reason)


def figure_html(
    picture: Picture,
    *,
    caption: str,
    rests: tuple[pd.DataFrame, Sequence[str]],
    **values: object,
) -> str:
    """Return a figure as its page shows it.

    Parameters
    ----------
    picture : What was drawn.
    caption : Its title; where that does not say n, what the drawn rows rest on is said after it.
    rests : The rows that are drawn, and their count columns.
    **values : What the template asks for besides.
    """
    return render(
        "figure.html.j2",
        image=base64.b64encode(picture.image).decode(),
        caption=caption,
        rests="" if "n = " in caption else numbers_behind(*rests),
        width=picture.width,
        height=picture.height,
        **values,
    )
