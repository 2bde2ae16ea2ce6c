"""Points with intervals: what is drawn is what is in the rows, and what is missing leaves its line open."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.publish import rendering
from analysis.publish.forms import points


def rows(*values, **columns):
    frame = pd.DataFrame(values, columns=["name", "estimate"])
    return frame.assign(ci_low=frame["estimate"] - 0.5, ci_high=frame["estimate"] + 1.0, **columns)


TWO = rows(("a", 1.0), ("b", 2.0))


def labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def drawn(axes):
    return [line.get_xdata().tolist() for line in axes.lines if line.get_linestyle() == "None"]


def test_intervals_are_drawn_where_they_are_and_the_first_row_is_on_top():
    (axes,) = points(TWO, line="name").axes
    assert drawn(axes) == [[1.0, 2.0]]
    assert [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()] == [[0.5, 2.0], [1.5, 3.0]]
    assert labels(axes) == ["a", "b"]
    bottom, top = axes.get_ylim()
    assert bottom > top


def test_of_a_mapping_all_lines_are_drawn_and_of_a_function_those_that_there_are():
    (axes,) = points(TWO, line="name", lines={"c": "C", "b": "B"}).axes
    assert labels(axes) == ["C", "B"]
    np.testing.assert_array_equal(drawn(axes), [[np.nan, 2.0]])
    (axes,) = points(TWO, line="name", lines=str.upper).axes
    assert labels(axes) == ["A", "B"]


def thick(axes):
    """Ends of what is drawn thick and pale, as no interval of an estimate is."""
    wide = [c for c in axes.collections if c.get_linewidth()[0] > 3]
    return [segment[:, 0].tolist() for c in wide for segment in c.get_segments()]


def thin(axes):
    return [segment for c in axes.collections if c.get_linewidth()[0] < 3 for segment in c.get_segments()]


def test_a_bound_is_a_thick_pale_bar_without_a_point():
    (axes,) = points(TWO.assign(estimate=[np.nan, 2.0]), line="name").axes
    assert thick(axes) == [[0.5, 2.0]]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_array_equal(dots[0].get_xdata(), [np.nan, 2.0])


def test_a_range_of_schools_is_a_thick_pale_bar_with_its_point():
    (axes,) = points(TWO, line="name", ranged="eight in ten schools").axes
    assert thick(axes) == [[0.5, 2.0], [1.5, 3.0]]
    assert not any(np.isfinite(ends).all() for ends in thin(axes) if len(ends))


def test_a_line_without_a_number_says_why():
    rows_of = pd.concat([TWO, rows(("c", np.nan), ("d", np.nan))]).assign(suppressed=["", "", "estimate", ""])
    (axes,) = points(rows_of, line="name", lines=["a", "b", "c", "d", "e"]).axes
    assert [text.get_text() for text in axes.texts] == ["withheld", "not estimated", "no data"]
    assert [text.get_position()[1] for text in axes.texts] == [2, 3, 4]


def test_series_are_named_beside_their_first_dots_and_need_no_legend():
    both = pd.concat([TWO.assign(of="now"), TWO.assign(of="then")])
    figure = points(both, line="name", series="of")
    assert [text.get_text() for text in figure.axes[0].texts] == ["now", "then"]
    assert [text.xy[0] for text in figure.axes[0].texts] == [2.0, 2.0]  # at the end of the first interval
    assert figure.legends == []


def test_lines_stand_below_their_headings():
    frame = rows(("a", 1.0), ("b", 2.0), ("c", 3.0)).assign(kind=["x", "y", "x"])
    (axes,) = points(frame, line="name", heading="kind").axes
    assert labels(axes) == ["x", "a", "c", "y", "b"]
    assert len(axes.texts) == 0  # a heading has no number, and says nothing of it


def test_what_lies_on_either_side_of_zero_is_said_along_the_axis():
    (axes,) = points(TWO, "change", line="name", ways=("less", "more")).axes
    assert axes.get_xlabel() == "\N{LEFTWARDS ARROW} less      more \N{RIGHTWARDS ARROW}\nchange"


def test_no_marker_is_cut_by_an_axis():
    (axes,) = points(rows(("a", 0.0), ("b", 1.0)), line="name", zero="edge").axes
    assert not any(line.get_clip_on() for line in axes.lines if line.get_marker() == "o")


def test_two_rows_on_one_line_are_refused():
    with pytest.raises(InputError, match="two rows of one series have the same name"):
        points(pd.concat([TWO, TWO]), line="name")


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="ci_low"):
        points(TWO.drop(columns="ci_low"), line="name")


def test_panels_below_each_other_have_their_own_lines_and_those_beside_share_them():
    frame = pd.concat([TWO.assign(of="first"), rows(("c", 3.0), of="second")])
    assert [labels(axes) for axes in points(frame, line="name", panel="of").axes] == [["a", "b"], ["c"]]
    left, right = points(frame, line="name", panel="of", beside=True).axes
    assert labels(left) == ["a", "b", "c"]
    assert (right.get_ylim(), labels(right)) == (left.get_ylim(), [])  # named once
    sorted_ = points(frame, line="name", panel="of", beside=True, sort=True).axes
    assert [labels(axes) for axes in sorted_] == [["b", "a"], ["c"]]


def test_panels_share_an_axis_unless_they_measure_something_else():
    frame = pd.concat([TWO.assign(of="first"), rows(("c", 30.0), of="second")])
    first, second = points(frame, line="name", panel="of").axes
    assert first.get_xlim() == second.get_xlim()
    first, second = points(frame, line="name", panel="of", apart=True).axes
    assert first.get_xlim()[1] < 5 < second.get_xlim()[1]


@pytest.mark.parametrize(("zero", "lines"), [("line", 1), ("edge", 0), ("free", 0)])
def test_zero_is_a_line_of_no_effect_or_where_the_axis_begins_or_nothing(zero, lines):
    (axes,) = points(TWO, line="name", zero=zero).axes
    assert sum(line.get_linestyle() == "-" for line in axes.lines) == lines
    assert (axes.get_xlim()[0] == 0) == (zero == "edge")


def test_differences_of_shares_are_named_as_points():
    (axes,) = points(TWO, "gap", line="name", numbers="points").axes
    assert axes.get_xlabel() == "gap, percentage points"
    assert points(TWO, line="name", numbers="points").axes[0].get_xlabel() == "percentage points"


def test_many_lines_are_closer_together():
    heights = [
        points(rows(*((f"line {at}", 1.0) for at in range(n))), line="name").get_size_inches()[1] for n in (25, 30)
    ]
    assert heights[1] < heights[0]


def test_a_long_label_up_a_low_panel_is_written_on_lines_that_fit() -> None:
    figure = points(TWO, line="name", label="leerlingen van de school per groep, gemiddeld over scholen")
    figure.draw_without_rendering()
    box = figure.axes[0].yaxis.label.get_window_extent()
    assert "\n" in figure.axes[0].get_ylabel()
    assert box.y0 >= 0
    assert box.y1 <= figure.bbox.y1


def test_numbers_stand_behind_their_intervals_with_the_names_of_the_series():
    frame = pd.DataFrame(
        {
            "line": ["a", "a", "b", "b"],
            "of": ["now", "then"] * 2,
            "estimate": [0.12, -0.2, 0.3, None],
            "ci_low": [0.0, -0.3, 0.1, None],
            "ci_high": [0.2, -0.1, 0.4, None],
            "suppressed": ["", "", "", "estimate"],
        }
    )
    (axes,) = points(frame, line="line", series="of", names=str, lines=str, numbers="points", written=1).axes
    said = [text.get_text() for text in axes.texts]
    assert said == ["then: withheld", "+12.0  now", "\N{MINUS SIGN}20.0  then", "+30.0"]
    assert [text.xy[0] for text in axes.texts[1:]] == [0.2, -0.1, 0.4]


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.6])
def test_the_name_of_a_series_ends_inside_the_figure_wherever_its_mark_is(at):
    """As the panel makes room for a name its mark moves along: one round of laying out cuts the name at 0.5."""
    series = {"short": "short", "long": "a name of thirty-eight letters it has"}
    rows = pd.DataFrame(
        {"line": ["parents low against highly educated"] * 2, "series": [*series], "estimate": [at, at]}
    )
    rows = pd.concat([rows, rows.assign(line="b", estimate=[0.0, 0.6])]).assign(ci_low=np.nan, ci_high=np.nan)
    figure = points(rows, "x", line="line", series="series", names=series)
    rendering._settle(figure)
    ends = [words.get_window_extent().x1 for axes in figure.axes for words in axes.texts]
    assert len(ends) == 2
    assert max(ends) <= figure.bbox.x1
