"""Figures that show more than their data: kinds of artist that nobody can judge, and places that nobody published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import ListedColormap, PowerNorm, TwoSlopeNorm
from matplotlib.image import AxesImage
from matplotlib.legend_handler import HandlerBase
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse, FancyArrow, Polygon, Wedge
from matplotlib.path import Path
from matplotlib.ticker import FixedFormatter, LogLocator, PercentFormatter, ScalarFormatter

from analysis.disclosure.rules.pictures import refuse_drawn
from analysis.errors import DisclosureError
from analysis.publish import figures

DATA = pd.DataFrame({"group": list("abcd"), "share": [0.125, 0.25, 0.375, 0.61], "other": [0.7, 0.21, 0.33, 0.44]})
SECRET = np.array([0.1234, 0.5678, 0.9123, 0.4321])
SHARE, OTHER = DATA["share"].to_numpy(), DATA["other"].to_numpy()

KINDS: dict[str, Callable[[Any], object]] = {
    "inset axes": lambda a: a.inset_axes([0.1, 0.1, 0.3, 0.3]).plot(SHARE, OTHER),
    "a wedge": lambda a: a.add_patch(Wedge((0.5, 0.5), 0.3, 0, 44)),
    "a pie": lambda a: a.pie(SECRET),
    "a polygon": lambda a: a.add_patch(Polygon([[0, 0], [0.1, 0.7], [0.3, 0.2]])),
    "an ellipse": lambda a: a.add_patch(Ellipse((0.1, 0.2), 0.3, 0.4)),
    "a circle": lambda a: a.add_patch(Circle((0.1, 0.2), 0.34)),
    "an arrow": lambda a: a.add_patch(FancyArrow(0, 0, 0.3, 0.7)),
    "quivers": lambda a: a.quiver(SHARE, OTHER, SECRET, SECRET),
    "barbs": lambda a: a.barbs(SHARE, OTHER, SECRET, SECRET),
    "contours": lambda a: a.contour(SECRET.reshape(2, 2)),
    "contours of points": lambda a: a.tricontour(SHARE, OTHER, SECRET),
    "stems": lambda a: a.stem(SHARE, SECRET),
    "a stack": lambda a: a.stackplot(SHARE, SECRET),
    "stairs": lambda a: a.stairs(SECRET),
    "events": lambda a: a.eventplot(SECRET),
    "an image": lambda a: a.imshow(np.outer(SHARE, SHARE)),
    "an image with a norm of its own": lambda a: a.add_image(AxesImage(a, data=SECRET.reshape(2, 2))),
    "a table": lambda a: a.table([["7"]]),
    "an arrow to a point": lambda a: a.annotate("x", (0.1, 0.2), xytext=(0.4, 0.4), arrowprops={"arrowstyle": "->"}),
    "a box round a text": lambda a: a.text(0, 0, "x", bbox={"pad": 3}),
    "a second axis": lambda a: a.twinx().plot(SHARE, OTHER),
    "a secondary axis": lambda a: a.secondary_xaxis("top"),
    "colours per point": lambda a: a.scatter(SHARE, OTHER, c=[(value, 0, 0, 1) for value in SECRET]),
    "strengths per point": lambda a: a.scatter(SHARE, OTHER, alpha=SECRET),
    "widths per point": lambda a: a.scatter(SHARE, OTHER, linewidths=SECRET),
    "sizes per point": lambda a: a.scatter(SHARE, OTHER, s=100 * SECRET),
    "markers of its own": lambda a: a.scatter(SHARE, OTHER, marker=Path([[0, 0], [1, 0.3], [0.2, 1]])),
    "numbers as markers": lambda a: a.plot(SHARE, OTHER, marker="$7$"),
    "a formula": lambda a: a.set_title("$7^{pupils}$"),
    "hatches": lambda a: a.fill_between(SHARE, OTHER, hatch="///"),
    "hatched bars": lambda a: a.bar(range(4), SHARE, hatch="xx"),
    "letters moved about": lambda a: [a.text(value, value, "x") for value in SECRET],
    "lines of the figure": lambda a: a.figure.add_artist(Line2D([0.1, SECRET[1]], [0, 1])),
    "patches of the figure": lambda a: a.figure.add_artist(Circle((0.2, 0.2), 0.1)),
    "an image of the figure": lambda a: a.figure.figimage(np.outer(SHARE, SHARE)),
    "figures in figures": lambda a: a.figure.subfigures(1, 1),
    "a rule for its ticks": lambda a: a.xaxis.set_major_locator(_own_locator()),
    "many widths of lines": lambda a: [a.plot(SHARE, OTHER, linewidth=1 + k / 10) for k in range(9)],
    "a link": lambda a: a.plot(SHARE, OTHER)[0].set_url("seven"),
    "the other coordinate": lambda a: a.scatter(SHARE, SECRET),
    "the first coordinate": lambda a: a.scatter(SECRET, SHARE),
    "a line over secret places": lambda a: a.plot(SECRET, SHARE),
    "intervals at secret places": lambda a: a.vlines(SECRET, SHARE, OTHER),
    "bars at secret places": lambda a: a.bar(SECRET, SHARE, width=0.01),
    "an area over secret places": lambda a: a.fill_between(np.sort(SECRET), SHARE),
    "ticks": lambda a: (a.plot(SHARE, OTHER), a.set_xticks(SECRET)),
    "limits": lambda a: (a.plot(SHARE, OTHER), a.set_xlim(-7.1234, 9.8765)),
    "a number beside a bar": lambda a: a.text(0, 0, "0.9876"),
    "invisible points": lambda a: a.scatter(SHARE, SECRET, visible=False),
    "points behind the others": lambda a: a.scatter(SHARE, SECRET, zorder=-9),
    "a limit of colours": lambda a: a.scatter(SHARE, OTHER, c=SHARE, vmin=0, vmax=4321.7),
    "a limit of the colours of cells": lambda a: a.pcolormesh(SHARE.reshape(2, 2), vmin=-0.1234, vmax=1),
    "a middle of colours": lambda a: a.scatter(SHARE, OTHER, c=SHARE, norm=TwoSlopeNorm(0.4321, 0, 1)),
    "a rule of its own for colours": lambda a: a.scatter(SHARE, OTHER, c=SHARE, norm=PowerNorm(0.4321)),
    "a map of its own for colours": lambda a: a.scatter(SHARE, OTHER, c=SHARE, cmap=ListedColormap(["#123456"])),
    "ticks of a colour bar": lambda a: _bar(a).set_ticks(SECRET),
    "labels of a colour bar": lambda a: _bar(a).set_ticks([0.2, 0.4], labels=["0.1234", "0.5678"]),
    "minor ticks of a colour bar": lambda a: _bar(a).set_ticks(SECRET, minor=True),
    "a line on a colour bar": lambda a: _bar(a).ax.axhline(SECRET[0]),
    "steps of a colour bar": lambda a: _bar(a, boundaries=[0, 0.1234, 0.4321, 1]),
    "minor ticks": lambda a: (a.plot(SHARE, OTHER), a.set_xticks(SECRET, minor=True)),
    "a rule for its minor ticks": lambda a: a.xaxis.set_minor_locator(_own_locator()),
    "minor ticks of a logarithm": lambda a: _minor(_logarithmic(a), LogLocator(10, subs=[1.2345])),
    "the base of a logarithm": lambda a: (a.plot(SHARE, OTHER), a.set_xscale("log", base=4.3217)),
    "labels of minor ticks": lambda a: (a.plot(SHARE, OTHER), a.set_xticks([0.21, 0.33], ["0.4321", "x"], minor=True)),
    "labels of ticks": lambda a: (a.plot(SHARE, OTHER), a.set_xticks([0.2, 0.3], ["0.1234", "4,321.7"])),
    "labels by a rule": lambda a: (a.plot(SHARE, OTHER), a.xaxis.set_major_formatter(lambda x, _: f"{43.217 * x}")),
    "categories that are numbers": lambda a: a.bar([str(value) for value in SECRET], SHARE),
    "an offset": lambda a: (a.plot(SHARE, OTHER), a.xaxis.set_major_formatter(ScalarFormatter(useOffset=0.4321))),
    "an offset in words": lambda a: (a.plot(SHARE, OTHER), _offset(a, "1e5+12345")),
    "the size of a marker in a legend": lambda a: _legend(a, Line2D([], [], marker="o", markersize=12.345)),
    "the width of a line in a legend": lambda a: _legend(a, Line2D([], [], linewidth=1.2345)),
    "a scale of the markers in a legend": lambda a: (
        a.plot(SHARE, OTHER, "o", label="a"),
        a.legend(markerscale=1.2345),
    ),
    "the size of a point in a legend": lambda a: _legend(a, a.scatter([], [], s=43.217)),
    "a point that is nowhere else": lambda a: _legend(a, PathCollection([Path.unit_circle()], sizes=[4.3217])),
    "colours of points in a legend": lambda a: _legend(a, Axes.scatter(figures.canvas(6)[1], SHARE, OTHER, c=SECRET)),
    "a legend with a number": lambda a: (a.plot(SHARE, OTHER, label="4321.7"), a.legend()),
    "a line that moved in a legend": lambda a: (
        a.plot(SHARE, OTHER, label="a"),
        a.legend().legend_handles[0].set_data([0, 4.3217, 20], [3.5, 1.2345, 3.5]),
    ),
    "a point that moved in a legend": lambda a: (
        a.scatter(SHARE, OTHER, label="a"),
        a.legend().legend_handles[0].set_offsets([[4.3217, 1]]),
    ),
    "a bar that grew in a legend": lambda a: (
        a.bar(range(4), SHARE, label="a"),
        a.legend().legend_handles[0].set_height(4.3217),
    ),
    "a wide handle of a legend": lambda a: (a.plot(SHARE, OTHER, label="a"), a.legend(handlelength=4.3217)),
    "a kind of its own in a legend": lambda a: _legend(a, Circle((0, 0), 1), {Circle: _OwnHandle()}),
    "points off the axes": lambda a: (a.scatter(SHARE, 100 + SECRET), a.set_ylim(0, 1)),
}


def _own_locator() -> Any:
    from matplotlib.ticker import MultipleLocator

    return MultipleLocator(0.1234)


def _bar(axes: Any, **options: Any) -> Any:
    return axes.figure.colorbar(axes.scatter(SHARE, OTHER, c=SHARE), ax=axes, **options)


def _logarithmic(axes: Any) -> Any:
    axes.plot(SHARE, OTHER)
    axes.set_xscale("log")
    return axes


def _minor(axes: Any, locator: Any) -> None:
    axes.xaxis.set_minor_locator(locator)


def _offset(axes: Any, words: str) -> object:
    axes.set_xticks([0.2, 0.4], ["a", "b"])
    axes.xaxis.set_major_formatter(FixedFormatter(["a", "b"]))
    return axes.xaxis.get_major_formatter().set_offset_string(words)


def _legend(axes: Any, handle: Any, handlers: Any = None) -> None:
    axes.plot(SHARE, OTHER)
    axes.legend([handle], ["a"], handler_map=handlers)


class _OwnHandle(HandlerBase):
    def create_artists(self, *_: Any) -> list[Any]:
        return [Circle((0, 0), 4.3217)]


@pytest.mark.parametrize("draw", KINDS.values(), ids=KINDS)
def test_what_shows_more_than_its_data_is_refused(draw: Callable[[Any], object]) -> None:
    figure, axes = figures.canvas(6)
    draw(axes)
    with pytest.raises(DisclosureError, match="figure 'x'") as refused:
        refuse_drawn(figure, DATA, "x")
    assert not any(str(value) in str(refused.value) for value in SECRET)


HONEST: dict[str, Callable[[Any], object]] = {
    "points": lambda a: a.scatter(SHARE, OTHER, s=100 * SHARE / SHARE.max()),
    "bars beside each other": lambda a: [a.bar(np.arange(4) + side, SHARE, width=0.36) for side in (-0.19, 0.19)],
    "intervals in three series": lambda a: [
        a.hlines(np.arange(4) + side, SHARE, OTHER) for side in (-0.7 / 3, 0, 0.7 / 3)
    ],
    "a line at zero and round ends": lambda a: (a.axvline(0), a.plot(SHARE, OTHER), a.set_ylim(0, 1)),
    "categories": lambda a: a.bar(DATA["group"], SHARE),
    "colours up to a round number": lambda a: a.pcolormesh(SHARE.reshape(2, 2), vmin=0, vmax=1, cmap="YlGnBu"),
    "colours on both sides of zero": lambda a: a.scatter(SHARE, OTHER, c=SHARE, norm=TwoSlopeNorm(0, -0.61, 0.61)),
    "colours as they come": lambda a: _bar(a, format=PercentFormatter(1), label="share"),
    "a logarithm": _logarithmic,
    "a logarithm of two": lambda a: (a.plot(SHARE, OTHER), a.set_xscale("log", base=2)),
    "minor ticks as they come": lambda a: (a.plot(SHARE, OTHER), a.minorticks_on()),
    "minor ticks at round numbers": lambda a: (a.plot(SHARE, OTHER), a.set_xticks([0.1, 0.15], minor=True)),
    "numbers of the data as labels": lambda a: (a.plot(SHARE, OTHER), a.set_xticks(SHARE, [f"{x:.1%}" for x in SHARE])),
    "a narrow axis with an offset": lambda a: (a.plot(SHARE, OTHER), a.set_xlim(0.125, 0.1250001)),
    "a legend of all kinds": lambda a: (
        a.scatter(SHARE, OTHER, s=100 * SHARE / SHARE.max(), c=SHARE, label="points"),
        a.plot(SHARE, OTHER, "o-", label="line"),
        a.bar(range(4), SHARE, label="bars"),
        a.hlines(range(4), SHARE, OTHER, label="intervals"),
        a.fill_between(SHARE, OTHER, label="area"),
        a.legend(title="kinds", ncols=2, fontsize=7),
    ),
    "a legend of sizes": lambda a: (
        a.scatter(SHARE, OTHER, s=260 * SHARE / SHARE.max()),
        [a.scatter([], [], s=260 * size / SHARE.max(), label=f"{size}") for size in (0.1, 0.5)],
        a.legend(ncols=2),
    ),
}


@pytest.mark.parametrize("draw", HONEST.values(), ids=HONEST)
def test_honest_figures_pass(draw: Callable[[Any], object]) -> None:
    figure, axes = figures.canvas(6)
    draw(axes)
    refuse_drawn(figure, DATA, "x")


def shared(limit: float) -> Any:
    figure, axes = figures.canvas(6, rows=2, sharex=True)
    for panel, (x, y) in zip(axes, ((SHARE[:2], OTHER[:2]), (SHARE[2:], OTHER[2:])), strict=True):
        panel.plot(x, y)
    axes[0].set_xlim(0, limit)
    return figure


def test_panels_that_share_an_axis_may_end_where_the_data_of_all_of_them_do() -> None:
    refuse_drawn(shared(0.61), DATA, "f")  # of the second panel; the first ends at 0.25
    refuse_drawn(shared(0.61 + 0.05 * 0.5), DATA, "f")  # a margin


def test_a_shared_limit_is_no_place_for_another_number() -> None:
    with pytest.raises(DisclosureError, match="limits"):
        refuse_drawn(shared(0.8234), DATA, "f")
