"""What is not declared is not published: numbers that are no count, rest on none and are not named as free."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.disclosure.declared import by_convention
from analysis.edition.chain import CHAIN, ROWS
from analysis.errors import DisclosureError, InputError
from analysis.publish.release import Release

PUPILS = pd.DataFrame({"score": [500 + number / 7 for number in range(60)]})
GROUPS = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 235, 60], "share": [0.1, 0.2, 0.7]})

COLUMNS: dict[str, Any] = {
    "numbers": [0.31, 0.42, 0.55],
    "whole numbers": [31, 42, 55],
    "nullable numbers": pd.array([31, None, 55], dtype="Int64"),
    "yes or no": [True, False, True],
    "nullable yes or no": pd.array([True, None, False], dtype="boolean"),
    "complex numbers": [1 + 2j, 2 + 1j, 3j],
    "decimals": [Decimal("0.31"), Decimal("0.42"), Decimal("0.55")],
    "fractions": [Fraction(1, 3), Fraction(1, 7), Fraction(2, 7)],
    "durations": pd.to_timedelta([1, 2, 3], unit="D"),
    "categories that are numbers": pd.Categorical([3, 5, 7]),
    "per cents as text": ["31%", "42%", "55%"],
    "decimals as text": ["0,31", "0,42", "0,55 km"],
    "years that are none": [512.5, 530.1, 541.2],
    "numbers among words": pd.Series([0.31, "b", None], dtype=object),
}


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("counts", [{"n": ["share"]}, {"n": "share"}], ids=["a list", "a word"])
def test_a_column_that_rests_on_nothing_is_refused(release: Release, values: Any, counts: Any) -> None:
    release._gate.loaded.add("by_pupil", PUPILS)
    with pytest.raises(DisclosureError, match="column 'x'"):
        release.table("groups", GROUPS.assign(x=values), caption="Groups", counts=counts)
    assert not list(release.workspace.write.rglob("*.csv"))


@pytest.mark.parametrize("counts", [{"n": ["share", "passed"]}, ["n"]], ids=["resting", "by itself"])
@pytest.mark.parametrize("values", [[7, 120, 3], [120, 235, 60], [530, 541, 538]], ids=["few", "many", "more than n"])
def test_whole_numbers_that_rest_on_a_count_must_say_what_they_are(
    release: Release, counts: Any, values: list[int]
) -> None:
    frame = GROUPS.assign(passed=values)
    with pytest.raises(DisclosureError, match="column 'passed' holds whole numbers that rest on a count") as no:
        release.table("groups", frame, caption="Groups", counts=counts)
    assert "name it as a count of its own in counts=, or make it floats" in str(no.value)
    assert release.gated(frame.astype({"passed": float}).assign(passed=5.25), counts)["passed"].notna().all()


def test_whole_numbers_as_floats_are_counted_where_they_are_no_more_than_they_rest_on(release: Release) -> None:
    # 7 of 120 passed, 113 did not; 143 of 235 did and 92 did not; of 60 all did
    frame = GROUPS.assign(passed=[7.0, 143.0, 60.0])
    told = release.gated(frame, {"n": ["share", "passed"]})
    assert told["passed"].tolist() == [pd.NA, 145, 60]
    # a median of 530 and 541 is no part of 120 and 235 pupils
    told = release.gated(frame.assign(passed=[530.0, 541.0, 538.0]), {"n": ["share", "passed"]})
    assert told["passed"].notna().all()


@pytest.mark.parametrize("name", ["df", "df_groups", "shock_df", "rank", "order"])
def test_ranks_and_degrees_of_freedom_are_no_counts(release: Release, name: str) -> None:
    assert release.gated(GROUPS.assign(**{name: [1, 2, 3]}), {"n": ["share", name]})[name].tolist() == [1, 2, 3]


NO_FLOATS = (
    *("complex numbers", "decimals", "fractions", "durations"),
    *("categories that are numbers", "numbers among words"),
)


@pytest.mark.parametrize("kind", NO_FLOATS)
def test_numbers_that_no_rule_rounds_are_refused_with_what_to_do(release: Release, kind: str) -> None:
    with pytest.raises(
        DisclosureError, match=r"column 'x'.* no rule rounds|column 'x', row 1: a number among words"
    ) as no:
        release.table("groups", GROUPS.assign(x=COLUMNS[kind]), caption="Groups", counts={"n": ["share", "x"]})
    assert "make the whole column floats" in str(no.value)
    assert "0.31" not in str(no.value)


@pytest.mark.filterwarnings("error")
def test_an_estimate_without_end_is_withheld_and_others_keep_their_digits(release: Release) -> None:
    frame = GROUPS.assign(odds=[1.2345, float("inf"), float("-inf")], share=0.5)
    told = release.gated(frame, {"n": ["share", "odds"]})
    assert told["odds"].isna().tolist() == [False, True, True]
    assert told["suppressed"].tolist() == ["", "odds", "odds"]
    # 2 / 118 of 1.2345, in steps of 1, 2 or 5: as where nothing is withheld
    assert told["odds"].iloc[0] == release.gated(frame.iloc[:1], {"n": ["share", "odds"]})["odds"].iloc[0] == 1.24


@pytest.mark.filterwarnings("error")
def test_a_free_column_may_be_without_end(release: Release) -> None:
    told = release.gated(GROUPS.assign(edge=[0.2, 0.5, float("inf")]), {"n": ["share"]}, free=["edge"])
    assert told["edge"].tolist() == [0.2, 0.5, float("inf")]


WAYS: dict[str, Callable[[Release, pd.DataFrame], object]] = {
    "a table": lambda r, frame: r.table("x", frame, caption="Groups", counts=()),
    "a gated frame": lambda r, frame: r.gated(frame, ()),
    "a level of the index": lambda r, frame: r.gated(frame.set_index("alpha"), ()),
    "the data of a figure": lambda r, frame: r.figure("x", print, alt="A.", caption="B", data=frame, counts=()),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_counting_nobody_lets_nothing_through(release: Release, way: Callable[..., object]) -> None:
    release._gate.loaded.add("by_pupil", PUPILS)
    with pytest.raises(DisclosureError, match="column 'alpha' holds numbers that are no count"):
        way(release, pd.DataFrame({"term": ["a", "b"], "alpha": [0.05, 0.1]}))


def test_what_is_named_as_free_is_published(release: Release) -> None:
    release._gate.loaded.add("by_pupil", PUPILS)
    frame = pd.DataFrame({"term": ["a", "b"], "alpha": [0.05, 0.1], "year": [2018, 2019]})
    assert release.table("x", frame, caption="Groups", counts=(), free=["alpha"])


def test_a_free_column_that_is_not_there_is_a_mistake(release: Release) -> None:
    release._gate.loaded.add("by_pupil", PUPILS)
    with pytest.raises(InputError, match="the table has no column 'beta'"):
        release.table("x", GROUPS, caption="Groups", counts=["n"], free=["beta"])


def test_a_free_column_may_not_show_rows(release: Release) -> None:
    release._gate.loaded.add("by_pupil", PUPILS)
    with pytest.raises(DisclosureError, match="column 'alpha' shows values of the rows of by_pupil"):
        release.table("x", PUPILS.rename(columns={"score": "alpha"}).head(), caption="Rows", counts=(), free=["alpha"])


def test_a_chapter_of_aggregates_declares_nothing(release: Release) -> None:
    release._gate.loaded.add("published_figures", PUPILS)
    assert release.table("x", pd.DataFrame({"term": ["a"], "alpha": [0.05]}), caption="Groups", counts=())


def test_the_chain_says_what_a_row_of_each_table_is() -> None:
    made = {name for step in CHAIN for name in (*step.produces, *step.may_produce)}
    assert made == set(ROWS)


@pytest.mark.parametrize("first_gated", [False, True])
@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([b"120", b"235", b"60"], "bytes values, which no rule reads"),
        (pd.IntervalIndex.from_arrays([119, 234, 59], [120, 235, 60]), "Interval values, which no rule reads"),
        ([[120], [235], [60]], "holds more than one value"),
    ],
    ids=["bytes", "intervals", "lists"],
)
def test_values_that_no_rule_reads_are_refused(release: Release, values: Any, problem: str, first_gated: bool) -> None:
    frame = release.gated(GROUPS, {"n": ["share"]}) if first_gated else GROUPS
    with pytest.raises(DisclosureError, match=problem):
        release.table("groups", frame.assign(x=values), caption="Groups", counts={"n": ["share"]})


WITH_SCHOOLS = pd.DataFrame({"group": ["a", "b", "c"], "schools": [12, 9, 4]})


@pytest.mark.parametrize("name", ["girls", "boys", "children", "teachers", "leraren", "kinderen", "persons", "leavers"])
def test_persons_beside_a_count_of_schools_alone_are_no_values_that_rest_on_it(release: Release, name: str) -> None:
    """More than the schools, they were taken for means: 7 girls at 4 schools were published."""
    frame = WITH_SCHOOLS.assign(**{name: [123.0, 456.0, 7.0]})
    with pytest.raises(DisclosureError, match=f"column '{name}' seems to count something"):
        release.gated(frame, {"schools": [name]})


def of(frame: pd.DataFrame, free: Any = ()) -> tuple[list[str], list[str]]:
    counts = by_convention(frame, free)
    return [*counts], next(iter(counts.values()), [])


def test_residual_degrees_of_freedom_count_by_convention(release: Release) -> None:
    """They were values: a model of two was published."""
    frame = GROUPS.drop(columns="share").assign(estimate=[0.1, 0.2, 0.3], std_error=0.05, df_resid=[2, 30, 40])
    assert of(frame) == (["n", "df_resid"], ["estimate", "std_error"])
    told = release.gated(frame, by_convention(frame))
    assert told["estimate"].notna().tolist() == [False, True, True]


@pytest.mark.parametrize("free", ["mean", ["mean"]], ids=["a word", "a list"])
def test_letters_of_a_free_column_are_not_free(free: Any) -> None:
    """The count n is a letter of "mean"."""
    assert of(GROUPS.assign(mean=0.5), free) == (["n"], ["share"])


def test_persons_in_a_year_are_no_years(release: Release) -> None:
    """They rested on nothing."""
    frame = pd.DataFrame({"year": [2018, 2019], "event_year": [-1, 2], "n": 500, "pupils_per_year": [123.0, 7.0]})
    assert of(frame) == (["n"], ["pupils_per_year"])
    assert release.gated(frame, by_convention(frame))["pupils_per_year"].tolist() == [125, pd.NA]
    with pytest.raises(DisclosureError, match="holds whole numbers that rest on a count"):
        release.gated(frame.astype({"pupils_per_year": int}), by_convention(frame))
    assert of(frame.assign(leaves_year=[12, 45]))[1] == ["pupils_per_year", "leaves_year"]
    assert of(frame.assign(year_sd=[0.12, 0.45]))[1] == ["pupils_per_year", "year_sd"]


def test_the_part_of_the_largest_is_no_count_by_convention(release: Release) -> None:
    frame = GROUPS.assign(n_largest=[20, 230, 10], n_second=[10, 3, 5])
    assert of(frame) == (["n"], ["share"])
    assert release.gated(frame, by_convention(frame))["n"].tolist() == [120, pd.NA, 60]
