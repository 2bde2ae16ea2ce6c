"""What two readers of YAML take for different values is refused, with the file, the key and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from analysis import plain_yaml
from analysis.data.cards import read_card
from analysis.data.published import read_published
from analysis.errors import InputError
from analysis.plain_yaml import parse_yaml, read_yaml

ROOT = Path(__file__).parents[2]
OCTAL = "a number must not begin with a zero: some readers take it for octal"
CLOCK = "some readers take this for hours, minutes and seconds"
KEY = "a key must be a name, and this reads as another value"


def message(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "small.yml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "where", "problem", "do"),
    [
        ("age: 010", "age", OCTAL, "leave the zero out: 10"),  # YAML 1.1: 8
        ("seed: 0777", "seed", OCTAL, "leave the zero out: 777"),  # 511
        ("edges: [0100]", "edges.0", OCTAL, "leave the zero out: 100"),  # 64
        ("a: {b: [1, -007.50]}", "a.b.1", OCTAL, "leave the zero out: -7.50"),
        ("n: 089", "n", OCTAL, "leave the zero out: 89"),  # a text
        ("timeout: 1:30", "timeout", CLOCK, "write one number, in the unit of the key"),  # 90
        ("timeout: 1:30:00", "timeout", CLOCK, "write one number"),  # 5400
        ("n: 1_000", "n", "a number must not have underscores", "leave them out: 1000"),
        ("n: 0x1F", "n", "a number must be decimal", "write its decimal digits"),  # 31
        ("n: 0o17", "n", "a number must be decimal", "write its decimal digits"),
        ("n: 0b11", "n", "a number must be decimal", "write its decimal digits"),  # 3
        ("title: No", "title", "true or false to some readers", "write true or false"),  # False
        ("flag: yes", "flag", "true or false to some readers", "write true or false"),
        ("flag: OFF", "flag", "true or false to some readers", "write true or false"),
        ("n: .nan", "n", "must be a finite number", "write a finite number"),
        ("n: -.INF", "n", "must be a finite number", "write a finite number"),
        ("n: 1e999", "n", "must be a finite number", "write a finite number"),
        ("n: 99999999999999999999", "n", "is too large; the largest whole number is 9223372036854775807", "smaller"),
        ("n: " + "9" * 6000, "n", "is too large", "smaller"),
        ("2019: 1", "2019", KEY, 'quote it: "2019"'),
        ("off: 1", "off", KEY, 'quote it: "off"'),
        ("a: {0100: 1}", "a.0100", KEY, 'quote it: "0100"'),
        ("a: {~: 1}", "a.~", KEY, 'quote it: "~"'),
        ("[a, b]: 1", "[...]", KEY, "quote it"),
        ("a: 1\nb: 2\na: 3", "a", "the key 'a' stands twice, on lines 1 and 3", "keep one of the two"),
        ("x: {a: 1, 'a': 3}", "x.a", "the key 'a' stands twice, on lines 1 and 1", "keep one of the two"),
        ("a: {<<: {b: 1}}", "a.<<", "keys of elsewhere are not merged", "write the keys out"),
    ],
)
def test_a_value_that_reads_in_two_ways_is_refused(text: str, where: str, problem: str, do: str) -> None:
    said = message(text)
    assert said.startswith(f"small.yml: {where}: ")
    assert problem in said
    assert f"  do      {do}" in said or do in said.rpartition("\n")[2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "small.yml, line 1: &x names a value for use elsewhere"),
        ("a: 1\nb: *x", "small.yml, line 2: *x stands for a value elsewhere"),
        ("a: &a [*a]", "small.yml, line 1: &a names a value"),
        ("a: !!python/name:os.system ''", "small.yml, line 1: the tag"),
        ("a: !!int '010'", "small.yml, line 1: the tag"),
        ("a:\n\tb: 1", "use blanks in place of tabs"),
        ("a: 1\n---\na: 2", "small.yml: not readable as YAML: but found another document, on line 2"),
        ("a: [1", "small.yml: not readable as YAML: "),
        ("a: \x00", "small.yml: not readable as YAML: "),
        ("a: " + "[" * 5000, "small.yml, line 1: is nested deeper than 20 levels"),
    ],
)
def test_what_stands_for_something_else_is_refused(text: str, said: str) -> None:
    assert said in message(text)


def test_a_small_file_that_stands_for_a_billion_values_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "&a0 names a value" in message("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1e-8", 1e-8),
        ("-2.5E+2", -250.0),
        ("+7", 7),
        ("0", 0),
        ("0.065", 0.065),
        ("2019-10-01", "2019-10-01"),
        ("2019/20", "2019/20"),
        ("'010'", "010"),
        ('"no"', "no"),
        ("|\n  1:30\n", "1:30\n"),
        ("true", True),
        ("", None),
        ("00AB01", "00AB01"),
        ("0bb885", "0bb885"),  # begins as a binary number does, and is a hash
    ],
)
def test_what_reads_in_one_way_is_read(text: str, value: Any) -> None:
    found = parse_yaml(text, "small.yml")
    assert (found, type(found)) == (value, type(value))


def test_everything_that_is_wrong_is_in_one_message() -> None:
    said = message("age: 010\nblock:\n  n: 0x1F\n  m: no\n")
    assert [f"small.yml: {key}: " in said for key in ("age", "block.n", "block.m")] == [True, True, True]


def test_a_file_that_is_absent_or_of_another_encoding_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.yml: cannot be read: No such file"):
        read_yaml(tmp_path / "a.yml")
    (tmp_path / "a.yml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(InputError, match=r"a\.yml: is not UTF-8"):
        read_yaml(tmp_path / "a.yml")


def test_every_yaml_file_of_the_project_is_read() -> None:
    for path in sorted((ROOT / "params").rglob("*.yml")):
        assert isinstance(read_yaml(path), dict), path


CARD = """id: pupils
publisher: words
title: words
reference_date: 2017-10-01
licence: words
used_for: words
reading: words
files:
  duo/a.csv: """


def test_a_card_is_read_as_params_are(tmp_path: Path) -> None:
    first, last = "a" * 64, "b" * 64
    (tmp_path / "pupils.yml").write_text(f"{CARD}{first}\n", "utf8")
    assert read_card("pupils", tmp_path).reference_date == "2017-10-01"
    (tmp_path / "pupils.yml").write_text(f"{CARD}{first}\n  duo/a.csv: {last}\n", "utf8")
    with pytest.raises(InputError, match=r"pupils\.yml: files\.duo/a\.csv: the key 'duo/a\.csv' stands twice"):
        read_card("pupils", tmp_path)


FIGURE = """  - id: schools
    place: section 1
    population: schools
    year: 2019
    unit: schools
    rounding: 0.5
    tolerance: 1
    why: rounding
