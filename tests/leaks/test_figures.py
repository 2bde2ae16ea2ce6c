"""Figures that show more than their data: kinds of artist that nobody can judge, and places that nobody published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse, FancyArrow, Polygon, Wedge
from matplotlib.path import Path

from analysis.errors import DisclosureError
from analysis.publish import figures
from analysis.publish.pictures import refuse_drawn

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
    "points off the axes": lambda a: (a.scatter(SHARE, 100 + SECRET), a.set_ylim(0, 1)),
}


def _own_locator() -> Any:
    from matplotlib.ticker import MultipleLocator

    return MultipleLocator(0.1234)


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
}


@pytest.mark.parametrize("draw", HONEST.values(), ids=HONEST)
def test_honest_figures_pass(draw: Callable[[Any], object]) -> None:
    figure, axes = figures.canvas(6)
    draw(axes)
    refuse_drawn(figure, DATA, "x")
