import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint
from tests.unit.chapters.judgements import made

from analysis.chapters.judgements.models import boards, parts, schools
from analysis.errors import InputError
from analysis.inspectorate import ASPECTS, GOOD, NONE

YEARS = (2019, 2020)


@pytest.fixture(scope="module")
def in_force():
    return schools.in_force(made.schools(), YEARS)


def judged(rows):
    return schools.judged(rows[rows["year"] == 2020]).set_index(["school_kind", "judgement", "title"])


def test_shares_are_of_the_judged_and_not_of_all(in_force):
    row = judged(in_force).loc[(schools.REGULAR, "good", schools.ALL)]
    # 14 of 14 + 30 + 4, whatever the 165 without a judgement
    assert (row["schools"], row["schools_judged"], row["of_judged"]) == (14, 48, 14 / 48)
    assert (row["exact_low"], row["exact_high"]) == pytest.approx(proportion_confint(14, 48, method="beta"))


def test_the_weak_are_told_together_and_the_good_by_title(in_force):
    schools_of = judged(in_force)["schools"].xs(schools.REGULAR)
    assert schools_of[schools.WEAK_SCHOOLS, schools.ALL] == 4
    assert schools_of["good", schools.EXCELLENT] + schools_of["good", schools.PLAIN] == 2 + 12
    assert schools_of[parts.JUDGED, schools.ALL] == 48
    assert {"very_weak", "zeer_zwak"}.isdisjoint(schools_of.index.get_level_values(0))


def test_six_before_and_four_after(in_force):
    (row,) = schools.changed(in_force, YEARS, 0.8).to_dict("records")
    assert (row["schools_before"], row["schools_after"]) == (6, 4)  # 3 + 3, and 4 + 0
    assert row["p_value"] == pytest.approx(0.754, abs=0.0005)
    assert row["ratio_low"] < 1 < row["ratio_high"]
    assert row["found_none"] == pytest.approx(0.554, abs=0.001)


def test_without_weak_schools_before_there_is_no_ratio():
    rows = schools.in_force(made.schools(before={GOOD: 9, NONE: 204}), YEARS)
    assert schools.changed(rows, YEARS, 0.8).empty
    assert schools.findable(schools.changed(rows, YEARS, 0.8)).empty


def test_a_change_is_found_least_where_there_is_none(in_force):
    found = schools.findable(schools.changed(in_force, YEARS, 0.8)).set_index("after")["estimate"]
    assert found.idxmin() == 6
    assert found.index.max() == 4 * 6


def test_a_year_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"by_school_judgement: year: a year has no schools") as refused:
        schools.in_force(made.schools(), (2019, 2021))
    assert "2021" in str(refused.value)
    assert "judgements.years" in str(refused.value)


def test_nobody_judged_has_no_share():
    rows = schools.in_force(made.schools(special={NONE: 26}, excellent=(2, 0)), YEARS)
    special = judged(rows).loc[schools.SPECIAL]
    assert special["of_judged"].isna().all()
    assert (special["schools"] == 0).all()


def test_boards_that_are_not_judged_on_everything_have_no_part():
    rows = made.boards(12)
    rows.loc[0, "culture"] = NONE
    kept = boards.select(rows)
    assert len(kept) == 11
    assert kept["doublings"].tolist() == pytest.approx(np.log2(rows["schools"][1:]).tolist())


def test_aspects_by_hand():
    table = boards.aspects(boards.select(made.boards_of((6, 12, 6), on_some=8))).set_index(["aspect", "judgement"])
    assert table.loc[("quality_care", "good"), ["boards", "of_judged"]].tolist() == [6, 0.25]
    assert table.loc[("quality_care", parts.JUDGED), "boards"] == 24
    # culture is turned by two boards: 8 are insufficient on something, 2 of them not on one aspect
    some = table.loc[(boards.SOME, boards.INSUFFICIENT_ON_SOME)]
    assert (some["boards"], some["boards_besides"]) == (8, 2)
    assert table.loc[(boards.SOME, boards.SUFFICIENT_ON_ALL), "boards"] == 16


@pytest.mark.parametrize("slope", [2.5, -2.5])
def test_the_slope_has_the_sign_of_the_truth_also_where_small_boards_are_better(slope):
    rows = boards.select(made.boards(200, slope, level=-2.5 * slope))
    table = boards.size(rows).set_index("group")
    assert (np.sign(table["estimate"]) == np.sign(slope)).all()
    assert ((table["ci_low"] > 0) | (table["ci_high"] < 0)).all()
    drawn = boards.curve(rows, [2, 4, 8]).pivot_table(index="board_size", columns="aspect", values="estimate")
    assert (np.sign(drawn.diff().iloc[1:]) == np.sign(slope)).all(axis=None)


def test_a_size_beyond_which_lie_fewer_than_three_boards_is_not_drawn():
    rows = boards.select(made.boards(24))
    rows["schools"] = [1, 1, 2, *[5] * 18, 9, 9, 40]
    rows["doublings"] = np.log2(rows["schools"])
    drawn = boards.curve(rows, [1, 2, 5, 9, 40])
    assert {*drawn["board_size"]} == {2, 5, 9}


def test_boards_of_one_size_have_a_reason_and_no_estimate():
    rows = boards.select(made.boards(24).assign(schools=3))
    table = boards.size(rows)
    assert table["estimate"].isna().all()
    assert {*table["reason"]} == {"no variation"}
    assert boards.curve(rows, [3])["estimate"].isna().all()


@pytest.mark.parametrize("counts", [(30, 0, 0), (0, 20, 10)])
def test_where_all_boards_are_good_or_none_is_the_penalty_is_no_estimate(counts):
    rows = boards.select(made.boards_of(counts))
    table = boards.size(rows)
    assert table["estimate"].isna().all()
    assert {*table["reason"]} == {"no variation"}
    assert boards.curve(rows, [2, 3])["estimate"].isna().all()


def test_the_band_is_around_the_chance():
    drawn = boards.curve(boards.select(made.boards(24)), [3, 6, 10])
    assert len(drawn) == 3 * len(ASPECTS)
    assert drawn["estimate"].between(drawn["ci_low"], drawn["ci_high"]).all()


def test_rows_whose_whole_is_withheld_or_small_go_and_half_of_the_parts_make_a_figure():
    rows = pd.DataFrame({"aspect": list("aaabbbccc"), "judgement": ["judged", "good", "other"] * 3})
    rows["boards"] = [10, 4, np.nan, np.nan, 5, 5, 9, 4, 5]
    rows["of_judged"] = [np.nan, 0.4, np.nan, np.nan, 0.5, 0.5, np.nan, 4 / 9, 5 / 9]
    known = parts.whole_known(rows, "boards", "aspect")
    assert known["aspect"].tolist() == ["a"] * 3
    assert parts.drawable(known)
    assert not parts.drawable(known.assign(of_judged=np.nan))
    assert not parts.drawable(known.iloc[:0])
