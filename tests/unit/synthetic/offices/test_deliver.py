"""The mapping of each form brings the tables back, to the last bit."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.codes import Codes
from analysis.registers.deliver import deliver
from analysis.registers.mapping import read_intake
from analysis.synthetic.offices import FORMS
from analysis.synthetic.offices.forms import office
from analysis.synthetic.offices.office import write_office

SEED = 7
EDITION = {"edition": "small", "seed": SEED, "data": {"source": "synthetic", "scale": 0.03}}
DERIVED = {
    "by_pupil": {"distance_km"},
    "by_location": {"pupils", "size_class", "share_hoog", "share_at_risk", "share_nonwestern"},
}
"""What follows from other tables, and CBS is not asked for."""


@pytest.mark.parametrize("form", FORMS)
def test_tables_come_back(tables, tmp_path, form):
    write_office(tmp_path / "w", office(form, tables, SEED), form, EDITION)
    intake = read_intake(tmp_path / "w" / "intake" / f"{form}.yml")
    delivered = deliver(intake, tmp_path / "w" / "registers", codes=Codes(), seed=SEED).tables
    reference = tmp_path / "w" / "reference" / "registers"
    known = tables if not reference.exists() else {p.stem: pd.read_parquet(p) for p in reference.glob("*.parquet")}
    expected = {name: frame for name, frame in known.items() if name != "truth"}
    assert set(delivered) == set(expected)
    for name, frame in delivered.items():
        absent = set(expected[name]) - set(frame)
        assert absent == (DERIVED.get(name, set()) if form == "cbs" else set())
        assert_frame_equal(frame, expected[name].drop(columns=[*absent]), check_exact=True)


@pytest.mark.parametrize("form", ["cbs", "uwlr"])
def test_the_mapping_of_a_reference_brings_the_reference_back(tables, tmp_path, form):
    write_office(tmp_path / "w", office(form, tables, SEED), form, EDITION)
    folder = tmp_path / "w" / "reference"
    delivered = deliver(
        read_intake(folder / "intake" / f"{form}-reference.yml"), folder / "registers", codes=Codes(), seed=SEED
    ).tables
    for path in (folder / "registers").glob("*.parquet"):
        assert_frame_equal(delivered[path.stem], pd.read_parquet(path), check_exact=True)
