import pandas as pd

from analysis.chapters.school_choice import charts as charts_school_choice


def test_every_group_is_a_series_and_every_attribute_a_place():
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
    axes = charts_school_choice.willingness(shown, ["share_hoog", "capacity"]).axes[0]
    named = [label.get_text() for label in axes.get_yticklabels()]
    assert named == ["highly educated parents, one sd more", "places, one sd more"]
    series = {line.get_label(): line.get_xdata().tolist() for line in axes.lines if line.get_marker() != "None"}
    assert series["high education, no migration background"] == [0.9, 0.3]
    # The group without an estimate for the second attribute leaves its place open.
    assert series["low education, migration background"][0] == -0.2
    assert pd.isna(series["low education, migration background"][1])
