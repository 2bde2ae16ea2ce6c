"""The made-up world as an office holds it, through the mapping: the edition `ci` again, as far as a form can."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from analysis.edition.orders import order_of
from analysis.plain_yaml import read_yaml
from analysis.synthetic.offices.files import as_yaml

ROOT = Path(__file__).parents[2]
OF_OWN_DATA = {"sources", "unknown_education"}
"""Tables of the data page that tell of files, and of what an office does not know."""
ALONE = {
    "advice": (["by_pupil_advice"], "advisering"),
    "tests": (["by_pupil_test"], "leergroei"),
    "enrolment": (["by_pupil", "by_location"], "segregation"),
}
"""Of an office that has but one register: its tables, and the one chapter that it runs."""


def type_in(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis.cli", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def succeeds(*words: str) -> str:
    done = type_in(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of the world of `ci` in a form, written once; that of a reference lies in that of its form."""
    base = tmp_path_factory.mktemp("offices")

    def folder(form: str) -> Path:
        written = form.partition("/")[0]
        if not (base / written).exists():
            succeeds("world", "params/ci.yml", "--as", written, "--to", str(base / written))
        return base / form

    return folder


@pytest.fixture
def office_with(office, tmp_path: Path) -> Callable[[str], Path]:
    """An office that has one of the registers `ALONE`, as Dutch CSV."""

    def folder(name: str) -> Path:
        whole, (tables, _), to = office("csv-nl"), ALONE[name], tmp_path / name
        (to / "registers").mkdir(parents=True)
        (to / "intake").mkdir()
        for file in ("SYNTHETIC", *(f"{table}.csv" for table in tables)):
            shutil.copy(whole / "registers" / file, to / "registers")
        mapping, params = read_yaml(whole / "intake" / "csv-nl.yml"), read_yaml(whole / "params.yml")
        kept = {part: {table: mapping[part][table] for table in tables} for part in ("files", "tables")}
        (to / "intake" / f"{name}.yml").write_text(as_yaml({**mapping, "intake": name, **kept}), "utf8")
        params |= {"edition": f"ci-{name}", "data": {**params["data"], "intake": name}}
        (to / "params.yml").write_text(as_yaml(params), "utf8")
        return to

    return folder


