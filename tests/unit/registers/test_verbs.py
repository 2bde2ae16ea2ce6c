from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.registers.columns import (
    AgeOn,
    CodeVerb,
    Cut,
    Date,
    Decimal,
    Flag,
    Highest,
    Key,
    PointVerb,
    TextVerb,
    Verb,
    Whole,
    Year,
)
from analysis.registers.rd import degrees_of, metres_of
from analysis.registers.secret import numbers_of
from analysis.registers.verbs import Work, made

TEXTS = st.lists(st.one_of(st.none(), st.sampled_from(["1", "2", "3", "x", "00", "----"])), min_size=1, max_size=8)


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})


def work(column: str = "a", **columns: list[object]) -> Work:
    return Work(frame(**columns), column, 2019)


def values(verb: Verb, work: Work) -> list[object]:
    """Return what a verb makes, None for what is missing."""
    return [None if pd.isna(value) else value for value in made(verb, work)]


@given(TEXTS)
def test_a_code_is_mapped_missing_or_counted(texts: list[str | None]) -> None:
    task = work(a=texts)
    found = values(CodeVerb(code="a", codes={"low": ("1", "2"), "high": ("3",)}, missing_codes=("----",)), task)
    table = {"1": "low", "2": "low", "3": "high"}
    assert found == [table.get(text) if text else None for text in texts]
    assert bool(task.faults) == bool({"x", "00"} & set(texts))


@given(TEXTS)
def test_codes_for_others_and_missing_leave_no_value_out(texts: list[str | None]) -> None:
    verb = CodeVerb(code="a", codes={"low": ("1",)}, missing_codes=("----",), others="other", missing="unknown")
    task = work(a=texts)
    table = {"1": "low", None: "unknown", "----": "unknown"}
    assert values(verb, task) == [table.get(text, "other") for text in texts]
    assert task.faults == []


def test_others_may_be_missing_and_that_is_told() -> None:
    task = work(a=["1", "x"])
    assert values(CodeVerb(code="a", codes={"low": ("1",)}, others="missing"), task) == ["low", None]
    assert task.notes == ["codes not listed are missing, in fewer than 10 rows"]


@given(TEXTS)
def test_a_flag_is_true_false_missing_or_counted(texts: list[str | None]) -> None:
    task = work(a=texts)
    found = values(Flag(flag="a", yes_codes=("1",), no_codes=("2", "3")), task)
    assert found == [{"1": True, "2": False, "3": False}.get(text or "") for text in texts]
    assert bool(task.faults) == bool({"x", "00", "----"} & set(texts))


LEVELS = st.lists(st.sampled_from(["1", "2", None]), min_size=5, max_size=5)


@given(LEVELS, LEVELS)
def test_the_highest_of_two_is_the_highest_that_is_known(mother: list[str | None], father: list[str | None]) -> None:
    verb = Highest(highest=("a", "b"), order=("low", "high"), codes={"low": ("1",), "high": ("2",)}, missing="unknown")
    expected = [
        max((one or "0", other or "0")).translate(str.maketrans({"0": "unknown", "1": "low", "2": "high"}))
        for one, other in zip(mother, father, strict=True)
    ]
    assert values(verb, work(a=mother, b=father)) == expected


@given(st.lists(st.floats(-10, 110), min_size=1))
def test_a_cut_puts_each_number_in_one_class(numbers: list[float]) -> None:
    verb = Cut(cut="a", edges=(34, 67), names=("low", "middle", "high"), missing_below=1)
    found = values(verb, Work(pd.DataFrame({"a": numbers}), "a", 2019))
    assert found == [None if n < 1 else "low" if n < 34 else "middle" if n < 67 else "high" for n in numbers]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_decimal_survives_as_text_to_the_last_bit(numbers: list[float]) -> None:
    texts = [repr(n).replace(".", ",") for n in numbers]
    assert values(Decimal(decimal="a"), work(a=texts)) == numbers


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("012", 12), ("12,0", 12), ("-3", -3), ("+3", 3)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert values(Whole(whole="a"), work(a=[text])) == [number]


@pytest.mark.parametrize("text", ["12,5", "S", "1.000", "0x1", "\u0661"])
def test_what_is_no_whole_number_is_counted(text: str) -> None:
    task = work(a=[text])
    assert values(Whole(whole="a"), task) == [None]
    assert "in fewer than 10 rows" in task.faults[0][0]


def test_a_value_counts_only_where_another_code_says_so() -> None:
    verb = Decimal(decimal="score", only={"test": ("01", "11")})
    assert values(verb, work(score=["535", "80"], test=["01", "13"])) == [535.0, None]
    assert values(verb, Work(pd.DataFrame({"score": [535.0, 80.0], "test": ["01", "13"]}), "cet", 2019)) == [
        535.0,
        None,
    ]


def test_the_first_column_with_a_value_counts() -> None:
    assert values(TextVerb(text=("a", "b")), work(a=["x", None], b=["y", "z"])) == ["x", "z"]


def test_a_text_may_be_cut_off() -> None:
    assert values(TextVerb(text="a", first=4), work(a=["1011AB", None])) == ["1011", None]


