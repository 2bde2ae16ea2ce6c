import numpy as np
import pandas as pd
import pytest

from analysis.errors import WithheldError
from analysis.publish import figures
from analysis.publish.blank import settle_blanks
from analysis.publish.forms import bars, bubbles, points

KNOWN = pd.DataFrame({"name": ["a"], "estimate": [0.1], "ci_low": [0.0], "ci_high": [0.2]})
UNKNOWN = KNOWN.assign(estimate=np.nan, ci_low=np.nan, ci_high=np.nan)


def panels(*rows):
    frame = pd.concat([of.assign(panel=str(place)) for place, of in enumerate(rows)])
    return points(frame, line="name", panel="panel", titles=[str(place) for place in range(len(rows))])


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_an_empty_panel_says_so_beside_one_that_is_not():
    figure = panels(KNOWN, UNKNOWN)
    settle_blanks(figure)
    full, empty = figure.axes
    assert words(full) == []
    assert words(empty) == ["too few, or not estimated"]
    assert list(empty.get_yticks()) == []


@pytest.mark.parametrize("rows", [UNKNOWN, UNKNOWN.iloc[:0]])
def test_a_figure_of_empty_panels_is_withheld(rows):
    with pytest.raises(WithheldError, match="nothing of it can be estimated"):
        settle_blanks(panels(rows, rows))


def test_two_points_of_a_line_are_no_line_of_reference():
    figure, axes = figures.canvas()
    axes.plot([2018, 2019], [0.1, 0.2], marker="o")
    settle_blanks(figure)
    assert words(axes) == []


def test_a_line_of_reference_alone_is_nothing():
    figure, axes = figures.canvas()
    axes.axvline(0)
    with pytest.raises(WithheldError):
        settle_blanks(figure)


def test_one_point_has_a_map():
    by_place = pd.DataFrame({"lon": [4.9], "lat": [52.4], "share": [0.5], "pupils": [100]})
    figure = bubbles(by_place, value="share", size="pupils", label="share", size_label="pupils")
    settle_blanks(figure)
    assert len(figure.axes[0].collections) > 0


def test_bars_that_are_all_withheld_are_nothing_even_with_a_legend():
    rows = pd.DataFrame({"band": ["a", "b"], "now": np.nan, "nearest": np.nan})
    with pytest.raises(WithheldError):
        settle_blanks(bars(rows, x="band", height={"now": "now", "nearest": "nearest"}))


def test_a_bound_without_a_point_is_something():
    figure = panels(KNOWN.assign(estimate=np.nan), KNOWN)
    settle_blanks(figure)
    assert words(figure.axes[0]) == []
