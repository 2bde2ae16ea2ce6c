"""What names a school, a person or an address, and what only looks like it."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure.rules.identity import identifying, refuse_numbered
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
