"""What names a school, a person or an address, and what only looks like it."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure import PROFILES
from analysis.disclosure.checkpoint import Checkpoint
from analysis.disclosure.rules.identity import (
    identifying,
    is_administration_number,
    refuse_identifying,
    refuse_numbered,
)
from analysis.edition.chain import ROWS
from analysis.errors import DisclosureError


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("at 01AB00", "the key of a school location"),
        ("at 01AB-00", "the key of a school location"),
        ("(01AB)", "the number of a school (BRIN)"),
        ("1012AB", "a six-character postcode"),
        ("1012 AB", "a six-character postcode"),
        ("2019 KL 4", "a six-character postcode"),
        ("Kerkstraat 12", "an address"),
        ("a.b@school.nl", "an e-mail address"),
    ],
)
def test_what_identifies_is_found(text: str, what: str) -> None:
    assert identifying(text) == what


@pytest.mark.parametrize(
    "text",
    [
        "2019 VO schools",
        "in 2018/19 PO and VO",
        "84274NED",
        "sha256 12ab34cd",
        "#12AB34CD",
        "schoolweging 29",
        "20 TL",
        "PC4 1012",
        "95%-CI",
        "0x1A2B3C",
    ],
)
def test_what_only_looks_like_it_is_let_be(text: str) -> None:
    assert identifying(text) is None


def test_numbers_that_tell_rows_apart_are_refused_unless_they_count_or_repeat() -> None:
    frame = pd.DataFrame({"board": [41001, 41002], "n": [41001, 41002], "euro": [41001, 41001], "x": [4.1e4, 4.2e4]})
    with pytest.raises(DisclosureError, match="column 'board': whole numbers"):
        refuse_numbered(frame, ["n"])
    refuse_numbered(frame.drop(columns="board"), ["n"])


@pytest.mark.parametrize(
    "column",
    [
        *("RINPERSOON", "RINPERSOONS", "RINPERSOONMa", "rinpersoonpa", "mother.RINPERSOON", "RINPERSOONSHKW"),
        *("RINOBJECTNUMMER", "RINObjectnummer", "SRINOBJNR", "RINADRES", "BEID", "HUISHOUDNR", "huishoudensnummer"),
        *("WPOBRIN_crypt", "BRIN_crypt", "A-nummer", "anummer", "BSN", "bsn_kind", "ECK iD", "eck_id", "PGN"),
        *("onderwijsnummer", "persoonsgebonden_nummer", "KOPPELNR", "mother.KoppelNr"),
    ],
)
def test_a_key_of_a_register_is_refused_by_its_name(column: str) -> None:
    with pytest.raises(DisclosureError, match="identifies"):
        refuse_identifying(pd.DataFrame({column: ["a", "b"]}), keys=["KOPPELNR"])


@pytest.mark.parametrize("column", ["koppeling", "obeid_share", "share_household", "brinkmann", "manner", "beide"])
def test_a_name_that_only_begins_like_one_is_let_be(column: str) -> None:
    refuse_identifying(pd.DataFrame({column: ["a", "b"]}), keys=["KOPPELNR"])


@pytest.mark.parametrize(
    "value",
    [
        *("0" * 3 + "123456", "0f" * 16, "0F" * 16 + "00", "ab" * 64, "https://ketenid.nl/201703/abc"),
        *("123456782", "1234567190"),  # 9 + 16 + 21 + 24 + 25 + 24 + 21 + 16 - 2 = 154 = 14 x 11
    ],
)
def test_a_key_of_a_register_is_refused_by_its_form(value: str) -> None:
    with pytest.raises(DisclosureError) as refused:
        refuse_identifying(pd.DataFrame({"group": ["a", value]}))
    assert value not in str(refused.value)


def test_numbers_of_persons_written_as_words_are_refused_and_numbers_are_not() -> None:
    with pytest.raises(DisclosureError, match="column 'group': words of nothing but digits"):
        refuse_identifying(pd.DataFrame({"group": ["123456780", "223456781"]}))
    refuse_identifying(pd.DataFrame({"group": ["1012", "1013"], "money": [123456782, 223456781]}))


def test_an_administration_number_passes_three_checks() -> None:
    # digits add up to 38 = 3 x 11 + 5, each times 1, 2, 4, ... to 3,201 = 291 x 11
    assert is_administration_number("1234567190")
    others = [number for number in range(1234567190 - 200, 1234567190) if is_administration_number(str(number))]
    assert len(others) < 10  # two in eleven, and one in eleven of them
    assert not is_administration_number("0" + "1234567190"[1:])
    assert not is_administration_number("11" + "1234567190"[2:])


def test_the_gate_knows_the_keys_of_the_edition() -> None:
    frame = pd.DataFrame({"KOPPELNR": ["a"], "n": [100]})
    Checkpoint(PROFILES["default"], ROWS).admit(frame, {"counts": ["n"]})
    with pytest.raises(DisclosureError, match="column 'KOPPELNR'"):
        Checkpoint(PROFILES["default"], ROWS, ["koppelnr"]).admit(frame, {"counts": ["n"]})
