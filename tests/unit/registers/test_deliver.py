from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.registers import formats, read_intake
from analysis.registers.marks import mark
from analysis.registers.secret import SECRET_FILE, SECRET_VARIABLE

KEYS = [f"{at:09d}" for at in range(12)]
MAPPING = (
    "files: {pupils: {path: p.csv}, homes: {path: h.csv}}\n"
    "tables: {by_pupil: {from: pupils, joins: [{file: homes, by: [key]}],\n"
    "  columns: {pupil: {number: [key]}, pc4: {text: pc4}}}}"
)


def csv(**columns: object) -> str:
    return pd.DataFrame({"key": KEYS, **columns}).to_csv(index=False, sep=";", lineterminator="\n")


def put(office, pc4: str = "1011") -> None:
    office.put("p.csv", csv())
    office.put("h.csv", csv(pc4=pc4))
    office.maps(MAPPING)


def test_a_second_reading_comes_from_the_cache(office, monkeypatch: pytest.MonkeyPatch) -> None:
    put(office)
    first = office.deliver(cached=True)
    monkeypatch.setitem(formats.READ, "csv", None)  # nothing can be read any more
    second = office.deliver(cached=True)
    pd.testing.assert_frame_equal(first.tables["by_pupil"], second.tables["by_pupil"])
    assert str(first.report) == str(second.report)
    assert first.inputs == second.inputs


