import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.chapters.data.attendance import STAY_COLUMNS
from analysis.chapters.segregation.models.attendance import by_group
from analysis.chapters.segregation.models.decomposition import PARTS, decompose, fitted
from analysis.chapters.segregation.models.two_years import TwoYears
from analysis.errors import ModelError, Reason

TABLE = arrays(np.int64, (2, 4), elements=st.integers(1, 30))


NOBODY = pd.DataFrame(columns=STAY_COLUMNS, dtype=str).assign(pupils=0)


MANY = 10**8
"""So many copies of every pupil that nothing is left of what few pupils add to an index: shares alone count."""


def parts(by_attendance, group="laag", index="dissimilarity_corrected", draws=20):
    copies = by_attendance.assign(pupils=by_attendance["pupils"] * MANY)
    changes = decompose(copies, NOBODY, draws=draws, seed=1)
    rows = changes[(changes["group"] == group) & (changes["index"] == index)]
    return rows.set_index("term")["estimate"]


def test_twice_as_many_of_a_group_is_composition_alone(by_attendance):
    # The odds ratio of the table is (30 x 30) / (10 x 10) = 9 in both years, and D is .5 in both.
    changes = parts(by_attendance)
    assert changes["total"] == pytest.approx(0, abs=1e-6)
    assert changes["sorting"] == pytest.approx(0, abs=1e-6)
    # Isolation rises with the group: 20/50 and 60/70 in place of 10/40 and 30/40.
    alone = parts(by_attendance, "hoog", "isolation")
    assert alone["total"] == pytest.approx(0.25 * 20 / 50 + 0.75 * 60 / 70 - (0.25 * 10 / 40 + 0.75 * 30 / 40))
    assert alone["composition"] == pytest.approx(alone["total"], abs=1e-6)


def test_the_same_groups_farther_apart_is_sorting_alone(by_attendance):
    before = by_attendance[by_attendance["year"] == 2015]
    swapped = {("a", "hoog"): 5, ("a", "laag"): 35, ("b", "hoog"): 35, ("b", "laag"): 5}
    after = pd.DataFrame(
        [(2019, school, "w", school, group, "none", n) for (school, group), n in swapped.items()],
        columns=["year", "location", "area", "nearest", "education", "background", "pupils"],
    )
    changes = parts(pd.concat([before, after]))
    assert changes["total"] == pytest.approx(35 / 40 - 5 / 40 - 0.5)
    assert changes["sorting"] == pytest.approx(changes["total"], abs=1e-6)
    assert changes["composition"] == pytest.approx(0, abs=1e-6)


def test_a_school_that_opens_is_a_part_of_its_own(by_attendance):
    new = pd.DataFrame(
        [(2019, "c", "w", "c", "laag", "none", 40)], columns=by_attendance.columns[[0, 1, 2, 3, 4, 6, 5]]
    )
    changes = parts(pd.concat([by_attendance, new]))
    # laag 30, 10 and 40 of 80; hoog 20, 60 and 0 of 80
    total = 0.5 * (abs(30 - 20) + abs(10 - 60) + 40) / 80 - 0.5
    assert changes["total"] == pytest.approx(total)
    assert changes["schools"] == pytest.approx(total, abs=1e-6)


def stay(*rows):
    """Pupils in both years, from (school, group, school, group, number)."""
    columns = [f"{side}_{of}" for side in ("first", "last") for of in ("location", "education")]
    frame = pd.DataFrame(rows, columns=[*columns, "pupils"])
    return frame.assign(first_background="none", last_background="none")


def test_a_pupil_of_both_years_is_drawn_with_both(by_attendance):
    # All pupils of 2015 are at the same school in 2019; of the 80 hoog of 2019, 40 are new.
    same = stay(("a", "laag", "a", "laag", 30), ("b", "laag", "b", "laag", 10), ("a", "hoog", "a", "hoog", 10))
    same = pd.concat([same, stay(("b", "hoog", "b", "hoog", 30))])
    tables = [by_group(by_attendance[by_attendance["year"] == year], "education") for year in (2015, 2019)]
    years = TwoYears.of(*tables, same, "education")
    left, came = years.once()
    assert left.sum() == 0
    assert came.tolist() == [[10, 30], [0, 0]]  # hoog at a and b; laag
    before, after = years.resampled(200, np.random.default_rng(1))
    assert (before.sum(axis=2) == [40, 40]).all()
    assert (after.sum(axis=2) == [80, 40]).all()
    assert (before[:, 1] == after[:, 1]).all()  # laag: the same pupils at the same schools in both years
    # Of hoog at a in 2019 half the variance is that of 2015: 40 x 1/4 x 3/4 = 7.5 of 15, a correlation of .71.
    assert np.corrcoef(before[:, 0, 0], after[:, 0, 0])[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.12)


