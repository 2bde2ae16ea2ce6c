"""The mapping of each form brings the tables back, to the last bit."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.codes import Background, Codes, Label
from analysis.intake import microdata_of
from analysis.registers.deliver import deliver
from analysis.registers.mapping import read_intake
from analysis.synthetic.offices import FORMS
from analysis.synthetic.offices.forms import office
from analysis.synthetic.offices.office import write_office
from analysis.synthetic.world import make_world

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


ELSEWHERE = Codes(
    background={
        "none": Background(en="none", nl="geen", kind="none"),
        "polish": Background(en="Polish", nl="Pools", kind="western"),
        "syrian": Background(en="Syrian", nl="Syrisch", kind="nonwestern"),
    },
    stadsdeel=("Noord", "Zuid"),
    concept={"Agora": Label(en="Agora", nl="Agora")},
    school_keys="encrypted",
)


@pytest.mark.parametrize("form", ["csv-nl", "cbs"])
def test_another_city_with_other_codes_and_school_keys_comes_back(tmp_path, form):
    tables = microdata_of(make_world(0.03, SEED, codes=ELSEWHERE, region="Elders"), ELSEWHERE)
    write_office(tmp_path / "w", office(form, tables, SEED), form, EDITION)
    intake = read_intake(tmp_path / "w" / "intake" / f"{form}.yml")
    delivered = deliver(intake, tmp_path / "w" / "registers", codes=ELSEWHERE, seed=SEED).tables
    assert set(delivered["by_pupil"]["background"]) == {"none", "polish", "syrian"}
    for name in ("background", "continent", "education", "stadsdeel"):
        assert delivered["by_pupil"][name].value_counts().to_dict() == tables["by_pupil"][name].value_counts().to_dict()
    assert delivered["by_location"]["concept"].tolist() == tables["by_location"]["concept"].tolist()
    assert delivered["by_pupil"]["location"].nunique() == tables["by_pupil"]["location"].nunique()


@pytest.mark.parametrize("form", ["cbs", "uwlr"])
def test_the_mapping_of_a_reference_brings_the_reference_back(tables, tmp_path, form):
    write_office(tmp_path / "w", office(form, tables, SEED), form, EDITION)
    folder = tmp_path / "w" / "reference"
    delivered = deliver(
        read_intake(folder / "intake" / f"{form}-reference.yml"), folder / "registers", codes=Codes(), seed=SEED
    ).tables
    for path in (folder / "registers").glob("*.parquet"):
        assert_frame_equal(delivered[path.stem], pd.read_parquet(path), check_exact=True)
