"""When the values of a column are those of single rows, and when they are equal by accident."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.rules.raw import Loaded
from analysis.edition.chain import ROWS
from analysis.errors import DisclosureError

SCHOOLS = pd.DataFrame(
    {
        "weging": [21.53, 27.38, 33.17, 38.91],
        "share": [0.25, 0.5, 0.75, 1 / 3],
        "left": [1 / 200, 1 / 500, 1 / 8, 1 / 7],
    }
)


def loaded(name: str = "by_school", rows: pd.DataFrame = SCHOOLS) -> Loaded:
    known = Loaded(ROWS)
    known.add(name, rows)
    return known


@pytest.mark.parametrize("published", [[21.53, 27.38, 33.17], [21.53, 27.38, 33.17, 0.123, 0.456]])
def test_a_column_of_mostly_schools_own_values_is_refused(published: list[float]) -> None:
    with pytest.raises(DisclosureError, match="column 'x' shows values of the rows of by_school"):
        loaded().columns_of_rows(pd.DataFrame({"x": published}))


@pytest.mark.parametrize("published", [[21.5, 27.4, 33.2], [22, 27, 33, 39]])
def test_coarse_values_of_few_rows_may_be_a_coincidence_and_are_withheld(published: list[float]) -> None:
    assert loaded().columns_of_rows(pd.DataFrame({"x": published, "y": 0.5})) == {"x"}


@pytest.mark.parametrize(
    "published",
    [
        [21.53, 27.38],  # two
        [21.53, 27.38, 0.123, 0.456],  # half
        [0.25, 0.75, 0.35],  # simple shares
        [0.005, 0.002, 0.125],  # p-values of a bootstrap, and shares of schools of hundreds
        [21, 27, 33],
    ],
)
def test_few_or_coarse_values_are_equal_by_accident(published: list[float]) -> None:
    assert loaded().columns_of_rows(pd.DataFrame({"x": published})) == set()


def test_tables_of_larger_units_are_not_about_anybody() -> None:
    assert loaded("by_pc4").columns_of_rows(SCHOOLS) == set()


def test_a_column_that_holds_every_number_of_two_decimals_tells_nothing() -> None:
    every = pd.DataFrame({"score": np.round(np.arange(0, 9, 0.01), 2)})
    assert loaded("by_pupil", every).columns_of_rows(pd.DataFrame({"x": [1.23, 4.56, 7.89]})) == set()


@pytest.mark.parametrize("name", ["by_teacher", "by_home", "by_situation", "by_choice", "by_person", "by_test"])
def test_rows_of_persons_are_refused_whatever_their_table_is_called(name: str) -> None:
    with pytest.raises(DisclosureError, match=f"column 'x' shows values of the rows of {name}"):
        loaded(name).columns_of_rows(pd.DataFrame({"x": [21.53, 27.38, 33.17]}))
    known = loaded(name, pd.DataFrame({"school_name": ["De Gouden Griffel", "Het Zilveren Penseel"]}))
    assert known.names.held("at De Gouden Griffel")
