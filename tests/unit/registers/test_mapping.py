from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.registers.mapping import in_year, read_intake

EXAMPLE = Path(__file__).parent / "cbs-2019.yml"
TEXT = EXAMPLE.read_text("utf8")


def changed(tmp_path: Path, old: str, new: str) -> str:
    """Return what is said of the example with one change."""
    assert old in TEXT
    path = tmp_path / EXAMPLE.name
    path.write_text(TEXT.replace(old, new, 1), "utf8")
    with pytest.raises(InputError) as refused:
        read_intake(path)
    return str(refused.value).replace(f"{tmp_path}/", "")


def test_what_a_mapping_delivers_is_known_without_reading() -> None:
    columns = read_intake(EXAMPLE).columns()
    own = {"pupil", "groep", "age", "education", "income", "one_parent", "location"}  # not at_risk, which is absent
    assert columns == {"by_pupil": own, "by_pupil_year": own | {"year"}}  # two years of files


@pytest.mark.parametrize(
    ("text", "filled"),
    [("gem{year}", "gem2019"), ("A{year+1}V*", "A2020V*"), ("{year-1}-10-01", "2018-10-01"), ("age", "age")],
)
def test_a_year_is_filled_in(text: str, filled: str) -> None:
    assert in_year(text, 2019) == filled


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["6"]', "[6]", "columns.one_parent.yes_codes.0: codes and names are texts"),
        ("{whole: W", "{wohle: W", "columns.groep: there is no such verb"),
        ("from: enrolment", "from: enrolmnt", "there is no file 'enrolmnt'; did you mean 'enrolment'?"),
        ("by_pupil:", "by_pupils:", "there is no such table; did you mean 'by_pupil'?"),
        ("keep:", "keeps:", "files.enrolment.keeps: there is no such key; did you mean 'keep'?"),
        ("{file: person,", "{fil: person,", "joins.0.fil: there is no such key; did you mean 'file'?"),
        ("edges:", "edge:", "columns.income.edge: there is no such key; did you mean 'edges'?"),
        ("begins: ", "begin: ", "files.address.on_day.begin: there is no such key; did you mean 'begins'?"),
        ("synthetic: false", "", "cbs-2019.yml: synthetic: this key is missing"),
        ("{number: [RINPERSOON]}", "{whole: RINPERSOON}", "a key never stands in a table"),
        ("{whole: WPOLEERJAAR}", "{number: [WPOLEERJAAR]}", "`number` is for pupil and teacher"),
        ('"3111"', '"1111"', "columns.education: these codes are listed twice: 1111"),
        ("order: [laag, hoog]", "order: [laag]", "columns.education: order must hold each code of the contract"),
        ("edges: [34, 67]", "edges: [67, 34]", "columns.income: the edges must increase"),
        ("edges: [34, 67]", "edges: [34]", "columns.income: names must hold one class more"),
        ("years: [2018, 2019]", "years: [2019, 2018]", "years: calendar years, each once, in order"),
        ("as: father", "as: mother", "two joins have the same `as`"),
        ('"INSCHRWPOTAB{year}V*.sav"', '"../x{year}.sav"', "path: a path below the folder of the edition"),
        ('"INSCHRWPOTAB{year}V*.sav"', '"x{year}.doc"', "format: give it; the extensions known are .csv"),
        ('"INSCHRWPOTAB{year}V*.sav"', '"x{jaar}.sav"', "only {year}, {year+1}"),
        ("intake: cbs-2019", "intake: cbs", "a mapping bears its file's name"),
        ('"INSCHRWPOTAB{year}V*.sav"', '"x{year}.csv", thousands: ","', "thousands: another sign than decimal"),
        ("born: [GBAGEBOORTEJAAR, ", "born: [", "born: one column with a date, or three"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in changed(tmp_path, old, new)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = changed(tmp_path, 'yes_codes: ["6"], no_codes: ["1", "2"', 'yes_codes: [6], no_codes: [1, "2"')
    assert said.count("put codes in quotes") == 2


@pytest.mark.parametrize("code", ["01", "no", "010", "0363", "12:30"])
def test_what_yaml_takes_for_something_else_must_be_quoted(tmp_path: Path, code: str) -> None:
    assert f'quote it: "{code}"' in changed(tmp_path, '["6"]', f"[{code}]")


def test_a_table_of_years_from_one_file_takes_its_year_from_a_column(tmp_path: Path) -> None:
    lines = "\n  by_teacher: {from: staff, columns: {year: {year: calendar}}}\n"
    path = tmp_path / EXAMPLE.name
    path.write_text(TEXT.replace("tables:", "  staff: {path: staff.csv}\ntables:") + lines, "utf8")
    with pytest.raises(InputError, match="so the year must come from a column"):
        read_intake(path)
