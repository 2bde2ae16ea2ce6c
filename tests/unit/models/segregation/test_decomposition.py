import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.errors import ModelError
from analysis.models.segregation.decomposition import PARTS, decompose, fitted

TABLE = arrays(np.int64, (2, 4), elements=st.integers(1, 30))


def parts(by_attendance, group="laag", index="dissimilarity", draws=20):
    found = decompose(by_attendance, draws=draws, seed=1)
    rows = found[(found["group"] == group) & (found["index"] == index)]
    return rows.set_index("term")["estimate"]


def test_twice_as_many_of_a_group_is_composition_alone(by_attendance):
    # The odds ratio of the table is (30 x 30) / (10 x 10) = 9 in both years, and D is .5 in both.
    found = parts(by_attendance)
    assert found["total"] == pytest.approx(0, abs=1e-9)
    assert found["sorting"] == pytest.approx(0, abs=1e-6)
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
    found = parts(pd.concat([before, after]))
    assert found["total"] == pytest.approx(35 / 40 - 5 / 40 - 0.5)
    assert found["sorting"] == pytest.approx(found["total"], abs=1e-6)
    assert found["composition"] == pytest.approx(0, abs=1e-6)


def test_a_school_that_opens_is_told_apart(by_attendance):
    new = pd.DataFrame(
        [(2019, "c", "w", "c", "laag", "none", 40)], columns=by_attendance.columns[[0, 1, 2, 3, 4, 6, 5]]
    )
    found = parts(pd.concat([by_attendance, new]))
    # laag 30, 10 and 40 of 80; hoog 20, 60 and 0 of 80
    total = 0.5 * (abs(30 - 20) + abs(10 - 60) + 40) / 80 - 0.5
    assert found["total"] == pytest.approx(total)
    assert found["schools"] == pytest.approx(total, abs=1e-6)


def test_one_year_has_no_change(by_attendance):
    found = decompose(by_attendance[by_attendance["year"] == 2019], draws=20, seed=1)
    assert found.empty
    assert {"index", "term", "estimate"} <= set(found.columns)


def test_expected_pupils_are_refused(by_attendance):
    with pytest.raises(ModelError, match="expected numbers"):
        decompose(by_attendance.astype({"pupils": float}), draws=20, seed=1)


@settings(max_examples=15, deadline=None)
@given(TABLE, TABLE)
def test_a_decomposition_adds_up_in_either_order(before, after):
    rows = [
        (year, f"s{school}", "w", "s0", group, "none", int(table[place, school]))
        for year, table in ((2015, before), (2019, after))
        for place, group in enumerate(("laag", "hoog"))
        for school in range(4)
    ]
    columns = ["year", "location", "area", "nearest", "education", "background", "pupils"]
    found = decompose(pd.DataFrame(rows, columns=columns), draws=2, seed=1)
    assert set(found["term"]) == set(PARTS)
    for _, part in found.groupby(["group", "index"]):
        told = part.set_index("term")["estimate"]
        whole = told["total"]
        assert told["composition"] + told["sorting"] + told["schools"] == pytest.approx(whole, abs=1e-9)
        assert told["composition_first"] + told["sorting_last"] == pytest.approx(whole, abs=1e-9)
        assert told["sorting_first"] + told["composition_last"] == pytest.approx(whole, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(TABLE, TABLE)
def test_fitting_keeps_odds_ratios_and_meets_margins(table, margins):
    found = fitted(table, margins)
    assert found.sum(axis=0) == pytest.approx(margins.sum(axis=0), rel=1e-5)
    assert found.sum(axis=1) == pytest.approx(margins.sum(axis=1), rel=1e-5)
    odds = np.log(found[0, :-1] * found[1, 1:] / (found[1, :-1] * found[0, 1:]))
    expected = np.log(table[0, :-1] * table[1, 1:] / (table[1, :-1] * table[0, 1:]))
    assert odds == pytest.approx(expected, abs=1e-9)


def test_margins_that_empty_cells_forbid_are_refused():
    apart = np.array([[10, 0], [0, 10]])
    with pytest.raises(ModelError, match="too many of its cells are empty"):
        fitted(apart, np.array([[10, 10], [5, 5]]))
