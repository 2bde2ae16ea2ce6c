"""The notebook alone, through the gate, in Dutch too; in English the edition `ci` runs it."""

import pytest
from tests.unit.chapters.judgements import made

from analysis.inspectorate import GOOD, INSUFFICIENT, NONE, SUFFICIENT

FEW = {GOOD: 1, SUFFICIENT: 1, INSUFFICIENT: 1, NONE: 10}


def ran(run_cells, schools, boards, **options):
    return run_cells("04_judgements", {"by_school_judgement": schools, "by_board_judgement": boards}, **options)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_notebook_publishes_its_tables_and_findings(run_cells, language):
    done = ran(run_cells, made.schools(), made.boards(60), language=language)
    for name in ("weak", "judged_basisscholen", "aspect_culture", "size_dialogue"):
        assert f"finding {name}" in done.shown
    for name in ("judged", "findable", "aspects", "size", "curve"):
        assert f"figure {name}" in done.shown
    assert "boards_besides" not in done.table("aspects")


def test_two_excellent_and_one_weak_special_school_are_withheld_with_what_gives_them_away(run_cells):
    rows = ran(run_cells, made.schools(), made.boards(60)).table("judged")
    told = rows.set_index(["school_kind", "judgement", "title"])["schools"].sort_index()
    assert told["basisscholen", "good"].isna().to_dict() == {
        "excellent": True,
        "not excellent": True,
        "with and without": False,
    }
    assert told["basisscholen", "good"]["with and without"] == 14
    assert told["special schools", "weak"].isna().all()
    assert told["special schools", "good", "with and without"] != 7  # else 16 - 7 - 8 is the one
    assert not rows["judgement"].str.contains("very weak|zeer_zwak").any()


def test_few_schools_and_boards_leave_a_word_and_no_number(run_cells):
    schools = made.schools(regular=FEW, special=FEW, before=FEW, excellent=(0, 0))
    done = ran(run_cells, schools, made.boards_of((1, 3, 1)))
    assert not done.has("judged")
    assert not done.has("changed")
    assert not done.has("size")
    assert not any(name.startswith("finding size") for name in done.shown)


@pytest.mark.parametrize(("slope", "name"), [(3.0, "Larger boards"), (-3.0, "Smaller boards")])
def test_a_world_turned_round_turns_the_sentence(run_cells, slope, name):
    done = ran(run_cells, made.schools(), made.boards(120, slope, level=-2.5 * slope))
    assert name in done.shown["finding size_culture"]
