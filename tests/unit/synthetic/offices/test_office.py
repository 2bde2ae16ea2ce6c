"""What lies in the folder of a made-up office: marks, a mapping, an edition, and the same bytes each time."""

from __future__ import annotations

import pytest

from analysis.data.export import parquet
from analysis.errors import InputError
from analysis.plain_yaml import read_yaml
from analysis.synthetic.offices import FORMS
from analysis.synthetic.offices.forms import office
from analysis.synthetic.offices.office import params_of, write_office

EDITION = {
    "edition": "small",
    "title": "A small city",
    "school_years": ["2019/20"],
    "codes": {"stadsdeel": ["West"]},
    "timeouts": {"staffing": 10},
    "data": {"source": "synthetic", "scale": 0.03, "lacks": ["boards"], "schoolweging_year": 2018},
    "leergroei": {"coverage": 0.75},
    "staffing": {"alpha": 0.05},
}


def test_an_edition_on_the_files_of_an_office_has_all_else_of_the_synthetic_one():
    params = params_of(EDITION, "cbs", None)
    own = {"source": "own", "intake": "cbs", "folder": "registers", "synthetic": True, "schoolweging_year": 2018}
    assert params == EDITION | {"edition": "small-cbs", "data": own}


def test_a_form_for_some_chapters_leaves_the_others_out():
    params = params_of(EDITION, "uwlr", ["leergroei"])
    assert [*params] == ["edition", "title", "school_years", "codes", "timeouts", "data", "leergroei"]


@pytest.mark.parametrize("form", FORMS)
def test_the_folder_says_what_it_is_and_is_the_same_each_time(tables, tmp_path, form):
    for name in ("a", "b"):
        files = write_office(tmp_path / name, office(form, tables, 7), form, EDITION)
    folder = tmp_path / "b"
    assert sorted(folder / path.relative_to(tmp_path / "b") for path in files) == files
    assert (folder / "registers" / "SYNTHETIC").read_text("utf8").startswith("SYNTHETIC")
    assert (folder / "README.md").read_text("utf8").startswith("# SYNTHETIC")
    mapping = read_yaml(folder / "intake" / f"{form}.yml")
    assert (mapping["intake"], mapping["synthetic"]) == (form, True)
    assert read_yaml(folder / "params.yml")["edition"] == f"small-{form}"
    for path in files:
        assert path.read_bytes() == (tmp_path / "a" / path.relative_to(folder)).read_bytes(), path


@pytest.mark.parametrize("form", ["cbs", "uwlr"])
def test_a_form_that_cannot_carry_all_has_a_reference_with_an_edition_of_its_own(tables, tmp_path, form):
    write_office(tmp_path / "w", office(form, tables, 7), form, EDITION)
    params = read_yaml(tmp_path / "w" / "reference" / "params.yml")
    assert params["edition"] == f"small-{form}-reference"
    assert params["data"]["intake"] == f"{form}-reference"
    assert (tmp_path / "w" / "reference" / "registers" / "SYNTHETIC").exists()


def test_another_form_is_refused_with_those_that_there_are(tables):
    with pytest.raises(InputError, match="contract, csv-nl, cbs, uwlr"):
        office("sas", tables, 7)


def test_nothing_is_overwritten(tables, tmp_path):
    parquet(tables["by_stay"])(tmp_path / "mine.parquet")
    with pytest.raises(InputError, match="is not empty"):
        write_office(tmp_path, office("contract", tables, 7), "contract", EDITION)
