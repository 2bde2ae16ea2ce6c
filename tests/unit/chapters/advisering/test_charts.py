"""The charts of the chapter on advice: what is drawn is what is in the frame, and what is withheld stays open."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering import charts
from analysis.chapters.advisering import charts_gaps as gaps


def row(estimate: float, **values) -> dict[str, object]:
    return {"estimate": estimate, "ci_low": estimate - 0.05, "ci_high": estimate + 0.05, "n_obs": 100, **values}


@pytest.fixture
def by_year() -> pd.DataFrame:
    rows = [
        row(0.1 * (number + 1), school_year=year, group=group, term=term)
        for number, year in enumerate(["2016/17", "2017/18", "2018/19"])
        for group in ("hoog", "laag")
        for term in ("vwo", "havo")
    ]
    return pd.DataFrame(rows)


def test_a_panel_per_term_a_line_per_group_and_a_mark_before_the_break(by_year) -> None:
    axes = charts.by_year(by_year, ["vwo", "havo"], ["hoog", "laag"], breaks=["2018/19"]).axes
    assert [panel.get_title(loc="left") for panel in axes] == ["vwo", "havo"]
    *lines, mark = axes[0].get_lines()
    assert [line.get_ydata().tolist() for line in lines] == [pytest.approx([0.1, 0.2, 0.3])] * 2
    assert mark.get_xdata()[0] == 1.5


def test_a_withheld_year_is_a_gap_in_the_line(by_year) -> None:
    by_year.loc[(by_year["school_year"] == "2017/18") & (by_year["group"] == "laag"), "estimate"] = np.nan
    line = charts.by_year(by_year, ["vwo"], ["hoog", "laag"]).axes[0].get_lines()[1]
    assert np.isnan(line.get_ydata()).tolist() == [False, True, False]


def test_small_shares_have_ticks_that_differ(by_year) -> None:
    small = by_year.assign(estimate=by_year["estimate"] / 10, ci_low=0.0, ci_high=by_year["estimate"] / 10)
    figure = charts.lost(small[small["term"] == "vwo"], ["hoog", "laag"])
    figure.canvas.draw()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(labels) == len(set(labels)) > 2


def test_the_advices_of_the_test_are_in_their_order_though_the_first_cell_is_withheld() -> None:
    cells = pd.DataFrame({"test_advice": ["vwo", "vmbo-b"], "advice": "vwo", "share": [0.9, 0.1], "n_tested": 100})
    axes = charts.heat_map(cells).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["vmbo-b  (n = 100)", "vwo  (n = 100)"]


def test_groups_are_named_by_their_category_in_the_order_of_these() -> None:
    rows = [
        row(0.2, category=category, group=group, term=term)
        for term in ("under", "over")
        for category, group in (("origin", "western"), ("education", "laag"), ("education", "all"), ("income", "low"))
    ]
    axes = charts.by_group(pd.DataFrame(rows), ["education", "origin"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["education: laag", "origin: western"]


def test_gaps_of_three_outcomes_are_drawn_in_two_variants_of_control() -> None:
    rows = [
        row(0.1, model=f"{outcome}_lpm_fe", outcome=outcome, term="laag", controls=controls)
        for outcome in gaps.OUTCOMES
        for controls in ("mutual", "alone")
    ]
    figure = gaps.gaps(pd.DataFrame(rows), "lpm_fe")
    assert [axes.get_title(loc="left") for axes in figure.axes] == list(gaps.OUTCOMES.values())
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "all factors together",
        "one factor at a time",
    ]


def test_the_parts_of_a_gap_are_named_in_words() -> None:
    """A factor stood along the axis as its code, one_parent."""
    rows = pd.DataFrame({"term": "laag", "part": ["raw", "one_parent"], "estimate": [0.2, 0.05]})
    figure = gaps.decomposition(rows.assign(ci_low=rows["estimate"] - 0.1, ci_high=rows["estimate"] + 0.1))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert sorted(labels) == ["one-parent household", "raw"]
