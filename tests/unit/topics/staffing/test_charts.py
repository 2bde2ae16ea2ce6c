"""The charts of the chapters on staffing: what is drawn is what is in the frame, with the words that go with it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from itertools import chain

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis import language
from analysis.chapters.staffing import charts as toelage_charts
from analysis.publish.axes import localise
from analysis.publish.figures import MARKERS
from analysis.topics.staffing import charts, words
from analysis.topics.staffing.models import oab_pictures as pictures

DOTS = {*MARKERS}


def row(estimate: float, **keys: object) -> dict[str, object]:
    return {"estimate": estimate, "ci_low": estimate - 0.02, "ci_high": estimate + 0.03, **keys}


def lone(axes: Axes) -> list[Line2D]:
    return [line for line in axes.lines if line.get_linestyle() == "None" and line.get_marker() in DOTS]


def dots(axes: Axes) -> list[tuple[float, float]]:
    """All points that stand alone, series after series."""
    points = [zip(line.get_xdata(), line.get_ydata(), strict=True) for line in lone(axes)]
    return [(float(x), float(y)) for x, y in chain(*points)]


def bars(axes: Axes) -> list[list[tuple[float, float]]]:
    """The ends of all intervals; one with an end unknown is not drawn."""
    drawn = [segment for c in axes.collections if isinstance(c, LineCollection) for segment in c.get_segments()]
    return [[(float(x), float(y)) for x, y in segment] for segment in drawn if not np.isnan(segment).any()]


def upright(axes: Axes) -> list[tuple[float, str]]:
    """Where upright lines stand across the whole panel, and how they are drawn."""
    across = [line for line in axes.lines if list(line.get_ydata()) == [0, 1] and line not in lone(axes)]
    return [(line.get_xdata()[0], line.get_linestyle()) for line in across]


def names(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()]


def legend(figure: Figure) -> list[str]:
    return [label.get_text() for label in figure.legends[0].get_texts()]


LEVELS = pd.DataFrame(
    [
        row(level, category=region, year=year, outcome=measure)
        for measure in ("mean_employment", "zero", "above_30")
        for region, start in (("G5", 0.15), ("outside the G5", 0.08))
        for year, level in zip((2022, 2023, 2024), (start, start + 0.01, start - 0.02), strict=True)
    ]
)
EMPLOYMENT = LEVELS[LEVELS["outcome"] == "mean_employment"]


def test_the_shortage_is_a_line_per_region_with_its_band() -> None:
    figure = charts.by_year(EMPLOYMENT.sample(frac=1, random_state=1).sort_values("category"))
    (axes,) = figure.axes
    assert [line.get_xdata().tolist() for line in axes.lines] == [[2022, 2023, 2024]] * 2
    assert [line.get_ydata().tolist() for line in axes.lines] == [
        pytest.approx([0.15, 0.16, 0.13]),
        pytest.approx([0.08, 0.09, 0.06]),
    ]
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (pytest.approx(0.13 - 0.02), pytest.approx(0.16 + 0.03))
    assert axes.get_ylim()[0] == 0
    assert [text.get_text() for text in axes.texts] == ["6% outside the G5", "13% the G5"]  # from the lowest end up


def test_a_withheld_year_is_a_gap_in_line_and_band() -> None:
    known = EMPLOYMENT["year"] != 2023
    (axes,) = charts.by_year(EMPLOYMENT.assign(**{name: EMPLOYMENT[name].where(known) for name in row(0.0)})).axes
    assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, True, False]


BANDS = pd.DataFrame(
    [
        row(level + more + step, outcome=measure, category=band, region=region)
        for measure, level in (("mean_employment", 0.1), ("zero", 0.4))
        for region, more in (("G5", 0.05), ("outside the G5", 0.0))
        for band, step in (("below 24", 0.0), ("24-28", 0.01))
    ]
)


def test_a_panel_per_measure_and_the_regions_beside_each_other() -> None:
    figure = charts.by_category(BANDS, "region", ["zero", "mean_employment"])
    assert titles(figure) == ["Schools without a shortage", "Shortage, share of employment"]
    zero = figure.axes[0]
    assert names(zero) == ["below 24", "24-28"]
    # Two series share a line: a quarter of 0.72 below and above it.
    expected = [(0.45, -0.18), (0.46, 0.82), (0.4, 0.18), (0.41, 1.18)]
    assert dots(zero) == [pytest.approx(point) for point in expected]
    assert bars(zero)[0] == [pytest.approx((0.43, -0.18)), pytest.approx((0.48, -0.18))]
    assert zero.get_xlim()[0] == 0
    assert [text.get_text() for text in zero.texts] == ["the G5", "outside the G5"]


def test_a_band_without_schools_keeps_its_line_and_stays_open() -> None:
    rows = BANDS[(BANDS["region"] != "G5") | (BANDS["category"] != "24-28")]
    (axes,) = charts.by_category(rows, "region", ["zero"]).axes
    assert names(axes) == ["below 24", "24-28"]
    assert np.isnan(dots(axes)[1][0])


def test_effects_stand_in_the_order_of_their_names_round_the_line_of_no_effect() -> None:
    rows = pd.DataFrame([row(-0.03, line="b"), row(0.10, line="a")])
    (axes,) = charts.effects(rows, "percentage points", lines={"a": "First", "c": "Unknown", "b": "Last"}).axes
    assert names(axes) == ["First", "Unknown", "Last"]
    points = dots(axes)
    assert (points[0], points[2]) == ((0.10, 0.0), (-0.03, 2.0))
    assert np.isnan(points[1][0])
    assert upright(axes) == [(0.0, "-")]
    assert axes.get_xlabel() == "percentage points"


def test_shares_have_per_cents_along_the_axis() -> None:
    figure = charts.effects(pd.DataFrame([row(0.10, line="a")]), "share", numbers="percent")
    figure.draw_without_rendering()
    assert all(label.get_text().endswith("%") for label in figure.axes[0].get_xticklabels())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6))
def test_every_estimate_is_drawn_within_its_interval(estimates: list[float]) -> None:
    rows = pd.DataFrame([row(value, line=str(at)) for at, value in enumerate(estimates)])
    (axes,) = charts.effects(rows, "unit").axes
    for (x, y), (low, high) in zip(dots(axes), bars(axes), strict=True):
        assert low[0] <= x <= high[0]
        assert low[1] == high[1] == y
    assert [x for x, _ in dots(axes)] == estimates


def at_cutoff(*outcomes: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Bins, lines and jumps: 0.01 left and 0.04 right of the cut-off."""
    sides = (("left", -1, 0.01), ("right", 1, 0.04))
    points = [
        {"outcome": outcome, "side": side, "middle": sign * at, "mean": level + at / 100}
        for outcome, (side, sign, level), at in itertools.product(outcomes, sides, (0.5, 1.5))
    ]
    lines = [
        {"outcome": outcome, "side": side, "at": sign * at, "fitted": level, "ci_low": level - 0.01, "ci_high": level}
        for outcome, (side, sign, level), at in itertools.product(outcomes, sides, (0.0, 2.0))
    ]
    jumps = [row(0.03, outcome=outcome, n_left=1120, n_right=96) for outcome in outcomes]
    return pd.DataFrame(points), pd.DataFrame(lines), pd.DataFrame(jumps)