def test_a_key_is_missing_where_a_part_is() -> None:
    assert values(Key(key=("a", "b")), work(a=["00AB", None], b=["01", "02"])) == ["00AB01", None]


def test_numbers_as_codes_are_texts_without_a_point() -> None:
    task = Work(pd.DataFrame({"a": [1.0, 2.5, np.nan]}), "a", 2019)
    assert values(TextVerb(text="a"), task) == ["1", "2.5", None]


DATES = st.dates(dt.date(1990, 1, 1), dt.date(2018, 12, 31))


@given(DATES)
def test_age_is_that_of_the_calendar(born: dt.date) -> None:
    age = 2019 - born.year - ((born.month, born.day) > (10, 1))
    three = AgeOn(age_on="{year}-10-01", born=("y", "m", "d"))
    parts = {"y": [str(born.year)], "m": [f"{born.month:02d}"], "d": [f"{born.day:02d}"]}
    assert values(three, work(**parts)) == [age]
    one = AgeOn(age_on="{year}-10-01", born=("a",), written="dd-mm-yyyy")
    assert values(one, work(a=[f"{born:%d-%m-%Y}"])) == [age]


@pytest.mark.parametrize(
    ("month", "day", "age"),
    [("05", "00", 11), ("11", "00", 10), ("10", "00", None), ("00", "00", None), ("10", "01", 11)],
)
def test_an_unknown_day_of_birth_matters_only_where_it_does(month: str, day: str, age: int | None) -> None:
    verb = AgeOn(age_on="{year}-10-01", born=("y", "m", "d"))
    assert values(verb, work(y=["2008"], m=[month], d=[day])) == [age]


@given(DATES)
def test_the_days_of_a_school_year_count_from_its_first(day: dt.date) -> None:
    first = dt.date(day.year - (day.month < 8), 8, 1)
    assert values(Date(date="a"), work(a=[f"{day:%Y%m%d}"])) == [(day - first).days]


@pytest.mark.parametrize("text", ["20190230", "2019-02-03", "0", "20191301"])
def test_what_is_no_date_is_counted(text: str) -> None:
    task = work(a=[text])
    assert values(Date(date="a"), task) == [None]
    assert len(task.faults) == 1


@given(st.floats(7_000, 280_000), st.floats(300_000, 620_000))
def test_metres_and_degrees_undo_each_other(x: float, y: float) -> None:
    back = metres_of(*degrees_of(np.array([x]), np.array([y])))
    assert np.allclose(back, [[x], [y]], rtol=0, atol=0.001)


def test_the_tower_of_amersfoort_stands_where_it_does() -> None:
    """The origin of the grid; its degrees as the surveyors publish them."""
    lat, lon = degrees_of(np.array([155000.0]), np.array([463000.0]))
    assert abs(lat[0] - 52.15517440) * 111_200 < 0.5
    assert abs(lon[0] - 5.38720621) * 68_400 < 0.5


def test_a_point_is_given_by_column() -> None:
    verb = PointVerb(point=("x", "y"), system="rd")
    points = pd.DataFrame({"x": [155000.0], "y": [463000.0]})
    assert values(verb, Work(points, "lat", 2019))[0] == pytest.approx(52.155174, abs=1e-5)
    assert values(verb, Work(points, "lon", 2019))[0] == pytest.approx(5.387206, abs=1e-5)


@given(st.lists(st.text("ab01", min_size=1, max_size=3), min_size=1), st.binary(min_size=32, max_size=32))
def test_a_key_has_one_number_in_all_tables(keys: list[str], secret: bytes) -> None:
    both = [pd.Series(keys, dtype="str"), pd.Series([*keys[::-1], None], dtype="str")]
    first, second = numbers_of(both, secret, "pupil")
    assert dict(zip(keys, first, strict=True)) == dict(zip(keys[::-1], second[:-1], strict=True))
    assert sorted(set(first)) == list(range(len(set(keys))))
    assert second.isna().tolist() == [False] * len(keys) + [True]


def test_the_order_of_numbers_is_that_of_the_secret() -> None:
    keys = pd.Series([f"{at:05d}" for at in range(1000)], dtype="str")
    (one,), (again,), (other,) = (numbers_of([keys], secret, "pupil") for secret in (b"a", b"a", b"b"))
    assert one.equals(again)
    assert abs(np.corrcoef(one, range(1000))[0, 1]) < 0.1  # standard error 0.03
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


@pytest.mark.parametrize(("month", "day"), [("13", "02"), ("99", "00"), ("02", "31"), ("02", "29"), ("00", "32")])
def test_a_day_that_no_calendar_has_is_no_birthday(month: str, day: str) -> None:
    whole = work(born=[f"2009{month}{day}", "20091001"])
    parts = work(y=["2009", "2009"], m=[month, "10"], d=[day, "1"])
    for task, born in ((whole, ("born",)), (parts, ("y", "m", "d"))):
        assert values(AgeOn(age_on="{year}-10-01", born=born), task) == [None, 10]
        assert [said for said, _ in task.faults] == ["no day of the calendar, in fewer than 10 rows"]


def test_a_year_counts_only_where_a_code_says_so() -> None:
    assert values(Year(year="calendar", only={"b": ("1",)}), work(b=["1", "2"])) == [2019, None]
