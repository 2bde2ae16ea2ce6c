from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.data.microdata import MICRODATA
from analysis.errors import InputError
from analysis.registers import profile
from analysis.registers.mapping import read_intake
from analysis.registers.suggest import suggest

RARE, FREQUENT = "Q7Z", "m"
N = 600


def rows(**columns: object) -> pd.DataFrame:
    """Return six hundred persons with keys of nine digits; more than there may be codes."""
    return pd.DataFrame({"RINPERSOON": [f"{at:09d}" for at in range(N)], **columns})


@pytest.fixture
def folder(office) -> Path:
    code = [FREQUENT] * (N - 12) + [RARE] * 9 + [None] * 3
    frame = rows(code=code, day="20190831", score=[f"{at / 7:.3f}" for at in range(N)], n=range(N))
    office.put("people.csv", frame.to_csv(index=False, sep=";", lineterminator="\n"))
    for name in ("people.sav", "people.dta", "people.parquet", "people.xlsx"):
        office.put(f"more/{name}", frame)
    return office.folder


def test_a_profile_says_what_a_file_is_like(folder: Path) -> None:
    profiles = {found.path: found for found in profile.profile(folder)}
    assert set(profiles) == {"people.csv", *(f"more/people.{kind}" for kind in ("sav", "dta", "parquet", "xlsx"))}
    for found in profiles.values():
        assert (found.problem, found.rows) == ("", "600")
        columns = {column.name: column for column in found.columns}
        assert [columns[name].like for name in ("RINPERSOON", "code", "day")] == ["key", "code", "date"]
        assert (columns["RINPERSOON"].width, columns["RINPERSOON"].distinct) == ("9", "600")
        assert (columns["code"].distinct, columns["code"].missing) == ("few", "fewer than 10 rows")
        assert columns["n"].width == "1-3"


def test_a_profile_never_holds_a_value(folder: Path) -> None:
    said = "\n".join(profile.as_lines(profile.profile(folder)))
    assert not any(value in said for value in (RARE, "000000001", "20190831", "0.143"))


def test_codes_are_listed_from_ten_on(folder: Path) -> None:
    said = "\n".join(profile.codes(folder, "code"))
    assert said.count(f'"{FREQUENT}": 588') == 5
    assert said.count("other codes: fewer than 10, in fewer than 10 rows") == 5
    assert RARE not in said


def test_a_key_is_no_column_of_codes(folder: Path) -> None:
    with pytest.raises(InputError, match="score has more than 500 codes in more/people"):
        list(profile.codes(folder, "score"))
    with pytest.raises(InputError, match="RINPERSOON is called as a key or a name is"):
        list(profile.codes(folder, "RINPERSOON"))
    with pytest.raises(InputError, match="did you mean 'code'"):
        list(profile.codes(folder, "codes"))


@pytest.mark.parametrize(
    ("text", "encoding", "separator", "found"),
    [
        ("a;b\n\u00e9;1,5\n", "cp1252", ";", "cp1252"),
        ("a,b\n\u00e9,1.5\n", "utf-8", ",", "utf-8"),
        ("a\tb\ne\t1\n", "utf-8-sig", "\t", "utf-8"),
        ("a;b\ne;1\n", "ascii", ";", "cp1252"),
    ],
)
def test_the_form_of_a_csv_file_is_found(office, text: str, encoding: str, separator: str, found: str) -> None:
    office.put("a.csv", text.encode(encoding))
    file = profile.file_of(office.folder / "a.csv", office.folder)
    assert (file.separator, file.encoding) == (separator, found)
    assert [column.name for column in profile.profile(office.folder)[0].columns] == ["a", "b"]


def test_a_damaged_file_has_its_problem(office) -> None:
    office.put("a.parquet", b"PAR1")
    assert "cannot be read as parquet" in profile.profile(office.folder)[0].problem
    with pytest.raises(InputError, match="no file in it can be read"):
        suggest(office.folder)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of a format that is read"):
        profile.profile(tmp_path)