def at_cutoff_stacked(*outcomes: str) -> pd.DataFrame:
    return stacked(*at_cutoff(*outcomes))


def stacked(points: pd.DataFrame, lines: pd.DataFrame, jumps: pd.DataFrame) -> pd.DataFrame:
    parts = {"bin": points, "line": lines, "jump": jumps}
    return pd.concat([rows.assign(part=part) for part, rows in parts.items()], ignore_index=True)


def test_the_cut_off_shows_bins_lines_and_the_jump_with_the_schools_on_each_side() -> None:
    figure = toelage_charts.cutoff(at_cutoff_stacked("shortage", "hours", "log_wage"))
    assert titles(figure) == ["Hourly wage", "Teacher shortage"]  # the money, and what it was meant for
    axes = figure.axes[0]
    assert dots(axes) == [pytest.approx(point) for point in [(-0.5, 0.015), (-1.5, 0.025), (0.5, 0.045), (1.5, 0.055)]]
    fitted = [line.get_ydata().tolist() for line in axes.lines if line.get_marker() == ""]
    assert fitted == [[0.01, 0.01], [0.04, 0.04]]
    assert axes.get_xlabel() == "jump 3.0 (1.0 to 6.2)\nper cent\n1,120 schools left, 96 right"
    assert axes.get_ylabel() == "change, per cent, approximately"
    assert upright(axes) == [(0, "--")]
    assert "cut-off" in [text.get_text() for text in axes.texts]


