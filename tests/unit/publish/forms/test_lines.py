"""Lines: a missing point is a gap, a year is at its number, a word at its place."""

import numpy as np
import pandas as pd
import pytest

from analysis.publish.forms import lines


def rows(x, *series):
    frames = [pd.DataFrame({"x": x, "estimate": values, "of": name}) for name, values in series]
    return pd.concat(frames, ignore_index=True)


def ticks(axes):
    return [label.get_text() for label in axes.get_xticklabels()]


def test_words_are_at_their_place_and_an_absent_one_is_a_gap():
    frame = rows(["low", "middle", "high"], ("a", [1.0, 2.0, 3.0]), ("b", [4.0, 5.0, 6.0])).drop(index=4)
    figure = lines(frame, "band", x="x", series="of")
    first, second = figure.axes[0].lines
    assert first.get_xdata().tolist() == [0, 1, 2]
    np.testing.assert_array_equal(second.get_ydata(), [4.0, np.nan, 6.0])
    assert ticks(figure.axes[0]) == ["low", "middle", "high"]
    assert [label.get_text() for label in figure.legends[0].get_texts()] == ["a", "b"]


def test_years_are_at_their_number_in_order():
    (line,) = lines(rows([2020, 2017, 2018], ("a", [3.0, 1.0, 2.0])), x="x", series="of").axes[0].lines
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([2017, 2018, 2020], [1.0, 2.0, 3.0])


def test_the_last_of_many_years_is_always_labelled():
    years = list(range(2009, 2026))
    (axes,) = lines(rows(years, ("a", [1.0] * 17)), x="x", series="of").axes
    assert ticks(axes) == ["2010", "2013", "2016", "2019", "2022", "2025"]


def test_intervals_are_a_band():
    frame = rows([1, 2], ("a", [1.0, 2.0])).assign(ci_low=[0.5, 1.5], ci_high=[1.5, 3.0])
    band = lines(frame, x="x", series="of").axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.5, 3.0)


def test_panels_may_have_lines_of_their_own_with_a_legend_each():
    frame = rows([1, 2], ("a", [1.0, 2.0]), ("b", [3.0, 4.0])).assign(panel=["first"] * 2 + ["second"] * 2)
    figure = lines(frame, x="x", series="of", panel="panel", apart=True)
    assert [axes.get_legend().get_texts()[0].get_text() for axes in figure.axes] == ["a", "b"]
    assert [len(axes.lines) for axes in figure.axes] == [1, 1]
    assert figure.legends == []


def test_a_break_is_a_line_before_its_value():
    (axes,) = lines(rows(["2017/18", "2018/19"], ("a", [1.0, 2.0])), x="x", series="of", breaks=["2018/19", "x"]).axes
    assert axes.lines[-1].get_xdata()[0] == 0.5
    assert len(axes.lines) == 2


@pytest.mark.parametrize(("names", "turned"), [(["below 24", "24-28"], 0), ([f"from {at}" * 4 for at in range(6)], 45)])
def test_words_that_do_not_fit_are_turned(names, turned):
    (axes,) = lines(rows(names, ("a", [1.0] * len(names))), x="x", series="of").axes
    assert axes.get_xticklabels()[0].get_rotation() == turned


def test_an_axis_from_zero_leaves_room_above_a_lone_point():
    (axes,) = lines(rows([2017], ("a", [0.96]), ("b", [0.86])), x="x", series="of", zero="edge").axes
    bottom, top = axes.get_ylim()
    assert bottom == 0
    assert top > 0.98
