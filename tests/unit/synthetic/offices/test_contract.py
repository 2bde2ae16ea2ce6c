"""The world in the form of the contract comes back as it was."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq
from pandas.testing import assert_frame_equal

from analysis.synthetic.offices.beside import read_beside
from analysis.synthetic.offices.contract import contract, verb
from analysis.synthetic.offices.office import write_office

EDITION = {"edition": "small", "data": {"source": "synthetic", "scale": 0.03}}


def test_every_table_is_a_parquet_file_that_says_that_it_is_made_up(tables, tmp_path):
    write_office(tmp_path / "w", contract(tables), "contract", EDITION)
    for name in tables:
        folder = tmp_path / "w" / "registers" / ("beside" if name == "truth" else "")
        assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), tables[name], check_exact=True)
        assert pq.read_schema(folder / f"{name}.parquet").metadata[b"staat.data"] == b"synthetic"


def test_what_goes_along_with_the_registers_is_no_table_of_the_mapping(tables, tmp_path):
    office = contract(tables)
    write_office(tmp_path / "w", office, "contract", EDITION)
    along = read_beside(tmp_path / "w" / "registers")
    assert set(along) == {"truth"}
    assert_frame_equal(along["truth"], tables["truth"], check_exact=True)
    assert set(office.intake["tables"]) == set(tables) - set(along)
    assert read_beside(tmp_path) == {}


def test_a_column_is_read_by_what_it_holds():
    assert verb(pd.Series(["a"]), "x") == {"text": "x"}
    assert verb(pd.Series([1]), "x") == {"whole": "x"}
    assert verb(pd.Series([1.5, None]), "x") == {"decimal": "x"}
    assert verb(pd.Series([True]), "x") == {"flag": "x", "yes_codes": ["true"], "no_codes": ["false"]}
