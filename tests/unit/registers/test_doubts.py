"""What passes every rule of one value, and cannot be so: each is told by what most rows say."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.registers.doubts import ENOUGH, doubts

N = ENOUGH
UP = list(range(N))
PUPILS = {"groep": [1 + at % 8 for at in UP], "age": [4 + at % 8 for at in UP]}
ADVICE = {"pupil": UP, "year": 2018, "advice_first": [at % 5 for at in UP]}
TESTS = {"subject": "lezen", "groep": 5, "m_score": UP, "e_score": [at + 8 for at in UP]}
SCHOOLS = {"pupils": [180 + at for at in UP], "teachers_fte": [10 + at / 20 for at in UP]}
RIGHT = [
    PUPILS,
    {**ADVICE, "cet": [501 + at % 5 for at in UP], "advice_final": [at % 5 + (at == 4) for at in UP]},
    {**ADVICE, "year": 2019, "cet": None, "test_advice_low": None},
    {**ADVICE, "test_advice_low": [at % 5 for at in UP], "test_advice_high": [at % 5 + 0.5 for at in UP]},
    {**TESTS, "m_percentile": UP, "e_percentile": [*UP[:-1], None], "m_day": 180, "e_day": 300},
    {**TESTS, "e_score": [*[at + 8 for at in UP[:-9]], *[-9] * 9]},  # fewer than ten may be anything
    SCHOOLS,
    {"amt_euro": [*[0] * 40, *range(90_000, 90_010)]},  # a heap at 0 is no sign of missing money
]
ODD = [
    ({**PUPILS, "age": [5 + at % 8 for at in UP]}, "age", "most pupils are 4 years older than their groep"),
    ({**PUPILS, "groep": [1 + (at + 1) % 8 for at in UP]}, "age", "most pupils are 2 years older"),
    ({**ADVICE, "cet": [550 - at % 5 for at in UP]}, "cet", "is the lower, the higher advice_first is"),
    ({**ADVICE, "advice_final": [at % 5 - (at % 5 == 4) for at in UP]}, "advice_first", "advice_final is lower in 10"),
    ({**ADVICE, "year": 2019, "cet": 535.0}, "cet", f"there are values in {N} rows of 2019"),
    ({**ADVICE, "year": 2020}, "year", f"later than 2019, the last of the mapping's `years`, in {N} of {N} rows"),
    ({**TESTS, "year": "2020/21"} | {"pupil": UP}, "year", "later than 2019"),
    ({"test_advice_low": [2.0] * N, "test_advice_high": [1.5] * N}, "test_advice_low", "more than test_advice_high"),
    ({**TESTS, "e_score": UP, "m_score": [at + 8 for at in UP]}, "m_score", f"e_score is lower in {N} of {N} rows"),
    ({**TESTS, "e_percentile": [at / N for at in UP]}, "e_percentile", "no value is above 1"),
    ({**TESTS, "e_percentile": [100 - at for at in UP]}, "e_percentile", "is the lower, the higher e_score is"),
    ({**TESTS, "m_day": 300, "e_day": 180}, "m_day", f"more than e_day in {N} of {N} rows"),
    ({**TESTS, "e_score": [*[at + 8 for at in UP[:-10]], *[999] * 10]}, "e_score", "999 stands far from all other"),
    ({**TESTS, "m_score": [*[at + 60 for at in UP[:-10]], *[0] * 10]} | {"e_score": 200}, "m_score", "0 stands far"),
    ({**SCHOOLS, "teachers_fte": [400 + at for at in UP]}, "pupils", "per teachers_fte it is not between 5 and 60"),
    ({"background": None, "groep": 5}, "background", "no row has a value"),
    ({"education": "onbekend", "groep": 5}, "education", "no row has a value"),
]


def found(columns: dict[str, object], *, may_be_empty: bool = False) -> dict[str, str]:
    frame = pd.DataFrame(columns, index=range(N))
    return {column: said for column, said, _ in doubts(frame, 2019, may_be_empty=may_be_empty)}


@pytest.mark.parametrize("columns", RIGHT)
def test_what_can_be_so_is_not_doubted(columns: dict[str, object]) -> None:
    assert found(columns, may_be_empty=True) == {}


@pytest.mark.parametrize(("columns", "column", "said"), ODD)
def test_what_cannot_be_so_is_told(columns: dict[str, object], column: str, said: str) -> None:
    told = found(columns)
    assert [*told] == [column]
    assert said in told[column]
