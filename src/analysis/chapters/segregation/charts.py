"""The charts of the chapter on segregation, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.segregation import words
from analysis.chapters.segregation.models.estimates import CORRECTED
from analysis.codes import Codes
from analysis.language import text, word
from analysis.publish import forms
from analysis.publish.figures import MARKERS
from analysis.publish.forms.marks import present

LIGHT_TO_DARK = ("#d5dde3", "#b3c8d8", "#8fb3c9", "#4d7fa3", "#12355b")
CODES = Codes()
SCENARIOS = {
    "now": word("now"),
    "nearest": word("all at the nearest school"),
    "nearest_with_capacity": word("all at the nearest school with a place"),
    "random_allocation": word("random allocation"),
}
COMPONENTS = {
    "composition": word("composition"),
    "sorting": word("sorting"),
    "schools": word("schools opened and closed"),
}

SHARE_OF_PUPILS = word("share of pupils")

_dissimilarity = partial(forms.points, axis=word("dissimilarity (0 = even, 1 = separate)"), zero="edge")
exposure_map = forms.attendance_map
now_and_nearest = partial(
    forms.bars,
    x="band",
    height={"share_now": word("now"), "share_nearest": word("all at the nearest school")},
    label=SHARE_OF_PUPILS,
)


def focus(model: str, *, of_education: bool = True) -> str:
    """Name the share by which schools are in bands, of counted pupils or of expected ones."""
    if model == "composition" and of_education:
        return text("share of pupils with highly educated parents")
    if model == "composition":
        return text("share of pupils with a non-western background")
    return text("expected share of pupils with a non-western background")


def bands_beside(bands: pd.DataFrame, by: str, axis: str) -> Figure:
    """Draw the shares of pupils per band of their school, a group of bars per value of the column `by`."""
    return forms.bars(
        bands, x=by, height="share_now", series="band", label=SHARE_OF_PUPILS, legend=axis, colours=LIGHT_TO_DARK
    )


def mirroring(by_year: pd.DataFrame) -> Figure:
    """Draw the share of schools that mirror their area, by year, a line per difference that still counts."""
    shown = by_year[by_year["situation"] == "now"].rename(columns={"share_schools": "estimate"})
    allowed = sorted(shown["allowed_difference"].unique(), reverse=True)
    names = {share: text("at most {points:.0f} percentage points", points=100 * share) for share in allowed}
    return forms.lines(
        shown,
        x="year",
        series="allowed_difference",
        names=names,
        label=text("share of schools"),
        numbers="percent",
        zero="edge",
    )


def indices_by_year(estimates: pd.DataFrame, codes: Codes = CODES) -> Figure:
    """Draw corrected dissimilarity and isolation in the city over the years, a line per pair or group."""
    titles = {f"{CORRECTED}_now": text("dissimilarity"), "isolation_now": text("isolation")}
    called = (words.pairs(codes), words.groups(codes))
    parts = [_called(estimates[estimates["term"] == of], names) for of, names in zip(titles, called, strict=True)]
    return forms.lines(pd.concat(parts), x="year", series="name", panel="term", titles=titles, columns=2, apart=True)


def by_scenario(estimates: pd.DataFrame, codes: Codes = CODES, index: str = CORRECTED) -> Figure:
    """Draw an index with its intervals in every scenario, a line of points per pair of groups."""
    rows = estimates[estimates["index"] == index]
    pairs = present(words.pairs(codes), rows["group"])
    return _dissimilarity(rows, line="group", lines=pairs, series="scenario", names=SCENARIOS)


def by_stadsdeel(estimates: pd.DataFrame, codes: Codes = CODES) -> Figure:
    """Draw the dissimilarity of pairs of groups within each stadsdeel in one year, the most segregated first."""
    pairs = dict([*present(words.pairs(codes), estimates["group"]).items()][: len(MARKERS) - 1])
    return _dissimilarity(estimates, line="place", series="group", names=pairs, sort=True)


def change(parts: pd.DataFrame, codes: Codes = CODES) -> Figure:
    """Draw what a change in dissimilarity is made of, a line of points with intervals per pair of groups."""
    rows = parts[parts["index"] == CORRECTED]
    axis, pairs = text("change in dissimilarity"), present(words.pairs(codes), rows["group"])
    return forms.points(rows, axis, line="group", lines=pairs, series="term", names=COMPONENTS)


def _called(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Choose the first groups that have a marker, and call them by their names, in that order."""
    groups = [*present(names, rows["group"])][: len(MARKERS)]
    chosen = rows[rows["group"].isin(groups)].sort_values("group", key=lambda of: of.map(groups.index), kind="stable")
    return chosen.assign(name=chosen["group"].map(dict(names)))
