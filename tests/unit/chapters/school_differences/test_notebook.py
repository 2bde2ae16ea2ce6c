"""The notebook alone, through the gate, in both languages."""

import pytest
from tests.unit.chapters.school_differences import made


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_notebook_publishes_its_tables_and_findings(run_cells, language):
    tables = {"by_school_score": made.scores(), "by_school_exam": made.exams(30)}
    facts = {"disclosure": "open-data"}
    small = {"sizes_shown": [10, 30], "schools_drawn": [10, 100, 1000]}
    ran = run_cells("04_school_differences", tables, facts=facts, language=language, **small)
    spread = ran.table("score_spread")
    assert set(spread["term"]) == {"within schools", "between schools"}
    contest = ran.table("prediction")
    assert len(contest) == 4 * 3 * 5
    for name in ("luck", "rule", "prediction", "outside", "ranges", "spread", "lasting"):
        assert f"finding {name}" in ran.shown


def test_a_level_of_two_schools_leaves_with_a_word_and_not_with_its_numbers(run_cells):
    """Of 30 schools two have vmbo-b: it has no row, its name and why stand below, and no number of it."""
    exams = made.exams(30)
    exams = exams[(exams["level"] != "vmbo-b") | exams["location"].isin(sorted({*exams["location"]})[:2])]
    facts, small = {"disclosure": "open-data"}, {"sizes_shown": [10, 30], "schools_drawn": [10, 100, 1000]}
    tables = {"by_school_score": made.scores(), "by_school_exam": exams}
    ran = run_cells("04_school_differences", tables, facts=facts, language="en", **small)
    assert set(ran.table("lasting")["group"]) == {"vmbo-k", "vmbo-gt", "havo", "vwo"}
    said = "No estimate: vmbo-b (too few schools)."
    assert all(said in ran.shown[name] for name in ("table outside", "table lasting"))
    account = ran.table("sample_exams").iloc[0]
    assert account["schools_kept"] == 4 * 30
    assert account[["pupils_in", "pupils_out", "schools_out"]].isna().all()