def test_another_process_finds_what_was_read(office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of what is kept must not hang on the order of a set, which every process has its own of."""
    from analysis.registers.mapping import Intake

    put(office)
    office.maps(MAPPING.replace("[key]", "[key, key2, key3]"))
    office.put("p.csv", csv(key2="a", key3="b"))
    office.put("h.csv", csv(key2="a", key3="b", pc4="1011"))
    office.deliver(cached=True)
    keys = Intake.keys_of_files
    backwards = {role: list(names) for role, names in keys(read_intake(office.mapping)).items()}
    monkeypatch.setattr(Intake, "keys_of_files", lambda _: {role: names[::-1] for role, names in backwards.items()})
    monkeypatch.setitem(formats.READ, "csv", None)
    assert set(office.deliver(cached=True).tables["by_pupil"]["pc4"]) == {"1011"}


def test_a_changed_file_or_mapping_is_read_again(office) -> None:
    put(office)
    office.deliver(cached=True)
    os.utime(office.folder / "h.csv", (1e9, 1e9))  # of long ago, so that its hash is remembered
    put(office, "1012")
    assert set(office.deliver(cached=True).tables["by_pupil"]["pc4"]) == {"1012"}
    office.maps(MAPPING.replace("h.csv", 'h.csv, keep: {key: ["000000001"]}'))
    assert "join homes               all but fewer than 10 rows without a row" in str(
        office.deliver(cached=True).report
    )


def test_a_file_is_told_by_its_keyed_hash_alone(office) -> None:
    put(office)
    one = office.deliver().inputs
    assert [(record["role"], record["year"], record["rows"]) for record in one] == [
        ("homes", 2019, "12"),
        ("pupils", 2019, "12"),
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", record["hmac"]) for record in one)
    assert not re.search(r"\.csv|/", str(one))
    assert office.deliver(seed=2).inputs != one
    (office.folder / SECRET_FILE).write_text("of the office")
    assert office.deliver().inputs != one


def test_the_secret_of_the_office_decides_the_numbers(office, monkeypatch: pytest.MonkeyPatch) -> None:
    put(office)
    office.put("h.csv", csv(pc4=[str(1011 + at) for at in range(12)]))
    one = office.deliver().tables["by_pupil"]
    monkeypatch.setenv(SECRET_VARIABLE, "of the office")
    other = office.deliver().tables["by_pupil"]
    assert set(one["pc4"]) == set(other["pc4"])
    assert one["pc4"].tolist() != other["pc4"].tolist()
    assert one["pupil"].tolist() == list(range(12))  # in the order of the numbers, not of the file
    assert one["pc4"].tolist() != sorted(one["pc4"])


def test_a_school_that_the_table_of_schools_lacks_is_counted(office) -> None:
    office.put("p.csv", csv(school=["00AB01"] * 6 + ["00AB02"] * 6))
    office.put("s.csv", "school\n00AB01\n")
    office.maps(
        "files: {pupils: {path: p.csv}, schools: {path: s.csv}}\ntables:\n"
        "  by_pupil: {from: pupils, columns: {pupil: {number: [key]}, location: {key: [school]}}}\n"
        "  by_location: {from: schools, columns: {location: {key: [school]}}}"
    )
    assert "location                 fewer than 10 rows not in by_location" in str(office.deliver().report)


@pytest.mark.parametrize("years", ["[2018, 2019]", "[2019]"])
def test_pupils_of_several_years_have_a_table_more(office, years: str) -> None:
    for year, groep in ((2018, 7), (2019, 8)):
        office.put(f"p{year}.csv", csv(groep=groep))
    office.maps(
        f'intake: own\nsynthetic: false\nyears: {years}\nfiles: {{pupils: {{path: "p{{year}}.csv"}}}}\n'
        "tables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]}, groep: {whole: groep}}}}"
    )
    tables = office.deliver().tables
    assert set(tables["by_pupil"]["groep"]) == {8}
    if years == "[2019]":
        assert list(tables) == ["by_pupil"]
    else:
        grown = tables["by_pupil_year"].set_index(["pupil", "year"])["groep"].unstack()  # noqa: PD010
        assert (grown[2018] == 7).all()
        assert (grown[2019] == 8).all()
        assert len(grown) == 12  # one number for a pupil in both years


def test_rows_that_only_the_other_file_has_may_be_added(office) -> None:
    office.put("m.csv", "key;vak;score\na;lezen;1\nb;lezen;2\n")
    office.put("e.csv", "key;vak;score\nb;lezen;3\nc;lezen;4\n")
    office.maps(
        "files: {m: {path: m.csv}, e: {path: e.csv}}\n"
        "tables: {by_pupil_test: {from: m, joins: [{file: e, by: [key, vak], as: e, adds_rows: true}], columns:\n"
        "  {pupil: {number: [key]}, subject: {text: vak}, m_score: {decimal: score}, e_score: {decimal: e.score}}}}"
    )
    table = office.deliver().tables["by_pupil_test"].fillna(-1.0)
    assert sorted(zip(table["m_score"], table["e_score"], strict=True)) == [(-1.0, 4.0), (1.0, -1.0), (2.0, 3.0)]
    assert set(table["subject"]) == {"lezen"}


@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "p.sav"])
def test_made_up_files_pass_for_no_others(office, name: str) -> None:
    frame = pd.DataFrame({"key": KEYS, "groep": "8"})
    office.put(name, csv(groep=8) if name == "p.csv" else frame)
    mapping = (
        f"intake: own\nsynthetic: %s\nyears: [2019]\nfiles: {{pupils: {{path: {name}}}}}\n"
        "tables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]}, groep: {whole: groep}}}}"
    )
    office.maps(mapping % "true")
    assert "files.pupils" in office.says()
    assert "bears no mark of made-up data, and the mapping says synthetic" in office.says()
    mark(office.folder)
    assert office.deliver()
    office.maps(mapping % "false")
    assert "bears the mark of made-up data, and the mapping says real" in office.says()


def test_files_carry_their_mark_out_of_the_folder(office) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = pd.DataFrame({"key": KEYS, "groep": "8"})
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata({b"staat.data": b"synthetic"})
    pq.write_table(table, office.folder / "p.parquet")
    office.put("p.sav", frame, file_label="SYNTHETIC")
    for name in ("p.parquet", "p.sav"):
        office.maps(
            f"files: {{pupils: {{path: {name}}}}}\n"
            "tables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]}, groep: {whole: groep}}}}"
        )
        assert "bears the mark of made-up data" in office.says()


def test_a_package_that_is_not_there_has_its_name(office, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    office.put("p.sav", pd.DataFrame({"key": KEYS}))
    office.maps("files: {pupils: {path: p.sav}}\ntables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]}}}}")
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    assert 'install it: pip install "staat[sav]"' in office.says()


def test_a_missing_folder_is_said_so(office) -> None:
    put(office)
    office.folder = Path("/nowhere")
    assert "data.folder: there is no such folder" in office.says()


PLANTED = ("913572468", "Q7Z", "Wilhelmina Plant")
"""A key, a rare code and a name that occur nowhere else."""
ROWS = "key;code;naam;n\n" + "".join(f"{key};m;Jansen;1\n" for key in KEYS)
ONE = ROWS + ";".join((*PLANTED, "x")) + "\n"
TABLE = "tables: {by_pupil: {from: p%s, columns: {pupil: {number: [key]}, %s}}}"
JOIN = ", joins: [{file: q, by: [key]}]"
FAILING = {
    "unmapped": (ONE, "", TABLE % ("", "sex: {code: code, codes: {m: [m]}}")),
    "flag": (ONE, "", TABLE % ("", "at_risk: {flag: code, yes_codes: [m], no_codes: [v]}")),
    "whole": (ONE, "", TABLE % ("", "groep: {whole: n}")),
    "decimal": (ONE, "", TABLE % ("", "lat: {point: [n, naam], system: degrees}")),
    "date": (ONE, "", TABLE % ("", 'age: {age_on: "{year}-10-01", born: [naam]}')),
    "contract": (ONE, "", TABLE % ("", "pc4: {text: naam}, sex: {text: code}")),
    "twice": (ONE + ONE.partition("\n")[2], "", TABLE % ("", "wijk: {text: naam}")),
    "several": (ONE, ONE + ONE.partition("\n")[2], TABLE % (JOIN, "wijk: absent")),
    "uneven": (ONE.replace("Plant;", "Plant;;;"), "", TABLE % ("", "wijk: {text: naam}")),
    "quotes": (ONE.replace("Wil", '"Wil'), "", TABLE % ("", "wijk: {text: naam}")),
    "column": (ONE, "", TABLE % ("", "wijk: {text: name}")),
    "separator": (ONE.replace(";", ","), "", TABLE % ("", "wijk: {text: naam}")),
    "encoding": (ONE.replace("Plant", "Pl\u00e4nt\u201d").encode("utf-8"), "", TABLE % ("", "wijk: {text: naam}")),
    "widths": (ONE, "", TABLE % ("", "wijk: {key: [naam, code]}")),
}


@pytest.mark.parametrize("case", FAILING)
def test_no_message_holds_a_value(office, case: str) -> None:
    first, second, mapping = FAILING[case]
    office.put("p.csv", first)
    office.put("q.csv", second)
    office.maps("files: {p: {path: p.csv}, q: {path: q.csv}}\n" + mapping)
    said = office.says()
    assert "\n!" in said  # it fails indeed
    assert [planted for planted in PLANTED if planted in said or planted.split()[-1] in said] == []


@pytest.mark.parametrize("name", ["p.parquet", "p.sav", "p.dta", "p.xlsx", "p.csv"])
def test_a_damaged_file_is_one_message_without_a_value(office, name: str) -> None:
    frame = pd.DataFrame({"key": [*KEYS, PLANTED[0]], "naam": [*["Jansen"] * 12, PLANTED[2]]})
    office.put(name, ONE if name == "p.csv" else frame)
    path = office.folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] + b"\0" * 40)
    office.maps(f"files: {{p: {{path: {name}}}}}\n" + TABLE % ("", "wijk: {text: naam}"))
    said = office.says()
    assert "files.p: " in said or "files.p  " in said
    assert not any(planted in said for planted in PLANTED)


def test_a_fault_of_a_library_is_told_without_its_words(office, monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.registers import verbs
    from analysis.registers.columns import TextVerb

    def fails(*_: object) -> None:
        raise ValueError(PLANTED[2])

    put(office)
    monkeypatch.setitem(verbs.MAKERS, TextVerb, fails)
    with pytest.raises(InputError, match=r"own\.yml: stopped with ValueError at test_deliver\.py, line") as stopped:
        office.deliver()
    assert PLANTED[2] not in str(stopped.value)
