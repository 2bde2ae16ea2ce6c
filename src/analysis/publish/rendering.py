"""A figure as the bytes of its two files, in memory: what is found in them is refused before anything is written."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine, LayoutEngine
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.disclosure.rules.image_files import refuse_png, refuse_svg
from analysis.language import text
from analysis.publish.axes import localise

PAGE_DPI = 200
PACKED = {"compress_level": 4}  # a tenth faster than 6, and a hundredth larger
ATTEMPTS, TALLER = 4, 1.3
DECIMALS = 6  # decimals of a position, as a part of the figure: a thousandth of a pixel


@contextmanager
def defaults() -> Iterator[None]:
    """Draw with matplotlib's own settings inside a ``with`` block, whatever file of settings a user has."""
    with mpl.rc_context():
        mpl.rcdefaults()
        yield


@defaults()
def drawn(figure: Figure, name: str, *, salt: str, synthetic: bool) -> tuple[bytes, str, list[str]]:
    """Return the PNG and the SVG of a figure with the words that are in them, and close it.

    Parameters
    ----------
    figure : What is drawn; the axes are written in the edition's language.
    name : What it is called in a message.
    salt : What the names of elements inside the SVG are made from, so that they are the same in every run.
    synthetic : Whether to write on it that the data are made up.

    Raises
    ------
    DisclosureError
        When the files hold more than the picture.
    """
    localise(figure)
    if synthetic:
        _mark_synthetic(figure)
    _settle(figure)
    words = [*_words(figure)]
    image, svg = BytesIO(), StringIO()
    figure.savefig(image, format="png", dpi=PAGE_DPI, metadata={"Software": None}, pil_kwargs=PACKED)
    with mpl.rc_context({"svg.hashsalt": salt}):
        figure.savefig(svg, format="svg", metadata={"Date": None})
    _close(figure)
    refuse_png(image.getvalue(), f"figure {name!r}")
    refuse_svg(svg.getvalue(), f"figure {name!r}")
    return image.getvalue(), svg.getvalue(), words


def _words(figure: Figure) -> Iterator[str]:
    """Give the text that a figure shows, formulas left out; its places are set, so that labels of ticks are there."""
    for found in figure.findobj(Text):
        words = found.get_text() if isinstance(found, Text) and found.get_visible() else ""
        if "$" not in words:
            yield words


def _settle(figure: Figure) -> None:
    """Lay the figure out once: each file would do it anew, which takes as long as drawing."""
    engine = figure.get_layout_engine()
    if engine:
        _lay_out(figure, engine)  # labels of ticks are there after it, as after drawing
    else:
        figure.draw_without_rendering()
    with mpl.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
        figure.set_layout_engine(None)
    for axes in figure.axes:  # the layout is found but for the last digits, which would name parts of the SVG otherwise
        position = axes.get_position(original=True).get_points()
        axes.set_position(Bbox(np.round(position, DECIMALS)))


def _lay_out(figure: Figure, engine: LayoutEngine) -> None:
    """Lay a figure out; one whose words leave its panels no room, as long ones in Dutch may, is made taller."""
    for _ in range(ATTEMPTS):
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            engine.execute(figure)
        if given:
            figure.set_figheight(TALLER * figure.get_figheight())
        elif not _cut_off(figure):
            return
    engine.execute(figure)


def _cut_off(figure: Figure) -> bool:
    """Return whether the name of a mark ends outside the figure: as a panel shrinks its mark moves along."""
    edge = figure.bbox.x1 + 1
    return any(
        words.get_window_extent().x1 > edge for axes in figure.axes for words in axes.texts if words.get_in_layout()
    )


def _mark_synthetic(figure: Figure) -> None:
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, 0.04, 1, 0.96))
    figure.text(0.995, 0.01, text("Synthetic data"), ha="right", va="bottom", fontsize=7, color="#5a5a5a")


def _close(figure: Figure) -> None:
    # pyplot knows only the figures it made itself, and the notebook would show those a second time.
    from matplotlib import pyplot as plt

    plt.close(figure)
