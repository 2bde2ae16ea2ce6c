"""The charts of the chapter on segregation, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.chapters.segregation import words
from analysis.chapters.segregation.models.estimates import CORRECTED
from analysis.codes import Codes
from analysis.language import localised, term, text, word
from analysis.publish import forms
from analysis.publish.axes import half_up
from analysis.publish.figures import LIGHT_TO_DARK, PALETTE, canvas
from analysis.publish.forms.labels import Label, at_ends
from analysis.publish.forms.lines import FEWEST
from analysis.publish.forms.marks import ENDS, along, curve, form, present

CODES = Codes()
SCENARIOS = {
    "now": word("now"),
    "nearest": word("all at the nearest school"),
    "nearest_with_capacity": word("all at the nearest school with a place"),
    "random_allocation": word("random allocation"),
}
COMPONENTS = {
    "composition": word("who the pupils are"),
    "sorting": word("which school they attend"),
    "schools": word("schools opened and closed"),
}
MEASURES = {CORRECTED: word("dissimilarity"), "isolation": word("isolation")}
SITUATIONS = {"now": word("now"), "random_allocation": word("random allocation")}

TITLE = 13
"""Letters of a line above one of five panels."""
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


def bands_in_all(bands: pd.DataFrame, by: str, axis: str, names: Mapping[str, str] | None = None) -> Figure:
    """Draw the shares of pupils per band of their school as parts of a bar, a bar per value of the column `by`.

    Parameters
    ----------
    names : What the values of `by` are called, in the order of the bars; else as they are, in theirs.
    """
    parts = [*dict.fromkeys(bands["band"])]
    called = present(names, bands[by]) if names else {value: str(value) for value in dict.fromkeys(bands[by])}
    rows = bands.assign(term=bands["band"], estimate=bands["share_now"], line=bands[by].map(called))
    rows = rows.sort_values("line", key=lambda line: line.map([*called.values()].index), kind="stable")
    return forms.stacked(rows, "line", parts, colours_of(len(parts)), legend=axis)


def colours_of(parts: int) -> Sequence[str]:
    """Choose so many colours from light to dark, as far apart as there are."""
    steps = np.linspace(0, len(LIGHT_TO_DARK) - 1, parts).round().astype(int) if parts > 1 else [1]
    return [LIGHT_TO_DARK[step] for step in steps]


def sizes(edges: Sequence[int]) -> dict[str, str]:
    """Name the sizes of schools by the edges between which they are: no numbers of persons of the data."""
    low, high = edges
    return {
        "small": text("small (below {low:,})", low=low),
        "medium": text("medium ({low:,} to {high:,})", low=low, high=high - 1),
        "large": text("large ({high:,} or more)", high=high),
    }


def mirroring(by_year: pd.DataFrame) -> Figure:
    """Draw the share of schools that mirror their area, by year, a line per difference that still counts."""
    shown = by_year[by_year["situation"] == "now"].rename(columns={"share_schools": "estimate"})
    allowed = sorted(shown["allowed_difference"].unique(), reverse=True)
    names = {share: text("within {points:.0f} percentage points", points=100 * share) for share in allowed}
    return forms.lines(
        shown,
        x="year",
        series="allowed_difference",
        names=names,
        label=text("share of schools this close to their area"),
        numbers="percent",
        zero="edge",
    )


def indices_by_year(estimates: pd.DataFrame, codes: Codes = CODES) -> Figure:
    """Draw corrected dissimilarity and isolation in the city, a panel per pair or group over the years.

    With isolation goes what a random allocation gives. Of fewer than three years the last is drawn as points.
    """
    rows = pd.concat([_measured(estimates, code, words.pairs(codes), words.groups(codes)) for code in MEASURES])
    if rows["year"].nunique() >= FEWEST:
        return _small_multiples(rows)
    rows = rows[rows["year"] == rows["year"].max()]
    how: dict[str, Any] = {"panel": "measure", "titles": MEASURES, "apart": True, "zero": "edge"}
    return forms.points(rows, line="name", series="situation", names=SITUATIONS, **how)


def _measured(
    estimates: pd.DataFrame, measure: str, pairs: Mapping[str, str], groups: Mapping[str, str]
) -> pd.DataFrame:
    """Return the rows of a measure, with what its group or pair is called and whether it is now or by chance."""
    terms = {f"{measure}_{situation}": situation for situation in SITUATIONS}
    rows = estimates[estimates["term"].isin([*terms])]
    rows = rows.assign(measure=measure, situation=rows["term"].map(terms))
    names = present(pairs if measure == CORRECTED else groups, rows["group"])
    rows = rows[rows["group"].isin([*names])].assign(name=lambda known: known["group"].map(names))
    return rows.sort_values("group", key=lambda of: of.map([*names].index), kind="stable")


@form
def _small_multiples(rows: pd.DataFrame) -> Figure:
    """Draw a row of panels per measure on one scale, a line per situation over the years."""
    by_measure = [(measure, [*dict.fromkeys(rows.loc[rows["measure"] == measure, "name"])]) for measure in MEASURES]
    by_measure = [(measure, names) for measure, names in by_measure if names]
    across = max(len(names) for _, names in by_measure)
    figure, areas = canvas(4.6 * len(by_measure) + 1, rows=len(by_measure), columns=across, sharey="row", squeeze=False)
    years = sorted(int(year) for year in rows["year"].unique())
    for (measure, names), beside in zip(by_measure, areas, strict=True):
        beside[0].set_ylabel(term(MEASURES[measure]))
        for area, name in zip_longest(beside, names):
            if name is None:
                area.set_visible(False)
                continue
            own = rows[(rows["measure"] == measure) & (rows["name"] == name)]
            _over_years(area, own, years, labelled=name == names[-1])
            area.set_title(fill(term(name), TITLE), fontsize=8.5)
    return figure


def _over_years(area: Axes, own: pd.DataFrame, years: Sequence[int], *, labelled: bool) -> None:
    """Draw one panel: what is now, and by chance where that is given; the last value, and its name where `labelled`."""
    ends, names = [], []
    for number, (situation, name) in enumerate(SITUATIONS.items()):
        line = along(own[own["situation"] == situation], "year", years)
        if line["estimate"].notna().any():
            curve(area, years, line, series=number)
            last = float(line["estimate"].dropna().iloc[-1])
            value = localised(half_up(last, 2))
            ends.append(Label(value, years[-1], last, PALETTE[number]))
            if labelled:
                names.append(fill(f"{value} {term(name)}", 12))
    area.set_xticks([years[0], years[-1]], [str(years[0]), str(years[-1])])
    if len(ends) > 1 and labelled:
        ends = [end._replace(name=name) for end, name in zip(ends, names, strict=True)]
    at_ends(area, ends, 4.6)


def by_scenario(estimates: pd.DataFrame, codes: Codes = CODES, index: str = CORRECTED) -> Figure:
    """Draw an index with its intervals in every scenario, a line of points per pair of groups."""
    rows = estimates[estimates["index"] == index]
    pairs = present(words.pairs(codes), rows["group"])
    return _dissimilarity(rows, line="group", lines=pairs, series="scenario", names=SCENARIOS)


def by_stadsdeel(estimates: pd.DataFrame, codes: Codes = CODES) -> Figure:
    """Draw the dissimilarity within each stadsdeel in one year, a panel per pair, the most segregated first."""
    pairs = dict([*present(words.pairs(codes), estimates["group"]).items()][:4])
    how: dict[str, Any] = {"panel": "group", "titles": pairs, "beside": True}
    first = estimates[estimates["group"] == next(iter(pairs), None)].sort_values("estimate", ascending=False)
    return _dissimilarity(pd.concat([first, estimates]).drop_duplicates(), line="place", **how)


def change(parts: pd.DataFrame, codes: Codes = CODES) -> Figure:
    """Draw what a change in dissimilarity is made of, a line of points with intervals per pair of groups.

    What is zero throughout, as without a school that opened or closed, is left out.
    """
    rows = parts[parts["index"] == CORRECTED]
    ends = rows.set_index("term")[[*ENDS]].fillna(0)
    moved = [code for code in COMPONENTS if code in ends.index and (ends.loc[[code]] != 0).any(axis=None)]
    names = {code: COMPONENTS[code] for code in moved} or COMPONENTS
    axis, pairs = text("change in dissimilarity"), present(words.pairs(codes), rows["group"])
    ways = (text("less segregation"), text("more segregation"))
    return forms.points(rows, axis, line="group", lines=pairs, series="term", names=names, ways=ways)