def test_the_interval_of_a_change_knows_who_stayed(by_attendance):
    before = by_attendance[by_attendance["year"] == 2015]
    twice = pd.concat([before, before.assign(year=2019)])
    everybody = before.groupby(["location", "education"])["pupils"].sum().reset_index()
    same = stay(*((s, g, s, g, n) for s, g, n in everybody.itertuples(index=False)))
    alone, known = (
        decompose(twice, who, draws=100, seed=1).set_index(["index", "group", "term"])["std_error"]
        for who in (NOBODY, same)
    )
    key = ("dissimilarity_corrected", "laag", "total")
    assert known[key] == pytest.approx(0, abs=1e-12)  # the same pupils at the same schools cannot differ
    assert alone[key] > 0.1


@pytest.mark.parametrize(
    "who", [("a", "laag", "a", "laag", 31), ("x", "laag", "a", "laag", 1), ("a", "laag", "a", "midden", 1)]
)
def test_more_pupils_in_both_years_than_in_one_are_refused(by_attendance, who):
    with pytest.raises(ModelError) as refused:
        decompose(by_attendance, stay(who), draws=20, seed=1)
    assert refused.value.reason is Reason.INVALID


def test_one_year_has_no_change(by_attendance):
    changes = decompose(by_attendance[by_attendance["year"] == 2019], NOBODY, draws=20, seed=1)
    assert changes.empty
    assert {"index", "term", "estimate"} <= set(changes.columns)


def test_expected_pupils_are_refused(by_attendance):
    with pytest.raises(ModelError, match="expected numbers"):
        decompose(by_attendance.astype({"pupils": float}), NOBODY, draws=20, seed=1)


@settings(max_examples=15, deadline=None)
@given(TABLE, TABLE)
def test_a_decomposition_adds_up_in_either_order(before, after):
    rows = [
        (year, f"s{school}", "w", "s0", group, "none", int(table[row, school]))
        for year, table in ((2015, before), (2019, after))
        for row, group in enumerate(("laag", "hoog"))
        for school in range(4)
    ]
    columns = ["year", "location", "area", "nearest", "education", "background", "pupils"]
    changes = decompose(pd.DataFrame(rows, columns=columns), NOBODY, draws=2, seed=1)
    assert set(changes["term"]) == set(PARTS)
    for _, part in changes.groupby(["group", "index"]):
        by_part = part.set_index("term")["estimate"]
        whole = by_part["total"]
        assert by_part["composition"] + by_part["sorting"] + by_part["schools"] == pytest.approx(whole, abs=1e-9)
        assert by_part["composition_first"] + by_part["sorting_last"] == pytest.approx(whole, abs=1e-9)
        assert by_part["sorting_first"] + by_part["composition_last"] == pytest.approx(whole, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(TABLE, TABLE)
def test_fitting_keeps_odds_ratios_and_meets_margins(table, margins):
    refitted = fitted(table, margins)
    assert refitted.sum(axis=0) == pytest.approx(margins.sum(axis=0), rel=1e-5)
    assert refitted.sum(axis=1) == pytest.approx(margins.sum(axis=1), rel=1e-5)
    odds = np.log(refitted[0, :-1] * refitted[1, 1:] / (refitted[1, :-1] * refitted[0, 1:]))
    expected = np.log(table[0, :-1] * table[1, 1:] / (table[1, :-1] * table[0, 1:]))
    assert odds == pytest.approx(expected, abs=1e-9)


def test_margins_that_empty_cells_forbid_are_refused():
    apart = np.array([[10, 0], [0, 10]])
    with pytest.raises(ModelError, match="too many of its cells are empty"):
        fitted(apart, np.array([[10, 10], [5, 5]]))
