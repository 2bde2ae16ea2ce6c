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
    assert [text.get_text() for text in figure.axes[0].texts] == ["a", "b"]
    assert figure.legends == []


def test_years_are_at_their_number_in_order():
    (line,) = lines(rows([2020, 2017, 2018], ("a", [3.0, 1.0, 2.0])), x="x", series="of").axes[0].lines
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([2017, 2018, 2020], [1.0, 2.0, 3.0])


def test_the_last_of_many_years_is_always_labelled():
    years = list(range(2009, 2026))
    (axes,) = lines(rows(years, ("a", [1.0] * 17)), x="x", series="of").axes
    assert ticks(axes) == ["2010", "2013", "2016", "2019", "2022", "2025"]


def test_intervals_are_a_band():
    frame = rows([1, 2, 3], ("a", [1.0, 2.0, 2.0])).assign(ci_low=[0.5, 1.5, 1.5], ci_high=[1.5, 3.0, 2.5])
    band = lines(frame, x="x", series="of").axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.5, 3.0)


def test_panels_may_have_lines_of_their_own_each_with_its_name():
    frame = rows([1, 2, 3], ("a", [1.0, 2.0, 3.0]), ("b", [3.0, 4.0, 5.0])).assign(panel=["first"] * 3 + ["second"] * 3)
    figure = lines(frame, x="x", series="of", panel="panel", apart=True)
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes] == [["a"], ["b"]]
    assert [len(axes.lines) for axes in figure.axes] == [1, 1]


def test_panels_on_one_scale_begin_at_zero_and_hold_the_largest():
    frame = rows([1, 2, 3], ("a", [1.0, 2.0, 3.0]), ("b", [3.0, 4.0, 50.0])).assign(
        panel=["first"] * 3 + ["second"] * 3
    )
    first, second = lines(frame, x="x", series="of", panel="panel", across=True, zero="edge").axes
    assert first.get_ylim() == second.get_ylim()
    assert first.get_ylim()[0] == 0
    assert first.get_ylim()[1] > 50


@pytest.mark.parametrize("years", [1, 2])
def test_fewer_than_three_years_are_points(years):
    (axes,) = lines(
        rows([2017, 2018][:years], ("a", [0.9, 0.8][:years]), ("b", [0.6, 0.7][:years])), x="x", series="of"
    ).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    drawn = [line.get_xdata().tolist() for line in axes.lines if line.get_linestyle() == "None"]
    assert drawn == [[0.9, 0.6], [0.8, 0.7]][:years]


def test_a_line_of_which_all_is_withheld_says_so():
    frame = rows([1, 2, 3], ("a", [1.0, 2.0, 3.0]), ("b", [None] * 3)).assign(suppressed=[""] * 3 + ["estimate"] * 3)
    (axes,) = lines(frame.astype({"estimate": float}), x="x", series="of").axes
    assert {text.get_text() for text in axes.texts} == {"a", "b: withheld"}


def test_a_break_is_a_line_before_its_value():
    frame = rows(["2016/17", "2017/18", "2018/19"], ("a", [1.0, 2.0, 3.0]))
    (axes,) = lines(frame, x="x", series="of", breaks={"2018/19": "another test", "x": "never"}).axes
    before, after, dashed = axes.lines
    assert dashed.get_xdata()[0] == 1.5
    assert (before.get_xdata().tolist(), after.get_xdata().tolist()) == ([0, 1], [2])  # no line goes over it
    assert "another test" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(
    ("names", "turned"), [(["below 24", "24-28", "28-32"], 0), ([f"from {at}" * 4 for at in range(6)], 45)]
)
def test_words_that_do_not_fit_are_turned(names, turned):
    (axes,) = lines(rows(names, ("a", [1.0] * len(names))), x="x", series="of").axes
    assert axes.get_xticklabels()[0].get_rotation() == turned


def test_an_axis_from_zero_leaves_room_above_a_lone_point():
    (axes,) = lines(rows([2017], ("a", [0.96]), ("b", [0.86])), x="x", series="of", zero="edge").axes
    left, right = axes.get_xlim()
    assert left == 0
    assert right > 0.98


def test_shares_have_their_last_value_at_the_end_of_each_line():
    frame = rows([1, 2, 3], ("a", [0.1, 0.2, 0.254])).assign(panel="one")
    both = pd.concat([frame, frame.assign(panel="two", estimate=[0.3, 0.4, 0.5])])
    figure = lines(both, x="x", series="of", panel="panel", numbers="percent", across=True)
    assert [[text.get_text() for text in axes.texts] for axes in figure.axes] == [["25%"], ["50% a"]]


def test_a_panel_above_an_empty_place_has_the_labels_of_its_axis():
    frame = rows([2017, 2018, 2019], ("a", [1.0, 2.0, 3.0]))
    five = pd.concat([frame.assign(panel=name) for name in "abcde"])
    figure = lines(five, x="x", series="of", panel="panel", columns=3)
    figure.draw_without_rendering()
    labelled = [any(tick.label1.get_visible() for tick in axes.xaxis.get_major_ticks()) for axes in figure.axes[:5]]
    assert labelled == [False, False, True, True, True]


def test_a_panel_says_why_there_are_gaps_and_a_line_ends_at_its_last_value_with_its_year():
    frame = rows([2017, 2018, 2019], ("a", [0.1, 0.2, None])).assign(suppressed=["", "", "estimate"])
    (axes,) = lines(frame.astype({"estimate": float}), x="x", series="of", numbers="percent").axes
    assert {text.get_text().replace("\n", " ") for text in axes.texts} == {"gaps: withheld", "20% (2018) a"}
    assert {text.xy[0] for text in axes.texts} == {0, 2018}


def test_a_line_that_is_withheld_is_named_in_every_panel():
    frame = rows([1, 2, 3], ("a", [1.0, 2.0, 3.0]), ("b", [None] * 3)).assign(suppressed=[""] * 3 + ["estimate"] * 3)
    both = pd.concat([frame.assign(panel="one"), frame.assign(panel="two")]).astype({"estimate": float})
    first, last = lines(both, x="x", series="of", panel="panel", columns=2, across=True).axes
    assert {text.get_text() for text in first.texts} == {"b: withheld"}
    assert {text.get_text() for text in last.texts} == {"a", "b: withheld"}


def test_school_years_are_left_out_along_an_axis_rather_than_turned():
    years = ["2014/15", "2015/16", "2016/17", "2017/18", "2018/19"]
    frame = rows(years, ("a", [1.0] * 5))
    both = pd.concat([frame.assign(panel="one"), frame.assign(panel="two")])
    first = lines(both, x="x", series="of", panel="panel", columns=2).axes[0]
    assert ticks(first) == ["2014/15", "2016/17", "2018/19"]
    assert {label.get_rotation() for label in first.get_xticklabels()} == {0}
