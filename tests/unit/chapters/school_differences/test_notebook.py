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
