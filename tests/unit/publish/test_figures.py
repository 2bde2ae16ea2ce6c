import matplotlib as mpl
import numpy as np
import pytest

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


def test_a_legend_has_as_many_columns_as_its_words_leave_room_for():
    middling, long = "a name of some thirty letters", "a name that is as long as half a page is wide, and more"
    for words, columns in (
        (("one", "two", "three"), 3),
        ((middling,) * 3, 2),
        ((long, "two"), 2),
        ((long, long), 1),
    ):
        figure, axes = figures.canvas()
        for name in words:
            axes.plot([0, 1], label=name)
        figures.legend_above(axes)
        assert figure.legends[0]._ncols == columns


def test_panels_fill_rows_and_what_is_left_over_is_not_seen():
    figure, areas = figures.panels(3, 2, 4.0, 1.0)
    assert len(areas) == 3
    assert [axes.get_visible() for axes in figure.axes] == [True, True, True, False]
    assert figure.get_size_inches() * 2.54 == pytest.approx([16, 9])