def test_a_withheld_jump_is_not_told_under_its_panel() -> None:
    points, lines, jumps = at_cutoff("hours")
    (axes,) = toelage_charts.cutoff(stacked(points, lines, jumps.assign(estimate=np.nan))).axes
    assert axes.get_xlabel() == ""


def test_a_withheld_bin_leaves_its_place_open() -> None:
    points, lines, jumps = at_cutoff("hours")
    points.loc[0, "mean"] = np.nan
    assert np.isnan(dots(toelage_charts.cutoff(stacked(points, lines, jumps)).axes[0])[0][1])


def test_an_outcome_without_a_line_has_bins_alone() -> None:
    points, lines, jumps = at_cutoff("hours")
    axes = toelage_charts.cutoff(stacked(points, lines[lines["outcome"] == "none"], jumps)).axes[0]
    assert len(dots(axes)) == 4


EVENTS = pd.DataFrame(
    [
        row(effect, outcome=outcome, year=year, group=group)
        for outcome in ("pupils_per_teacher", "hours", "inflow")
        for group, more in (("schools with a score in 2016", 0.0), ("all schools", 0.1))
        for year, effect in ((2018, 0.01 + more), (2019, -0.01 + more), (2021, 0.2 + more))
    ]
)


def test_an_event_study_has_zero_in_the_base_year_and_a_dashed_line_before_the_start() -> None:
    one = EVENTS[EVENTS["group"] != "all schools"]
    figure = toelage_charts.event_study(one, base=2020, start=2021)
    assert titles(figure) == ["Teachers who came", "Hours per teacher", "Pupils per teacher"]
    axes = figure.axes[0]
    assert dots(axes) == [(2018, 0.01), (2019, -0.01), (2021, 0.2), (2020, 0)]
    assert [end[1] for end in bars(axes)[2]] == [pytest.approx(0.18), pytest.approx(0.23)]
    assert upright(axes) == [(2020.5, "--")]
    level = [line for line in axes.lines if list(line.get_xdata()) == [0, 1]]
    assert [list(line.get_ydata()) for line in level] == [[0, 0]]
    assert not figure.axes[3].get_visible()
    assert figure.legends == []


def test_groups_stand_beside_each_other_in_a_year_and_are_named() -> None:
    figure = toelage_charts.event_study(EVENTS, base=2020)
    points = dots(figure.axes[0])
    assert [x for x, _ in points[:3]] == pytest.approx([2017.89, 2018.89, 2020.89])
    assert [x for x, _ in points[3:6]] == pytest.approx([2018.11, 2019.11, 2021.11])
    assert [y for _, y in points[3:6]] == pytest.approx([0.11, 0.09, 0.3])
    assert legend(figure) == ["schools with a score in 2016", "all schools"]
    assert upright(figure.axes[0]) == []


NULLS = pd.DataFrame(
    {
        "model": ["amt_rd", "amt_did", "amt_did"],
        "outcome": ["shortage", "hours", "inflow"],
        "estimate": [0.02, -0.1, np.nan],
        "ci_low": [-0.01, -0.3, np.nan],
        "ci_high": [0.05, 0.1, np.nan],
        "margin": [0.02, 0.5, 0.01],
        "suppressed": ["", "", "estimate"],
    }
)


def test_nulls_are_drawn_in_their_own_unit_with_the_margin_shaded() -> None:
    figure = toelage_charts.nulls(NULLS)
    assert titles(figure) == ["Teachers who came", "Hours per teacher", "Teacher shortage"]
    inflow, hours, shortage = figure.axes[:3]
    assert [[text.get_text() for text in axes.texts] for axes in (inflow, hours, shortage)] == [
        ["withheld"],
        ["\N{MINUS SIGN}0.10"],
        ["+2.0"],
    ]
    assert (dots(hours), bars(hours)) == ([(-0.1, 0)], [[(-0.3, 0), (0.1, 0)]])
    assert (names(hours), names(shortage)) == (["before and after"], ["at the cut-off"])
    shade = hours.collections[0].get_paths()[0].vertices
    assert (shade[:, 0].min(), shade[:, 0].max()) == (-0.5, 0.5)
    assert hours.get_xlabel() == "hours a week"
    assert shortage.get_xlabel() == "percentage points of employment"