@pytest.fixture(scope="module")
def tables_of(office, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder with the internal tables of the first step on an office's files; it is not published."""
    outputs = tmp_path_factory.mktemp("outputs")

    def folder(form: str) -> Path:
        params = office(form) / "params.yml"
        edition = read_yaml(params)["edition"]
        places = [outputs / f"{edition}{suffix}" / "internal" for suffix in ("", ".unfinished")]
        if not any(map(Path.exists, places)):
            assert succeeds("run", str(params), "--only", "data", "--quiet", "--outputs", str(outputs)) == ""
        (found,) = filter(Path.exists, places)
        return found

    return folder


def internal(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}


# A, B, C: what comes in is what went out


@pytest.mark.parametrize("form", ["contract", "csv-nl"])
def test_the_tables_of_an_office_are_those_of_the_made_up_city_byte_for_byte(ci_edition, tables_of, form: str) -> None:
    own, made_up = internal(tables_of(form)), internal(ci_edition / "internal")
    assert len(own) >= 20
    assert [name for name in own if own[name] != made_up[name]] == []


def test_the_tables_of_cbs_are_those_of_its_reference(tables_of) -> None:
    own, reference = (tables_of(form) for form in ("cbs", "cbs/reference"))
    names = {*internal(own)}
    assert names == {*internal(reference)}
    for name in names:
        found, expected = (pd.read_parquet(folder / name) for folder in (own, reference))
        assert [*found] == [*expected], name
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


# G: chapters by what there is


@pytest.mark.parametrize("name", list(ALONE))
def test_an_office_with_one_register_runs_the_chapter_that_it_has_data_for(office_with, name: str) -> None:
    folder = office_with(name)
    order = order_of(folder / "params.yml", (), ROOT)
    assert {*order.blocks} == {"data", ALONE[name][1], "summary"}
    assert {*order.facts["absent"]} == {*read_yaml(folder / "params.yml")} & {
        *("city_forecast", "segregation", "school_choice", "leergroei", "judgements", "school_levels", "advisering"),
        *("newcomers", "staffing", "teachers"),
    } - {ALONE[name][1]}
    checked = type_in("check", str(folder / "params.yml"))
    assert checked.returncode == 1
    assert checked.stdout.count("cannot run: no ") == 9


# I: a changed file is noticed, whoever reads it


@pytest.mark.parametrize(
    ("form", "file"),
    [
        ("contract", "by_pupil.parquet"),
        ("csv-nl", "by_pupil.csv"),
        ("cbs", "Bevolking/GBAPERSOONTAB/2019/GBAPERSOON2019TABV2.sav"),
    ],
)
def test_a_changed_byte_in_a_file_of_the_office_makes_the_edition_stale(office, tables_of, form: str, file) -> None:
    params, outputs = office(form) / "params.yml", str(tables_of(form).parents[1])
    path = office(form) / "registers" / file
    before = path.read_bytes()
    try:
        assert "up to date" in type_in("why", "data", str(params), "--outputs", outputs).stdout
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        assert "changed" in type_in("why", "data", str(params), "--outputs", outputs).stdout
    finally:
        path.write_bytes(before)


# J: stamps


@pytest.mark.parametrize("form", ["contract", "csv-nl", "cbs"])
def test_made_up_files_cannot_pass_for_real_ones(office, tmp_path: Path, form: str) -> None:
    folder = shutil.copytree(office(form), tmp_path / "w")
    _says(folder, form, synthetic=False)
    done = type_in("run", str(folder / "params.yml"), "--outputs", str(tmp_path / "o"))
    assert done.returncode == 2
    assert "bears the mark of made-up data, and the mapping says real" in done.stderr


def test_real_files_cannot_pass_for_made_up_ones(office, tmp_path: Path) -> None:
    folder = shutil.copytree(office("csv-nl"), tmp_path / "w")
    (folder / "registers" / "SYNTHETIC").unlink()
    done = type_in("run", str(folder / "params.yml"), "--outputs", str(tmp_path / "o"))
    assert done.returncode == 2
    assert "bears no mark of made-up data, and the mapping says synthetic" in done.stderr


def _says(folder: Path, form: str, *, synthetic: bool) -> None:
    """Have the edition and the mapping say of the files whether they are made up."""
    for path, keys in ((folder / "params.yml", ["data"]), (folder / "intake" / f"{form}.yml", [])):
        written = read_yaml(path)
        part = written[keys[0]] if keys else written
        part["synthetic"] = synthetic
        for table in part.get("tables", {}).values():  # of real persons the key is made a number
            for column in {"pupil", "teacher"} & table["columns"].keys():
                given = table["columns"][column]
                table["columns"][column] = {"number": [given["whole"]]} if "whole" in given else given
        path.write_text(as_yaml(written), "utf8")


# Whole editions


@pytest.fixture(scope="module")
def whole(office, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    outputs = tmp_path_factory.mktemp("whole")

    def folder(form: str) -> Path:
        params = office(form) / "params.yml"
        edition = outputs / read_yaml(params)["edition"]
        if not edition.exists():
            succeeds("run", str(params), "--quiet", "--outputs", str(outputs))
        return edition

    return folder


def published(edition: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(edition.glob("tables/**/*.csv")):
        if path.stem not in OF_OWN_DATA:
            yield path.relative_to(edition).as_posix(), path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["contract", "csv-nl"])
def test_every_table_of_the_whole_edition_is_that_of_the_made_up_city(ci_edition, whole, form: str) -> None:
    edition = whole(form)
    assert internal(edition / "internal") == internal(ci_edition / "internal")
    assert dict(published(edition)) == dict(published(ci_edition))


@pytest.mark.slow
def test_every_table_of_cbs_is_that_of_its_reference(whole) -> None:
    assert dict(published(whole("cbs"))) == dict(published(whole("cbs/reference")))


@pytest.mark.slow
def test_the_manifest_has_keyed_hashes_and_no_path_and_no_name_of_a_file(office, whole) -> None:
    text = (whole("cbs") / "manifest.json").read_text("utf8")
    files = [path for path in (office("cbs") / "registers").rglob("*") if path.suffix in (".sav", ".csv")]
    assert len(files) > 20
    assert [path.name for path in files if path.name in text] == []
    assert str(office("cbs")) not in text
    assert "keyed hash" in json.dumps(json.loads(text))


KEY_COLUMN = re.compile(r"RIN\w*PERSOON(HKW|Ma|pa)?|RINOBJECTNUMMER|\w*BRIN_crypt", re.IGNORECASE)
KEY = re.compile(rb"(?<![0-9A-Za-z.,])(?:[0-9]{9}|[0-9a-f]{32}(?:[0-9]{2})?)(?![0-9A-Za-z])")
"""What looks like a key of a person, or one of a school or home, the first with the number of its location."""


def keys_of(office: Path) -> set[bytes]:
    """Every key in the SPSS files of an office."""
    frames = [pyreadstat.read_sav(path)[0] for path in (office / "registers").rglob("*.sav")]
    columns = [frame[name] for frame in frames for name in frame if KEY_COLUMN.fullmatch(name)]
    return {str(key).encode() for column in columns for key in column.unique() if key}


def parts_of(path: Path) -> Iterator[bytes]:
    """The content of a file; of a workbook that of its parts."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            yield from map(book.read, book.namelist())
    else:
        yield path.read_bytes()


@pytest.mark.slow
def test_no_key_of_a_person_school_or_home_is_published_and_none_of_a_person_kept(office, whole) -> None:
    keys, edition = keys_of(office("cbs")), whole("cbs")
    files = [path for path in edition.rglob("*") if path.is_file() and "internal" not in path.parts]
    assert len(keys) > 10_000
    assert len(files) > 300
    found = {path.name: {key[:32] for part in parts_of(path) for key in KEY.findall(part)} & keys for path in files}
    assert {name for name, some in found.items() if some} == set()
    persons = {key.decode() for key in keys if len(key) == 9}
    for path in (edition / "internal").glob("*.parquet"):
        frame = pd.read_parquet(path)
        for name in frame.select_dtypes(["object", "string"]):
            assert persons.isdisjoint(frame[name].dropna().astype(str)), f"{path.name}: {name}"


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ALONE))
def test_an_edition_on_one_register_is_repeated_and_says_which_chapters_are_absent(office_with, name: str) -> None:
    folder = office_with(name)
    outputs, params = str(folder / "o"), str(folder / "params.yml")
    succeeds("run", params, "--quiet", "--outputs", outputs)
    done = type_in("verify", params, "--quiet", "--outputs", outputs)
    assert done.returncode == 0, done.stdout + done.stderr
    page = next((folder / "o" / f"ci-{name}" / "html").glob("*_summary.html")).read_text("utf8")
    assert page.count("This chapter is not in this edition") == 9
