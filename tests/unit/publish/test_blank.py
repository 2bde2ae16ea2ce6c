from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from analysis.errors import WithheldError
from analysis.publish import figures
from analysis.publish.blank import settle_blanks
from analysis.publish.forms import bars, bubbles, points

KNOWN = pd.DataFrame({"name": ["a", "b"], "estimate": [0.1, 0.3], "ci_low": [0.0, 0.2], "ci_high": [0.2, 0.4]})
UNKNOWN = KNOWN.assign(estimate=np.nan, ci_low=np.nan, ci_high=np.nan)


def panels(*rows):
    frame = pd.concat([of.assign(panel=str(place)) for place, of in enumerate(rows)])
    return points(frame, line="name", panel="panel", titles=[str(place) for place in range(len(rows))])


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_an_empty_panel_says_so_beside_one_that_is_not():
    figure, (full, empty) = figures.canvas(columns=2)
    full.plot([1, 2, 3], [0.1, 0.2, 0.3], marker="o")
    settle_blanks(figure)
    assert words(full) == []
    assert words(empty) == ["too few, or not estimated"]
    assert list(empty.get_yticks()) == []


def test_a_panel_whose_places_say_why_they_are_empty_needs_no_more_words():
    figure = panels(KNOWN, UNKNOWN)
    settle_blanks(figure)
    assert [words(axes) for axes in figure.axes] == [[], ["not estimated", "not estimated"]]


@pytest.mark.parametrize("rows", [KNOWN.iloc[:1], pd.concat([KNOWN.iloc[:1], UNKNOWN.iloc[1:]])])
def test_one_number_has_nothing_to_compare_it_with(rows):
    with pytest.raises(WithheldError, match="there is one number"):
        settle_blanks(points(rows, line="name"))


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


@pytest.mark.parametrize(("places", "shown"), [(1, False), (2, True)])
def test_two_places_make_a_map(places, shown):
    by_place = pd.DataFrame({"lon": [4.9, 5.0], "lat": [52.4, 52.5], "share": [0.5, 0.6], "pupils": [100, 90]})
    figure = bubbles(by_place[:places], value="share", size="pupils", label="share", size_label="pupils")
    with nullcontext() if shown else pytest.raises(WithheldError):
        settle_blanks(figure)


def test_bars_that_are_all_withheld_are_nothing_even_with_a_legend():
    rows = pd.DataFrame({"band": ["a", "b"], "now": np.nan, "nearest": np.nan})
    with pytest.raises(WithheldError):
        settle_blanks(bars(rows, x="band", height={"now": "now", "nearest": "nearest"}))


def test_a_bound_without_a_point_is_something():
    figure = panels(KNOWN.assign(estimate=np.nan), KNOWN)
    settle_blanks(figure)
    assert words(figure.axes[0]) == []