BINS = pd.DataFrame(
    {
        "name": ["schools"] * 3,
        "raw_per_pupil": [0.2, 1.0, 2.0],
        "euro_per_pupil": [0.0, 190.0, 800.0],
        "low": [0.0, 150.0, 700.0],
        "high": [0.0, 220.0, 910.0],
    }
)
FORMULA = pd.DataFrame(
    {"name": ["formula"] * 3, "raw_per_pupil": [0.0, 0.696, 2.0], "euro_per_pupil": [0.0, 0.0, 782.4]}
)


def test_bins_are_called_as_the_model_calls_them() -> None:
    assert words.BINS == pictures.BINS


def test_money_shows_bins_their_middle_eighty_per_cent_and_the_formula() -> None:
    two = pd.concat([FORMULA, FORMULA.assign(name="price per point alone", euro_per_pupil=[0.0, 0.0, 700.0])])
    (axes,) = charts.money(pd.concat([BINS, two]), 0.696, "euro per pupil").axes
    assert dots(axes) == [(0.2, 0.0), (1.0, 190.0), (2.0, 800.0)]
    assert bars(axes)[1] == [(1.0, 150.0), (1.0, 220.0)]
    assert upright(axes) == [(0.696, "--")]
    assert [text.get_text() for text in axes.texts] == ["threshold"]
    paths = [(line.get_linestyle(), list(line.get_ydata())) for line in axes.lines[2:]]
    assert paths == [("-", [0.0, 0.0, 782.4]), ("--", [0.0, 0.0, 700.0])]
    assert legend(axes.figure)[1:] == ["formula", "price per point alone"]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylabel() == "euro per pupil"


PLACEBOS = pd.DataFrame(
    [
        row(0.02, model="bandwidth", group="1.5 x"),
        row(np.nan, model="placebo_cutoff", group="-10%"),
        row(-0.01, model="placebo_cutoff", group="+5%"),
        row(0.03, model="donut", group="0.5%"),
        row(0.00, model="placebo_year", group="2018"),
    ]
)


def test_placebo_runs_have_a_panel_per_kind_and_a_line_of_no_effect() -> None:
    figure = toelage_charts.placebo(PLACEBOS, "pupils_per_teacher")
    assert titles(figure) == [
        "At cut-offs that decide nothing, by distance from the true one",
        "At starts in years before the toelage",
    ]
    assert [names(axes) for axes in figure.axes] == [["\N{MINUS SIGN}10%", "+5%"], ["2018"]]
    assert np.isnan(dots(figure.axes[0])[0][0])
    assert dots(figure.axes[0])[1] == (-0.01, 1)
    assert [upright(axes) for axes in figure.axes] == [[(0.0, "-")]] * 2
    assert figure.axes[-1].get_xlabel() == "Pupils per teacher: pupils per fte"


def test_the_effect_estimated_otherwise_is_no_placebo() -> None:
    figure = toelage_charts.robustness(PLACEBOS, "pupils_per_teacher")
    assert titles(figure) == [
        "Without the schools nearest to the cut-off, by distance",
        "At multiples of the bandwidth",
    ]
    assert [names(axes) for axes in figure.axes] == [["0.5%"], ["1.5 \N{MULTIPLICATION SIGN}"]]


def test_some_outcomes_are_drawn_by_year_and_all_where_these_are_not_known() -> None:
    frame = pd.DataFrame({"outcome": ["log_wage", "hours", "inflow"], "estimate": [0.1, 0.2, np.nan]})
    assert toelage_charts.by_year(frame)["outcome"].tolist() == ["log_wage", "inflow"]
    assert len(toelage_charts.by_year(frame.assign(estimate=[np.nan, 0.2, np.nan]))) == 3


