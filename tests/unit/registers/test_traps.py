"""Ways in which a register is read wrong without a word: each is read right, or refused with a message."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis.codes import Codes
from analysis.language import catalogue
from analysis.registers.deliver import Delivery, deliver
from analysis.registers.mapping import read_intake
from analysis.run.workspace import Workspace

TESTS = "tables: {by_pupil_test: {from: tests, columns: {pupil: {number: [key]}, %s}}}"
PUPILS = "tables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]}, %s}}}"
KEYS = [f"{at:09d}" for at in range(12)]


def pupils(**columns: object) -> pd.DataFrame:
    """Return twelve pupils, so that a count of all may be told."""
    return pd.DataFrame({"key": KEYS, **columns})


def csv(**columns: object) -> str:
    return pupils(**columns).to_csv(index=False, sep=";", lineterminator="\n")


def only(delivery: Delivery, column: str) -> list[object]:
    """Return the values of a column of the only table, each once."""
    (table,) = delivery.tables.values()
    return sorted(table[column].unique())


# 1: keys read as numbers


@pytest.mark.parametrize("name", ["p.sav", "p.dta", "p.parquet"])
def test_a_key_held_as_numbers_is_refused(office, name: str) -> None:
    office.put(name, pupils().astype({"key": "float64"}))
    office.maps(f"files: {{pupils: {{path: {name}}}}}\n" + PUPILS % "groep: absent")
    assert (
        "files.pupils: column key: is a key, and the file holds it as numbers: zeros in front are lost" in office.says()
    )
    assert "if all keys have one width, write widths: {key: 9}" in office.says()


def test_a_key_held_as_numbers_is_whole_again_with_its_width(office) -> None:
    office.put("p.sav", pupils(groep="8").astype({"key": "float64"}))
    office.put("q.csv", csv(pc4="1011"))
    office.maps(
        "files: {pupils: {path: p.sav, widths: {key: 9}}, homes: {path: q.csv}}\n"
        "tables: {by_pupil: {from: pupils, joins: [{file: homes, by: [key]}],\n"
        "  columns: {pupil: {number: [key]}, pc4: {text: pc4}}}}"
    )
    assert only(office.deliver(), "pc4") == ["1011"]  # 1.0 is 000000001 in the other file
    office.put("p.sav", pupils(groep="8").assign(key=[1234567890.0] * 12))
    assert "holds numbers that are no whole numbers of at most 9 digits" in office.says()


def test_a_brin_that_looks_like_a_number_stays_one(office) -> None:
    office.put("p.csv", csv(brin="00EA", vest="00").replace("00EA", "12E4", 6))
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % "wijk: {key: [brin, vest]}")
    assert only(office.deliver(), "wijk") == ["00EA00", "12E400"]


# 2: labels


def test_labels_are_never_applied(office) -> None:
    vest = ["00"] * 6 + ["01"] * 6
    labels = {"vest": {"00": "no list", "01": "no list"}}
    office.put("p.sav", pupils(vest=vest), variable_value_labels=labels)
    office.maps("files: {pupils: {path: p.sav}}\n" + PUPILS % "wijk: {text: vest}")
    assert only(office.deliver(), "wijk") == ["00", "01"]


# 3: persons that are not in the register


def test_rows_that_are_not_kept_are_counted(office) -> None:
    office.put("p.csv", csv(kind=["R"] * 9 + ["G"] * 3))
    office.maps('files: {pupils: {path: p.csv, keep: {kind: ["R"]}}}\n' + PUPILS % "groep: absent")
    assert "pupils 2019              keep kind: fewer than 10 of 12 rows left out" in office.says()
    assert len(office.deliver().tables["by_pupil"]) == 9


def test_kind_and_key_together_are_the_person(office) -> None:
    office.put("p.csv", csv(kind=["R"] * 6 + ["G"] * 6).replace("000000006;", "000000000;"))
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS.replace("[key]", "[kind, key]") % "groep: absent")
    assert sorted(office.deliver().tables["by_pupil"]["pupil"]) == list(range(12))


# 4: texts that pandas takes for missing


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx", "p.sav", "p.dta", "p.parquet"])
@pytest.mark.parametrize("code", ["NA", "null", "n/a", "None", "nan", "-"])
def test_a_text_is_no_missing_value(office, name: str, code: str) -> None:
    office.put(name, csv(land=code) if name == "p.csv" else pupils(land=code))
    office.maps(f"files: {{pupils: {{path: {name}}}}}\n" + PUPILS % "continent: {text: land}")
    assert only(office.deliver(), "continent") == [code]


# 5: encodings


@pytest.mark.parametrize(
    ("encoding", "declared", "said"),
    [
        (
            "utf-8",
            "cp1252",
            "files.pupils: wrong encoding\n  given   'UTF-8'\n  allowed cp1252\n  do      encoding: utf-8",
        ),
        ("cp1252", "latin-1", "files.pupils: holds characters that latin-1 has for control only"),
        ("cp1252", "utf-8", "files.pupils: wrong encoding: a byte that utf-8 does not have"),
        ("utf-16", "cp1252", "files.pupils: wrong encoding\n  given   'UTF-16'"),
    ],
)
def test_another_encoding_is_refused(office, encoding: str, declared: str, said: str) -> None:
    office.put("p.csv", csv(wijk="Calvijn \u2019t Fort").encode(encoding))
    office.maps(f"files: {{pupils: {{path: p.csv, encoding: {declared}}}}}\n" + PUPILS % "wijk: {text: wijk}")
    assert said in office.says()


def test_a_curly_quote_of_cp1252_survives(office) -> None:
    office.put("p.csv", csv(wijk="Calvijn \u2019t Fort"))
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % "wijk: {text: wijk}")
    assert only(office.deliver(), "wijk") == ["Calvijn \u2019t Fort"]


# 6: decimals and thousands


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (
            "7,5",
            "decimal: '.'",
            "no number, in 12 rows of score (the decimal sign of the file is '.', and thousands have no sign)",
        ),
        ("7.5", "decimal: ','", "no number, in 12 rows of score (the decimal sign of the file is ','"),
        ("1.234,56", "decimal: ','", "no number, in 12 rows of score"),
        ("12.34,56", "decimal: ',', thousands: '.'", "no number, in 12 rows of score"),
    ],
)
def test_another_decimal_sign_is_refused(office, text: str, options: str, said: str) -> None:
    office.put("p.csv", csv(score=text))
    office.maps(f"files: {{tests: {{path: p.csv, {options}}}}}\n" + TESTS % "m_score: {decimal: score}")
    assert f"! m_score                  {said}" in office.says()


def test_thousands_are_read_when_they_are_told(office) -> None:
    office.put("p.csv", csv(score="-1.234,56"))
    office.maps("files: {tests: {path: p.csv, thousands: .}}\n" + TESTS % "m_day: absent, m_score: {cut: score, "
                'edges: [-1234.57, -1234.55], names: ["1", "2", "3"]}')  # fmt: skip
    assert only(office.deliver(), "m_score") == [2.0]


# 7: blanks


@pytest.mark.parametrize("name", ["p.csv", "p.sav", "p.dta", "p.parquet", "p.xlsx"])
def test_blanks_around_a_value_do_not_count(office, name: str) -> None:
    office.put(name, csv(groep=" 8 ") if name == "p.csv" else pupils(groep=" 8 "))
    office.maps(f"files: {{pupils: {{path: {name}}}}}\n" + PUPILS % "groep: {whole: groep}")
    assert only(office.deliver(), "groep") == [8]


# 8: words of YAML


@pytest.mark.parametrize("code", ["01", "010", "0363", "no", "12:30", "6"])
def test_codes_are_quoted(office, code: str) -> None:
    office.put("p.csv", csv(sex=code))
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f"sex: {{code: sex, codes: {{m: [{code}]}}}}")
    assert "columns.sex.codes.m.0" in office.says()
    assert f'"{code}"' in office.says()
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f'sex: {{code: sex, codes: {{m: ["{code}"]}}}}')
    assert only(office.deliver(), "sex") == ["m"]


# 9: joins with several rows

HOMES = (
    "files: {pupils: {path: p.csv}, homes: {path: h.csv%s}}\n"
    "tables: {by_pupil: {from: pupils, joins: [{file: homes, by: [key]}],\n"
    "  columns: {pupil: {number: [key]}, pc4: {text: pc4}}}}"
)


def test_a_join_with_several_rows_is_refused_with_a_count(office) -> None:
    office.put("p.csv", csv())
    office.put("h.csv", csv(pc4="1011") + csv(pc4="1012").partition("\n")[2])
    office.maps(HOMES % "")
    assert "! join homes               12 rows have several rows in homes" in office.says()


def test_several_rows_of_keys_that_nobody_has_do_no_harm(office) -> None:
    office.put("p.csv", csv())
    office.put("h.csv", csv(pc4="1011") + "999999999;1\n999999999;2\n;3\n;4\n")
    office.maps(HOMES % "")
    assert only(office.deliver(), "pc4") == ["1011"]


SPELLS = ', on_day: {day: "{year}-10-01", begins: a, ends: z, open_codes: ["88888888"]}'


def test_spells_are_cut_on_a_day(office) -> None:
    office.put("p.csv", csv())
    before, after = csv(pc4="1011", a="20150101", z="20190930"), csv(pc4="1012", a="20191001", z="88888888")
    office.put("h.csv", before + after.partition("\n")[2])
    office.maps(HOMES % SPELLS)
    assert only(office.deliver(), "pc4") == ["1012"]
    assert "on_day 2019-10-01: 12 of 24 rows left out" in office.says()


def test_spells_that_overlap_on_the_day_are_refused(office) -> None:
    office.put("p.csv", csv())
    office.put(
        "h.csv", csv(pc4="1011", a="20150101", z="20191001") + csv(pc4="1012", a="20191001", z="").partition("\n")[2]
    )
    office.maps(HOMES % SPELLS)
    assert "! join homes               12 rows have several rows in homes" in office.says()


def test_spells_without_dates_are_refused(office) -> None:
    office.put("p.csv", csv())
    office.put("h.csv", csv(pc4="1011", a="20150101", z="Niet uitgeschreven"))
    office.maps(HOMES % SPELLS)
    assert "files.homes.on_day: 12 spells have no first or last day written yyyymmdd" in office.says()


def test_two_files_may_write_the_key_of_a_join_in_another_case(office) -> None:
    office.put("p.csv", csv(RINObjectnummer="a"))
    office.put("h.csv", "RINOBJECTNUMMER;pc4\na;1011\n")
    office.put("w.csv", "RINOBJECTNUMMER;wijk\na;West\n")
    by = "{RINObjectnummer: RINOBJECTNUMMER}"
    office.maps(
        "files: {pupils: {path: p.csv}, homes: {path: h.csv}, wijken: {path: w.csv}}\n"
        f"tables: {{by_pupil: {{from: pupils, joins: [{{file: homes, by: {by}}}, {{file: wijken, by: {by}}}],\n"
        "  columns: {pupil: {number: [key]}, pc4: {text: pc4}, wijk: {text: wijk}}}}"
    )
    delivery = office.deliver()
    assert (only(delivery, "pc4"), only(delivery, "wijk")) == (["1011"], ["West"])


# 10: versions


def test_the_newest_version_counts_whatever_its_case(office) -> None:
    for name, groep in (("SCHOOL2019TABV1.csv", 1), ("school2019tabv10.CSV", 8), ("SCHOOL2019TABV3.csv", 3)):
        office.put(name, csv(groep=groep))
    office.maps('files: {pupils: {path: "School{year}TabV*.csv"}}\n' + PUPILS % "groep: {whole: GROEP}")
    assert only(office.deliver(), "groep") == [8]


def test_files_that_are_no_versions_of_one_are_refused(office) -> None:
    for name in ("SCHOOL2019TABV1.csv", "SCHOOL2019TABV1_old.csv"):
        office.put(name, csv(groep=8))
    office.maps('files: {pupils: {path: "School{year}*.csv"}}\n' + PUPILS % "groep: {whole: groep}")
    assert "files.pupils: 2 files match 'School2019*.csv', and they are not versions of one" in office.says()


# 11: years


def test_a_year_is_that_of_october(office) -> None:
    office.put("a2019.csv", csv(day="2020-04-15"))
    office.maps(
        'files: {advice: {path: "a{year}.csv"}}\ntables:\n'
        "  by_pupil_advice: {from: advice, columns: {pupil: {number: [key]}, year: {year: calendar}}}\n"
        "  by_pupil_test: {from: advice, columns: {pupil: {number: [key]}, subject: absent, year: {year: school},\n"
        "    m_day: {date: day, written: yyyy-mm-dd}}}"
    )
    tables = office.deliver().tables
    assert set(tables["by_pupil_advice"]["year"]) == {2019}
    assert set(tables["by_pupil_test"]["year"]) == {"2019/20"}
    assert set(tables["by_pupil_test"]["m_day"]) == {31 + 30 + 31 + 30 + 31 + 31 + 29 + 31 + 14}  # August to 15 April


@pytest.mark.parametrize(("day", "year"), [("20190801", "2019/20"), ("20190731", "2018/19"), ("20000101", "1999/00")])
def test_a_school_year_begins_in_august(office, day: str, year: str) -> None:
    office.put("p.csv", csv(day=day))
    office.maps("files: {tests: {path: p.csv}}\n" + TESTS % "year: {date: day, gives: school_year}")
    assert only(office.deliver(), "year") == [year]


# 12: breaks


def test_a_year_without_a_file_is_written_down(office) -> None:
    for year in (2018, 2019):
        office.put(f"p{year}.csv", csv(groep="8"))
    office.put("t2018.csv", csv(cet="535"))
    mapping = (
        "intake: own\nsynthetic: false\nyears: [2018, 2019]\n"
        'files: {p: {path: "p{year}.csv"}, t: {path: "t{year}.csv"%s}}\n'
        "tables: {by_pupil_advice: {from: p, joins: [{file: t, by: [key]}],\n"
        "  columns: {pupil: {number: [key]}, year: {year: calendar}, cet: {decimal: cet}}}}"
    )
    office.maps(mapping % "")
    assert "files.t: no file matches 't2019.csv'" in office.says()
    office.maps(mapping.replace("number: [key]", "number: [key]") % ", missing_years: [2019]")
    said = office.says()
    assert "t 2019                   not there, as the mapping says: its columns are missing" in said
    assert "join t 2019              all rows without a row" in said


def test_a_table_has_no_rows_of_a_year_without_its_file(office) -> None:
    office.put("p2018.csv", csv())
    mapping = (
        "intake: own\nsynthetic: false\nyears: [2018, 2019]\n"
        'files: {p: {path: "p{year}.csv", missing_years: [%s]}}\n'
        "tables: {by_pupil_advice: {from: p, columns: {pupil: {number: [key]}, year: {year: calendar}}}}"
    )
    office.maps(mapping % "2019")
    assert set(office.deliver().tables["by_pupil_advice"]["year"]) == {2018}
    office.maps(mapping % "2018, 2019")
    assert "has the rows of by_pupil_advice, so it cannot be missing in 2019" in office.says()


def test_a_column_that_is_no_longer_there_is_refused(office) -> None:
    office.put("p.csv", csv(WPOGROEPGROOTTE="8"))
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % "groep: {whole: WPOGROEPSGROOTTE}")
    assert (
        "no file of this table has the column 'WPOGROEPSGROOTTE' (the nearest column is 'WPOGROEPGROOTTE')"
        in office.says()
    )


# 13: not missing at random


def test_education_that_is_missing_stays_a_value_and_is_counted(office) -> None:
    """A row without it is no row less: by which background it is missing is told by the page on the data."""
    office.put("p.csv", csv(education=["1"] * 2 + [""] * 10))
    code = '{code: education, codes: {hoog: ["1"]}, missing: onbekend}'
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f"education: {code}")
    assert office.deliver().tables["by_pupil"]["education"].value_counts().to_dict() == {"onbekend": 10, "hoog": 2}
    said = "education                missing in all but fewer than 10 of 12 rows -> onbekend"
    assert said in " ".join(office.says().split(" " * 27 + "\n")).replace("\n", "")


# 14: keys of schools


def test_keys_whose_parts_have_several_widths_are_refused(office) -> None:
    office.put("p.csv", csv(brin=["1"] * 6 + ["12"] * 6, vest="23"))
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % "wijk: {key: [brin, vest]}")
    assert "brin has several widths, so that two keys may become one text" in office.says()
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % 'wijk: {key: [brin, vest], between: "-"}')
    assert only(office.deliver(), "wijk") == ["1-23", "12-23"]


# 15: names with the year in them


def test_a_column_bears_the_year_in_its_name(office) -> None:
    for year, code in ((2018, "036301"), (2019, "036302")):
        office.put(f"p{year}.csv", csv(**{f"wc{year}": code}))
    office.maps(
        "intake: own\nsynthetic: false\nyears: [2018, 2019]\n"
        'files: {pupils: {path: "p{year}.csv"}}\n' + PUPILS % 'wijk: {text: "wc{year}"}'
    )
    tables = office.deliver().tables
    assert set(tables["by_pupil"]["wijk"]) == {"036302"}
    assert tables["by_pupil_year"].groupby("year")["wijk"].unique().map(list).to_dict() == {
        2018: ["036301"],
        2019: ["036302"],
    }


def test_a_column_of_another_year_is_refused(office) -> None:
    office.put("p2019.csv", csv(wc2018="036301"))
    office.maps('files: {pupils: {path: "p{year}.csv"}}\n' + PUPILS % 'wijk: {text: "wc{year}"}')
    assert "no file of this table has the column 'wc2019' (the nearest column is 'wc2018')" in office.says()


# 16: pupils of elsewhere


def test_pupils_at_schools_of_elsewhere_stay_and_are_counted(office) -> None:
    office.put("p.csv", csv(school=["A"] * 11 + ["Z"]))
    office.put("s.csv", "school\nA\nB\n")
    office.maps(
        "files: {pupils: {path: p.csv}, schools: {path: s.csv}}\n"
        "tables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]}, location: {key: [school]}}},\n"
        "  by_location: {from: schools, columns: {location: {key: [school]}}}}"
    )
    said = office.says()
    assert re.search(
        r"location +fewer than 10 of 12 rows not in by_location|location +fewer than 10 rows not in by_location", said
    )
    assert len(office.deliver().tables["by_pupil"]) == 12


# 17: whole metres


def test_whole_metres_are_degrees_to_within_a_metre(office) -> None:
    """Neither all the digits of a point, nor another place: the Dam to the metre, and a centimetre by its digits."""
    office.put("p.csv", csv(x="121382", y="487369"))
    point = "lat: {point: [x, y], system: rd}, lon: {point: [x, y], system: rd}"
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % point)
    pupil = office.deliver().tables["by_pupil"].iloc[0]
    assert (pupil["lat"], pupil["lon"]) == pytest.approx((52.3732, 4.8926), abs=2e-3)


# 18: absent is not false


@pytest.mark.parametrize(
    ("table", "columns"),
    [("by_pupil_test", ["adaptive", "consent"]), ("by_pupil", ["at_risk", "one_parent"]), ("by_location", ["special"])],
)
def test_a_flag_that_was_not_delivered_is_no_column_at_all(office, table: str, columns: list[str]) -> None:
    office.put("p.csv", csv())
    key = "location: {key: [key]}" if table == "by_location" else "pupil: {number: [key]}"
    absent = "".join(f", {column}: absent" for column in columns)
    office.maps(f"files: {{p: {{path: p.csv}}}}\ntables: {{{table}: {{from: p, columns: {{{key}{absent}}}}}}}")
    said = office.says()
    assert all(column in said for column in columns)
    assert not {*columns} & {*read_intake(office.mapping).columns()[table]}


@pytest.mark.parametrize("column", ["adaptive", "consent"])
def test_the_page_says_what_it_does_without_a_flag(column: str) -> None:
    from analysis.chapters.leergroei import CHAPTER

    what = CHAPTER.columns({})["by_pupil_test"].optional[column]
    assert what in catalogue("nl")


# 19: not delivered


def test_a_flag_that_is_not_known_is_not_false(office) -> None:
    office.put("p.csv", csv(made=["1"] * 11 + [""]))
    flag = '{flag: made, yes_codes: ["1"], no_codes: ["0"]}'
    office.maps("files: {tests: {path: p.csv}}\n" + TESTS % f"e_missing: {flag}")
    assert "! e_missing                a value in every row: missing in fewer than 10 of 12 rows" in office.says()
    office.maps("files: {tests: {path: p.csv}}\n" + TESTS % "e_missing: absent")
    assert "e_missing" not in office.deliver().tables["by_pupil_test"]
    assert "adaptive, consent, e_missing" in office.says()


# 20: scales


def test_scores_of_two_publishers_do_not_mix(office) -> None:
    mapping = "files: {tests: {path: p.csv%s}}\n" + TESTS.replace(
        "%s", "subject: {text: vak}, m_score: {decimal: score, scale: scale}"
    )
    office.put("p.csv", csv(score=100, vak=["lezen"] * 6 + ["rekenen"] * 6, scale=["a"] * 6 + ["b"] * 6))
    office.maps(mapping % "")
    assert office.deliver()
    office.put("p.csv", csv(score=100, vak="lezen", scale=["a"] * 6 + ["b"] * 6))
    assert "! m_score                  scores of one subject are on 2 scales" in office.says()
    office.maps(mapping % ', keep: {scale: ["a"]}')
    assert len(office.deliver().tables["by_pupil_test"]) == 6


# 21: incomes that stand for something else


def test_a_negative_percentile_is_no_low_income(office) -> None:
    office.put("p.csv", csv(income=[-2, -1, 0, 1, 33, 34, 66, 67, 100, 100, 100, 100]))
    cut = "{cut: income, edges: [34, 67], names: [low, middle, high], missing_below: 1}"
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f"income: {cut}")
    said = office.says()
    assert "  income                   missing in fewer than 10 rows" in said
    cut = cut.replace(", missing_below: 1", "")
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f"income: {cut}")
    counts = office.deliver().tables["by_pupil"]["income"].value_counts()
    assert counts.to_dict() == {"low": 5, "high": 5, "middle": 2}  # why it must be told


# 22: fixed widths


def test_a_fixed_width_is_counted_in_characters(office) -> None:
    rows = "".join(f"{key}{wijk:<8}8\n" for key, wijk in zip(KEYS, ["Caf\u00e9", *["Bos"] * 11], strict=True))
    layout = "layout: {key: [1, 9], wijk: [10, 17], groep: [18, 18]}"
    office.maps(
        f"files: {{pupils: {{path: p.asc, format: fixed, {layout}}}}}\n"
        + PUPILS % "wijk: {text: wijk}, groep: {whole: groep}"
    )
    office.put("p.asc", rows)
    assert only(office.deliver(), "wijk") == ["Bos", "Caf\u00e9"]
    office.put("p.asc", rows.encode("utf-8"))
    assert "files.pupils: wrong encoding\n  given   'UTF-8'" in office.says().replace("\n" + " " * 27, "\n")


def test_a_layout_in_bytes_of_utf8_is_refused(office) -> None:
    rows = [f"{key}{wijk:<8}8\n".encode() for key, wijk in zip(KEYS, ["Caf\u00e9", *["Bos"] * 11], strict=True)]
    rows[0] = rows[0].replace(b" ", b"", 1)  # eight bytes, seven characters
    office.put("p.asc", b"".join(rows))
    layout = "encoding: utf-8, layout: {key: [1, 9], wijk: [10, 17], groep: [18, 18]}"
    office.maps(f"files: {{pupils: {{path: p.asc, format: fixed, {layout}}}}}\n" + PUPILS % "wijk: {text: wijk}")
    assert "files.pupils: its rows differ in width" in office.says()


# 23: workbooks


def test_numbers_as_keys_in_a_workbook_are_refused(office) -> None:
    office.put("p.xlsx", pupils(groep=8).assign(key=range(12)))
    office.maps("files: {pupils: {path: p.xlsx, widths: {key: 9}}}\n" + PUPILS % "groep: {whole: groep}")
    said = office.says()
    assert "files.pupils: column key: is a key, and the workbook holds numbers in it" in said
    office.put("p.xlsx", pupils(groep=8))
    assert only(office.deliver(), "groep") == [8]


def test_a_date_of_a_workbook_is_a_date(office) -> None:
    office.put("p.xlsx", pupils(day=pd.Timestamp("2019-08-31")))
    office.maps("files: {tests: {path: p.xlsx}}\n" + TESTS % "m_day: {date: day, written: yyyy-mm-dd}")
    assert only(office.deliver(), "m_day") == [30.0]


# 24: a small city


def test_where_no_number_may_be_shown_the_place_of_a_figure_says_so(tmp_path) -> None:
    """Of wijken with nine pupils each nothing is left: no chart is drawn without points, and nothing stops."""
    from analysis.publish.release import Release

    drawn: list[pd.DataFrame] = []
    workspace = Workspace("test", tmp_path, tmp_path, {"edition": "test", "synthetic": True})
    by_wijk = pd.DataFrame({"area": [f"w{at}" for at in range(8)], "share": 0.5, "n_pupils": 9})
    shown = Release(workspace).figure(
        "by_wijk", drawn.append, data=by_wijk, caption="By wijk", alt="By wijk", counts={"n_pupils": ["share"]}
    )
    assert drawn == []
    assert "Not shown" in shown._repr_html_()


# 25: names of files


def test_a_file_is_recorded_by_role_and_keyed_hash_and_not_by_name(office) -> None:
    office.put("De Regenboog/Jansen.csv", csv())
    office.maps('files: {pupils: {path: "De Regenboog/*.csv"}}\n' + PUPILS % "groep: absent")
    (record,) = office.deliver().inputs
    assert set(record) == {"role", "year", "hmac", "rows", "columns"}
    assert "Jansen" not in f"{record} {office.says()}"
    again = deliver(read_intake(office.mapping), office.folder, codes=Codes(), seed=2).inputs
    assert again[0]["hmac"] != record["hmac"]  # of another secret: the file cannot be guessed from its hash


# 26: what looks well and is empty, or another's


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx"])
def test_of_two_columns_with_one_name_none_is_taken(office, name: str) -> None:
    rows = [["k", "groep", "groep"], ["a", "8", "7"]]
    if name == "p.csv":
        office.put(name, "".join(";".join(row) + "\n" for row in rows))
    else:
        pd.DataFrame(rows).to_excel(office.folder / name, index=False, header=False)
    office.maps(
        f"files: {{p: {{path: {name}}}}}\ntables:\n  by_pupil: {{from: p, columns: {{groep: {{whole: groep}}}}}}"
    )
    assert "files.p: has 2 columns 'groep', and nothing says which of them counts" in office.says()


def test_a_join_that_finds_nobody_is_refused(office) -> None:
    for year in (2018, 2019):
        office.put(f"p{year}.csv", f"k;groep\n00{year};8\n")
    office.put("t.csv", "k;educ\n2018;3\n2019;3\n")
    mapping = (
        "intake: own\nsynthetic: false\nyears: [2018, 2019]\n"
        "files: {p: {path: 'p{year}.csv'}, t: {path: t.csv}}\n"
        "tables:\n  by_pupil: {from: p, joins: [{file: t, by: k}], columns: {groep: {whole: groep},\n"
        "    education: {code: educ, codes: {hoog: ['3']}, missing: onbekend}}}"
    )
    office.maps(mapping)
    assert "by_pupil.join t: no row of the table has a row in that file" in office.says()
    office.put("t.csv", "k;educ\n002020;3\n002019;3\n")  # of one year it has nobody: that may be
    assert len(office.deliver().tables["by_pupil_year"]) == 2


def test_pupils_of_whom_no_school_is_there_are_refused(office) -> None:
    office.put("p.csv", "k;groep;brin\na;8;01aa\n")
    office.put("s.csv", "brin;so\n01AA;n\n")
    office.maps(
        "files: {p: {path: p.csv}, s: {path: s.csv}}\n"
        "tables:\n  by_pupil: {from: p, columns: {groep: {whole: groep}, location: {key: brin}}}\n"
        "  by_location: {from: s, columns: {location: {key: brin}, special: {flag: so, yes_codes: j, no_codes: n}}}"
    )
    assert "by_pupil.location: no row has a school of by_location" in office.says()


@pytest.mark.parametrize("code", [8, 20191001, 201910010000, 2**53 - 1])
def test_a_code_that_a_file_holds_as_a_number_is_its_digits(office, code: int) -> None:
    office.put("p.parquet", pd.DataFrame({"groep": [8, 7], "kind": pd.Series([code, None], dtype="float64")}))
    office.maps(
        f"files: {{p: {{path: p.parquet, keep: {{kind: ['{code}']}}}}}}\n"
        "tables:\n  by_pupil: {from: p, columns: {groep: {whole: groep}}}"
    )
    assert only(office.deliver(), "groep") == [8]


# 27: what only many rows together tell


def test_a_file_of_which_no_row_is_kept_is_refused(office) -> None:
    office.put("p.csv", csv(kind="Bo"))
    office.maps('files: {pupils: {path: p.csv, keep: {kind: ["BO"]}}}\n' + PUPILS % "groep: absent")
    assert "files.pupils 2019: no row is left after keep and on_day" in office.says()


def test_keys_that_differ_in_their_zeros_are_refused(office) -> None:
    """Eleven of twelve find their row, and nobody would miss the one whose key has lost its zeros."""
    office.put("p.csv", csv())
    office.put("h.csv", csv(pc4="1011").replace("000000005;", "5;"))
    office.maps(HOMES % "")
    said = "join homes: fewer than 10 rows without a row would have one but for capitals, blanks or zeros in front"
    assert said in office.says()
    office.put("h.csv", csv(pc4="1011").replace("000000005;", "000000999;"))
    assert len(office.deliver().tables["by_pupil"]) == 12


def test_a_sign_between_thousands_is_no_decimal_sign(office) -> None:
    mapping = "files: {tests: {path: p.csv%s}}\n" + TESTS % "e_score: {decimal: score}"
    office.maps(mapping % "")
    office.put("p.csv", csv(score=["850"] * 2 + ["1,250"] * 10))
    assert "',' has three digits behind it in all rows of score where it stands" in office.says()
    for other in ("1,25", "0,250"):  # decimals that were cut off, or of numbers below one
        office.put("p.csv", csv(score=["850", other] + ["1,250"] * 10))
        assert office.deliver()
    office.put("p.csv", csv(score=["850"] * 2 + ["250"] * 10))
    office.maps(mapping % ", thousands: ',', decimal: .")
    assert office.deliver()


def test_a_number_on_another_scale_than_the_edges_is_refused(office) -> None:
    """Deciles cut at the thirds of percentiles would make everybody poor."""
    office.maps(
        "files: {pupils: {path: p.csv}}\n" + PUPILS % "income: {cut: p, edges: [34, 67], names: [low, middle, high]}"
    )
    office.put("p.csv", csv(p=[*range(1, 11), 1, 2]))
    assert "! income                   all numbers are below the first edge (are they on the scale" in office.says()
    office.put("p.csv", csv(p=[*range(1, 11), 40, 70]))
    assert only(office.deliver(), "income") == ["high", "low", "middle"]


def test_a_list_of_other_codes_is_not_one_of_others(office) -> None:
    code = '{code: e, codes: {hoog: ["3"]}, others: onbekend}'
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f"education: {code}")
    office.put("p.csv", csv(e="3000"))
    assert "! education                no row has a code that is listed" in office.says()


@pytest.mark.parametrize(("year", "is_right"), [("2018/19", True), ("2019/20", False), ("2018", True), ("2019", False)])
def test_a_test_was_taken_in_its_school_year(office, year: str, is_right: bool) -> None:
    name, verb = ("by_pupil_test", "text") if "/" in year else ("by_pupil_year", "whole")
    office.put("p.csv", csv(day="20190612", year=year))
    office.maps(
        f"files: {{p: {{path: p.csv}}}}\ntables: {{{name}: {{from: p, columns: {{pupil: {{number: key}}, \n"
        f"  year: {{{verb}: year}}, e_day: {{date: day}}}}}}}}"
    )
    told = "the day is in another school year than `year` says, in 12 of 12 rows"
    assert (told not in office.says()) == is_right


def test_the_tests_of_half_a_year_are_on_one_scale(office) -> None:
    office.put("p.csv", csv(m=100, e=110, old="LVS 2", new="LVS 3"))
    mapping = "files: {tests: {path: p.csv}}\n" + TESTS % (
        "m_score: {decimal: m, scale: old}, e_score: {decimal: e, scale: %s}"
    )
    office.maps(mapping % "new")
    assert "! m_score                  scores of one subject are on 2 scales" in office.says()
    office.maps(mapping % "old")
    assert office.deliver()


def test_one_file_is_not_of_two_years(office) -> None:
    for year in (2018, 2019):
        office.put(f"p{year}.csv", csv(groep="7"))
    office.maps(
        "intake: own\nsynthetic: false\nyears: [2018, 2019]\nfiles: {p: {path: 'p{year}.csv'}}\n"
        "tables: {by_pupil: {from: p, columns: {pupil: {number: key}, groep: {whole: groep}}}}"
    )
    assert "by_pupil.p: the files of two years are the same" in office.says()
    office.put("p2018.csv", csv(groep="6"))
    assert office.deliver()


@pytest.mark.parametrize(
    "verb", ["{text: KEY}", "{key: [vest, key]}", "{code: vest, codes: {a: [b]}, only: {key: [a]}}"]
)
def test_the_key_of_a_person_stands_in_no_table(office, verb: str) -> None:
    office.maps("files: {pupils: {path: p.csv}}\n" + PUPILS % f"wijk: {verb}")
    assert "columns.wijk: that column of a file is the key of a person, which stands in no table" in office.says()
