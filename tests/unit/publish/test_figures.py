import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.publish import figures


def lightness(colour):
    """CIE L* of a colour, 0 for black and 100 for white."""
    srgb = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


def test_each_colour_is_clearly_lighter_than_the_one_before():
    steps = np.diff([lightness(colour) for colour in figures.PALETTE])
    assert (steps >= 8).all(), steps


def test_the_style_ends_with_its_block():
    before = dict(mpl.rcParams)
    with figures.style():
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before


def test_intervals_are_drawn_where_they_are_and_the_first_row_is_on_top():
    _, axes = figures.canvas()
    by_term = pd.DataFrame({"term": ["a", "b"], "estimate": [1.0, 2.0], "ci_low": [0.5, 1.0], "ci_high": [1.5, 3.0]})
    figures.intervals(axes, by_term, "term")
    segments = axes.collections[0].get_segments()
    assert [segment[:, 0].tolist() for segment in segments] == [[0.5, 1.5], [1.0, 3.0]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    bottom, top = axes.get_ylim()
    assert bottom > top


def test_a_withheld_bar_leaves_its_place_open():
    _, axes = figures.canvas()
    by_group = pd.DataFrame({"group": ["a", "b"], "now": [0.5, None], "nearest": [0.4, 0.3]})
    figures.bar_pairs(axes, by_group, "group", "now", "nearest")
    heights = [bar.get_height() for bar in axes.patches]
    assert heights[0] == 0.5
    assert np.isnan(heights[1])
    assert heights[2:] == [0.4, 0.3]


def test_a_bubble_has_the_area_of_its_size_and_the_map_is_as_wide_as_the_land():
    by_point = pd.DataFrame(
        {"longitude": [4.8, 5.0, 4.9], "latitude": [52.0, 52.4, 52.2], "share": [0.2, 0.4, None], "n": [100, 400, None]}
    )
    outline = np.array([[4.7, 51.9], [5.1, 51.9], [5.1, 52.5], [4.7, 51.9]])
    figure = figures.map_points(by_point, "share", "n", [outline], "Share")
    axes = figure.axes[0]
    bubbles = next(c for c in axes.collections if c.get_array() is not None and len(c.get_offsets()) == 2)
    largest, smallest = bubbles.get_sizes()
    assert largest == pytest.approx(4 * smallest)
    middle = np.mean(axes.get_ylim())
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(middle)), rel=1e-3)
    assert "withheld" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_a_missing_column_is_named():
    _, axes = figures.canvas()
    with pytest.raises(InputError, match="ci_low"):
        figures.intervals(axes, pd.DataFrame({"term": ["a"], "estimate": [1.0], "ci_high": [2.0]}), "term")


@pytest.mark.parametrize(("value", "limits"), [(0.0147, (0.01, 0.02)), (0.0, (0.0, 1.0)), (-37.2, (-40.0, -30.0))])
def test_where_all_values_are_one_the_limits_of_colours_are_round(value, limits):
    """A city of one postcode: limits of 0.0133 and 0.0161 would tell more than the data beside them."""
    at = pd.DataFrame({"longitude": [5.0, 5.1], "latitude": [53.2, 53.3], "value": [value] * 2, "pupils": [40, 60]})
    figure = figures.map_points(at, "value", "pupils", [], "share")
    figure.draw_without_rendering()
    bubbles = next(one for one in figure.axes[0].collections if one.get_array() is not None and len(one.get_offsets()))
    assert (bubbles.norm.vmin, bubbles.norm.vmax) == pytest.approx(limits)