def suggested(office) -> str:
    text = suggest(office.folder)
    office.mapping = office.folder.parent / "files.yml"
    office.mapping.write_text(text, "utf8")
    return text


def test_files_in_the_form_of_the_contract_are_mapped_without_doubt(office) -> None:
    columns = list(MICRODATA["by_teacher"].columns)
    office.put("by_teacher.parquet", pd.DataFrame([["1"] * len(columns)] * 12, columns=columns))
    lines = [line for line in suggested(office).splitlines() if line.startswith("      ")]
    assert len(lines) == len(columns)
    assert [line for line in lines if "# ?" in line] == []
    assert read_intake(office.mapping).columns() == {"by_teacher": frozenset(columns)}


def test_known_names_are_mapped_and_the_rest_is_marked(office) -> None:
    for year in (2018, 2019):
        school = rows(WPOLEERJAAR=f" {year - 2011}", WPOBRIN_crypt="00AB", WPOBRINVEST="01")
        office.put(f"INSCHRWPOTAB{year}V1.sav", school)
        office.put(f"INSCHRWPOTAB{year}V2.SAV", school)
        office.put(f"GBAPERSOON{year}TABV1.sav", rows(gbageslacht="1").rename(columns={"RINPERSOON": "rinpersoon"}))
    text = suggested(office)
    assert "years: [2018, 2019]" in text
    assert 'inschrwpotab: {path: "INSCHRWPOTAB{year}V*.SAV"}' in text
    assert "- {file: gbapersoontab, by: [RINPERSOON]}  # ?" in text
    assert "      groep: {whole: WPOLEERJAAR}\n" in text
    assert "      pc4: absent  # ?\n" in text
    tables = office.deliver().tables
    assert set(tables["by_pupil"]["groep"]) == {8}
    assert set(tables["by_pupil_year"]["sex"]) == {"m"}


def test_words_of_an_office_begin_a_mapping_that_can_be_read(office) -> None:
    pupils = pd.DataFrame({"Leerlingnummer": [f"{at:09d}" for at in range(N)], "Leerjaar": "3", "Schoolcode": "S1"})
    for year in (2021, 2022):
        office.put(f"leerlingen_{year}.csv", pupils.to_csv(index=False, sep=";"))
    text = suggested(office)
    assert "      pupil: {number: Leerlingnummer}  # ?\n" in text
    assert "      location: {key: Schoolcode}  # ?\n" in text
    assert {"pupil", "groep", "location"} <= read_intake(office.mapping).columns()["by_pupil"]


def test_without_a_known_name_the_least_of_a_table_is_written(office) -> None:
    office.put("x.csv", pd.DataFrame({"a": ["1"] * N, "b": ["2"] * N}).to_csv(index=False, sep=";"))
    assert "from: x  # ?" in suggested(office)
    assert {"pupil", "groep", "age", "location"} == read_intake(office.mapping).columns()["by_pupil"]


def test_a_number_with_decimals_is_no_key(office) -> None:
    frame = rows(x=[f"{at},50" for at in range(N)])
    office.put("p.csv", frame.to_csv(index=False, sep=";"))
    likes = {column.name: column.like for column in profile.profile(office.folder)[0].columns}
    assert likes == {"RINPERSOON": "key", "x": "number"}


def test_every_known_name_is_written_as_a_mapping_may_be(office) -> None:
    from analysis.plain_yaml import read_yaml
    from analysis.registers.suggest import NAMES

    places: dict[str, dict[str, str]] = {}
    for entry in read_yaml(NAMES):
        assert set(entry) <= {"name", "source", "sure", "columns"}
        for place, written in entry["columns"].items():
            table, _, column = place.partition(".")
            assert column in MICRODATA[table].columns
            places.setdefault(table, {})[column] = written
    lines = [f"  {table}: {{from: f, columns: {{{', '.join(f'{name}: {verb}' for name, verb in columns.items())}}}}}"
             for table, columns in places.items()]  # fmt: skip
    office.maps("files: {f: {path: f.csv}}\ntables:\n" + "\n".join(lines))
    assert set(read_intake(office.mapping).columns()) == set(places)