"""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("    value: 213\n    value: 312\n", r"figures\.0\.value: the key 'value' stands twice, on lines 12 and 13"),
        ("    value: 0213\n", r"figures\.0\.value: a number must not begin with a zero"),  # was 139
        ("    value: 3:33\n", r"figures\.0\.value: some readers take this for hours"),  # was 213
        ("    value: '213'\n", r"figures\.0\.value: Input should be a valid number"),
        ("    value: true\n", r"figures\.0\.value: Input should be a valid number"),  # was 1.0
        (f"    value: 213\nfigures:\n{FIGURE}    value: 312\n", "figures: the key 'figures' stands twice"),
    ],
)
def test_a_figure_in_print_is_read_as_params_are(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "report.yml").write_text(f"publication: A report\nabout: A city\nfigures:\n{FIGURE}{lines}", "utf8")
    with pytest.raises(InputError, match=said):
        read_published(tmp_path)


def test_a_figure_in_print_keeps_its_year_as_text(tmp_path: Path) -> None:
    (tmp_path / "report.yml").write_text(
        f"publication: A report\nabout: A city\nfigures:\n{FIGURE}    value: 213\n", "utf8"
    )
    row = read_published(tmp_path).iloc[0]
    assert (row["published"], row["year"]) == (213.0, "2019")


def test_the_files_of_the_package_are_the_same_to_both_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted((ROOT / "src").rglob("*.yml"))
    quick = [read_yaml(file) for file in files]
    monkeypatch.setattr(plain_yaml, "_Quick", None)
    assert [read_yaml(file) for file in files] == quick


def test_files_of_users_are_read_in_the_strict_way() -> None:
    assert "not readable as YAML" in message("a: |#")  # libyaml reads an empty text


def test_nothing_else_reads_yaml() -> None:
    readers = [
        path.name
        for path in (ROOT / "src").rglob("*.py")
        if re.search(r"yaml\.(safe_|full_|unsafe_)?(load|compose)", path.read_text("utf8"))
    ]
    # The vocabulary is read in every kernel, and its files are the project's own: tests read them in the strict way.
    assert readers == ["vocabulary.py"]