DISTANCES = pd.DataFrame({"band": ["up to 1 km", "1-7 km", "over 7 km"], "share": [0.2, np.nan, 0.5]})


def test_distances_are_bars_and_a_withheld_one_is_no_zero() -> None:
    (axes,) = charts.distances(DISTANCES).axes
    assert {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in axes.patches} == {0: 0.2, 2: 0.5}
    assert [label.get_text() for label in axes.get_xticklabels()] == DISTANCES["band"].tolist()


THIRDS = pd.DataFrame(
    [
        {"outcome": outcome, "third": third, "year": year, "mean": level + year / 10_000}
        for outcome, level in (("wage_share", 0.6), ("hired_share", 0.0))
        for third in ("upper third", "lower third", "middle third")
        for year in (2020, 2021, 2019)
    ]
).sort_values("year")


def test_accounts_have_a_line_per_third_from_low_to_high() -> None:
    figure = charts.accounts(THIRDS)
    assert [title.replace("\n", " ") for title in titles(figure)] == [
        "Hired staff, share of the costs of staff",
        "Wages, share of all costs",
    ]
    assert [axes.lines[0].get_ydata().tolist() for axes in figure.axes] == [
        pytest.approx([0.2019, 0.2020, 0.2021]),
        pytest.approx([0.8019, 0.8020, 0.8021]),
    ]
    assert [text.get_text() for text in figure.axes[1].texts] == [
        "80% lower third",
        "80% middle third",
        "80% upper third",
    ]


OUTCOMES = tuple(words.outcomes())[:-1]
EVERY = {
    "by_year": lambda: charts.by_year(EMPLOYMENT),
    "by_category": lambda: charts.by_category(BANDS, "region", ["mean_employment", "zero"]),
    "effects": lambda: charts.effects(
        pd.DataFrame([row(0.1, line="G5")]),
        language.text("teachers with a non-western background"),
        lines={"G5": words.word("outside the G5")},
        numbers="percent",
    ),
    "cutoff": lambda: toelage_charts.cutoff(at_cutoff_stacked(*OUTCOMES)),
    "event_study": lambda: toelage_charts.event_study(EVENTS, base=2020, start=2021),
    "nulls": lambda: toelage_charts.nulls(NULLS),
    "money": lambda: charts.money(pd.concat([BINS, FORMULA]), 0.696, language.text("OAB money, euro per pupil")),
    "placebo": lambda: toelage_charts.placebo(PLACEBOS, "pupils_per_teacher"),
    "distances": lambda: charts.distances(DISTANCES),
    "accounts": lambda: charts.accounts(THIRDS),
}


@pytest.mark.parametrize("spoken", language.languages())
@pytest.mark.parametrize("draw", EVERY.values(), ids=EVERY)
def test_words_of_every_language_fit_in_the_figure_and_beside_each_other(
    draw: Callable[[], Figure], spoken: str
) -> None:
    with language.speaking(spoken):
        figure = draw()
        localise(figure)
    figure.draw_without_rendering()
    whole, drawn = figure.bbox_inches, figure.get_tightbbox()
    spill = [whole.x0 - drawn.x0, whole.y0 - drawn.y0, drawn.x1 - whole.x1, drawn.y1 - whole.y1]
    assert max(spill) <= 0.01, spill  # inch
    shown = [axes for axes in figure.axes if axes.get_visible()]
    labels = [label for axes in shown for label in (axes._left_title, axes.xaxis.label) if label.get_text()]
    boxes = {label.get_text(): label.get_window_extent() for label in labels}
    over = [(one, other) for one, other in itertools.combinations(boxes, 2) if boxes[one].overlaps(boxes[other])]
    assert over == []


def test_the_figures_speak_dutch() -> None:
    with language.speaking("nl"):
        figure = toelage_charts.cutoff(at_cutoff_stacked("log_wage"))
        nulls = toelage_charts.nulls(NULLS)
    assert figure.axes[0].get_xlabel() == "sprong 3,0 (1,0 tot 6,2)\nprocent\n1.120 scholen links, 96 rechts"
    assert titles(figure) == ["Uurloon"]
    assert titles(nulls) == ["Instroom van leraren", "Uren per leraar", "Lerarentekort"]
