"""Files of Dutch offices: nothing is lost in them, and the same frame gives the same bytes."""

from __future__ import annotations

import math

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.plain_yaml import parse_yaml
from analysis.synthetic.offices.files import as_yaml, sav, semicolons

FRAME = pd.DataFrame(
    {
        "naam": ["’t Fort; “De Zeeën”", None],
        "aandeel": [0.1 + 0.2, math.nan],
        "risico": [True, False],
        "dag": pd.to_datetime(["2019-10-01", None]),
        "aantal": [1200, 7],
    }
)


def test_a_dutch_csv_has_commas_and_curly_quotes_as_code_page_1252_has_them(tmp_path):
    semicolons(FRAME)(tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_bytes().split(b"\r\n")
    assert lines[0] == b"naam;aandeel;risico;dag;aantal"
    assert lines[1] == b'"\x92t Fort; \x93De Zee\xebn\x94";0,30000000000000004;J;01-10-2019;1200'
    assert lines[2:] == [b";;N;;7", b""]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_bit_for_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    semicolons(pd.DataFrame({"x": numbers, "y": "z"}))(path)
    back = [float(line.split(";")[0].replace(",", ".")) for line in path.read_text("cp1252").splitlines()[1:]]
    assert [number.hex() for number in back] == [number.hex() for number in numbers]


def test_a_sav_file_says_that_it_is_made_up_and_keeps_zeros_and_blanks_in_front(tmp_path):
    frame = pd.DataFrame({"RINPERSOON": ["000000012"], "WPOLEERJAAR": [" 8"], "CODE": ["00"], "SCORE": [0.1 + 0.2]})
    sav(frame, {"CODE": {"00": "geen"}})(tmp_path / "a.sav")
    back, meta = pyreadstat.read_sav(tmp_path / "a.sav")
    assert meta.file_label == "SYNTHETIC"
    assert meta.variable_value_labels == {"CODE": {"00": "geen"}}
    assert back.iloc[0].tolist() == ["000000012", " 8", "00", 0.30000000000000004]


def test_the_bytes_of_a_sav_file_do_not_depend_on_the_time(tmp_path):
    sav(FRAME[["naam", "aandeel"]])(tmp_path / "a.sav")
    header = (tmp_path / "a.sav").read_bytes()[84:109]
    assert header[8:] == b"01 OCT 1900:00:00"


@pytest.mark.parametrize(
    "text", ["010", "1e5", "no", "12:30", "0363", "", "a: b", "{year}", "~", " 8", "é ‘x’", "#", "a "]
)
def test_yaml_keeps_every_text_a_text(text):
    assert parse_yaml(as_yaml({"code": text, "codes": {text or "x": [text]}}), "a.yml") == {
        "code": text,
        "codes": {text or "x": [text]},
    }


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]))
    )
)
def test_yaml_comes_back(content):
    assert parse_yaml(as_yaml({"block": content}), "a.yml") == {"block": content}
