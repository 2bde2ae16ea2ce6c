"""Bars: a withheld one leaves its place open, parts of a whole begin where the last one ended."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.publish.forms import bars, stacked

BANDS = pd.DataFrame({"band": ["low", "high"], "now": [0.7, 0.3], "nearest": [0.6, None]})
BESIDE = {"now": "now", "nearest": "all at the nearest school"}


def heights(axes):
    """Heights by where a bar is."""
    middles = {round(bar.get_x() + bar.get_width() / 2, 2): bar.get_height() for bar in axes.patches}
    return dict(sorted(middles.items()))


def names(labels):
    return [label.get_text() for label in labels]


def test_columns_are_beside_each_other_with_a_legend():
    figure = bars(BANDS, "schoolweging", x="band", height=BESIDE, label="share")
    (axes,) = figure.axes
    assert heights(axes) == {-0.2: 0.7, 0.2: 0.6, 0.8: 0.3}  # the place of the withheld one, 1.2, is open
    assert names(axes.get_xticklabels()) == ["low", "high"]
    assert names(figure.legends[0].get_texts()) == ["now", "all at the nearest school"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("schoolweging", "share")


def test_colours_are_those_that_were_asked_for():
    (axes,) = bars(BANDS, x="band", height=BESIDE, colours=("#112233", "#aabbcc")).axes
    assert [bar.get_facecolor()[0] for bar in axes.patches] == pytest.approx([0x11 / 255] * 2 + [0xAA / 255])


def test_one_column_has_no_legend():
    figure = bars(BANDS, x="band", height="now")
    assert list(heights(figure.axes[0]).values()) == [0.7, 0.3]
    assert figure.legends == []


def test_values_of_a_column_are_beside_each_other_in_order_of_appearance():
    long = BANDS.melt("band", var_name="when", value_name="share")
    figure = bars(long, x="when", height="share", series="band")
    assert list(heights(figure.axes[0]).values()) == [0.7, 0.3, 0.6]
    assert names(figure.legends[0].get_texts()) == ["low", "high"]


def test_two_bars_in_one_place_are_refused_and_not_averaged():
    with pytest.raises(InputError, match="two rows of one series have the same band"):
        bars(pd.concat([BANDS, BANDS]), x="band", height="now")


def of(**shares):
    rows = [(line, part, value, 100) for line, values in shares.items() for part, value in values.items()]
    return pd.DataFrame(rows, columns=["group", "term", "estimate", "n_obs"])


def test_parts_begin_where_the_last_one_ended_and_tell_n():
    rows = of(all={"below": 0.2, "at": 0.5, "above": 0.3}, none={"below": 0.0, "at": 0.96, "above": 0.04})
    (axes,) = stacked(rows, "group", ["below", "at", "above"], ["#000000", "#eeeeee", "#000000"], breaks=["none"]).axes
    by_bar = sorted((bar.get_y(), bar.get_x(), bar.get_width()) for bar in axes.patches)
    assert [at for _, at, _ in by_bar] == pytest.approx([0, 0.2, 0.7, 0, 0, 0.96])
    assert names(axes.get_yticklabels()) == ["all  (n = 100)", "none  (n = 100)"]
    assert [text.get_text() for text in axes.texts] == ["20%", "", "50%", "96%", "30%", ""]
    assert axes.lines[0].get_ydata()[0] == 0.5


def test_a_bar_of_which_a_part_is_withheld_is_left_open():
    rows = of(all={"below": 0.2, "at": None, "above": 0.3}, one={"below": 0.5, "above": 0.5})
    (axes,) = stacked(rows, "group", ["below", "at", "above"], ["#000000"] * 3).axes
    assert np.isnan([bar.get_width() for bar in axes.patches]).all()
