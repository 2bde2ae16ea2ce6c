import pandas as pd

from analysis.chapters.school_choice import charts as charts_school_choice


def test_every_attribute_is_a_panel_and_every_group_a_line():
    rows = pd.DataFrame(
        [
            ("entry_cohort", "hoog_none", "share_hoog", 0.9),
            ("entry_cohort", "hoog_none", "capacity", 0.3),
            ("entry_cohort", "laag_migration", "share_hoog", -0.2),
            ("entry_cohort", "laag_migration", "concept_Dalton", 9.9),
        ],
        columns=["model", "group", "term", "estimate"],
    )
    shown = rows.assign(ci_low=rows["estimate"] - 0.1, ci_high=rows["estimate"] + 0.1)
    figure = charts_school_choice.willingness(shown, ["share_hoog", "capacity"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "highly educated parents, one sd more",
        "places, one sd more",
    ]
    first, second = figure.axes
    groups = ["high education, no migration background", "low education, migration background"]
    assert [label.get_text() for label in first.get_yticklabels()] == groups
    assert [label.get_text() for label in second.get_yticklabels()] == groups[:1]
    assert first.get_lines()[0].get_xdata().tolist() == [0.9, -0.2]
    assert second.get_xlabel().startswith("\N{LEFTWARDS ARROW} avoids it")


def test_schools_without_a_concept_are_drawn_as_attended_and_as_they_would_be_without_a_taste():
    rows = [
        ("laag_migration", "concept", "none", 0.8, 0.7),
        ("laag_migration", "concept", "Dalton", 0.2, 0.3),
        ("laag_migration", "denomination", "rk", 0.5, 0.4),
    ]
    kinds = pd.DataFrame(rows, columns=["group", "attribute", "category", "observed", "without_taste"])
    (axes,) = charts_school_choice.kinds_attended(kinds).axes
    assert [line.get_xdata().tolist() for line in axes.get_lines()] == [[0.8], [0.7]]
