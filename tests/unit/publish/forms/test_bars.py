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
    assert [text.get_text() for text in axes.texts][:6] == ["20%", "", "50%", "96%", "30%", ""]
    assert axes.lines[0].get_ydata()[0] == 0.5


def test_what_is_withheld_is_one_piece_at_the_end_of_a_bar_and_of_a_whole_bar_a_word():
    rows = of(all={"low": None, "some": 0.2, "most": 0.3, "high": None}, none={"low": None, "some": None})
    rows = rows.assign(suppressed=np.where(rows["estimate"].isna(), "estimate", ""))
    (axes,) = stacked(rows, "group", ["low", "some", "most", "high"], ["#000000"] * 4).axes
    known = [bar for bar in axes.patches if np.isfinite(bar.get_width()) and not bar.get_hatch()]
    drawn = [(bar.get_x(), bar.get_width()) for bar in known]
    assert drawn == [pytest.approx((0.0, 0.2)), pytest.approx((0.2, 0.3))]
    (rest,) = [bar for bar in axes.patches if bar.get_hatch()]
    seen = rest.get_clip_box().transformed(axes.transData.inverted())
    assert rest.get_x() == pytest.approx(0.2 + 0.3)
    assert (seen.x1, seen.ymin, seen.ymax) == pytest.approx((1, -0.4, 0.4))  # as its bar, and not between bars
    said = [(text.get_position(), text.get_text()) for text in axes.texts if "with" in text.get_text()]
    assert said == [((1.01, 0), "withheld"), ((0.01, 1), "withheld")]


@pytest.mark.parametrize("shares", [(0.165, 0.055, 0.81), (0.16, 0.05, 0.78)])  # add up to 1.03 and to 0.99
def test_a_bar_of_rounded_shares_ends_at_one_and_halves_go_up(shares):
    rows = of(all=dict(zip(["low", "some", "high"], shares, strict=True)))
    (axes,) = stacked(rows, "group", ["low", "some", "high"], ["#000000"] * 3).axes
    assert axes.get_xlim() == (0, 1)
    last = axes.patches[-1]
    assert [axes.patches[0].get_x(), last.get_x() + last.get_width()] == pytest.approx([0, 1])
    assert axes.patches[1].get_x() == pytest.approx(shares[0] + (1 - sum(shares)) / 2)
    assert axes.texts[0].get_text() == ("17%" if shares[0] == 0.165 else "16%")


def test_each_bar_that_is_withheld_says_so_at_its_own_place():
    rows = BANDS.assign(now=[None, 0.3], suppressed=["now", "nearest"])
    (axes,) = bars(rows.astype({"now": float}), x="band", height=BESIDE).axes
    said = {round(text.get_position()[0], 2): text.get_text() for text in axes.texts if text.get_text() == "withheld"}
    assert said == {-0.2: "withheld", 1.2: "withheld"}


def test_a_place_without_a_bar_says_why():
    rows = BANDS.assign(now=[0.7, None], suppressed=["", "now"])
    (axes,) = bars(rows, x="band", height="now").axes
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["70%", "withheld"]
