from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from analysis.compare.comparison import compare
from analysis.compare.page import page
from analysis.compare.wording import figure

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: Any, editions_in: Any, estimates: Any) -> dict[str, str]:
    """The page of one comparison in both languages; a row and a parameter try to be scripts."""
    made = {}
    for language in ("en", "nl"):
        editions = editions_in(tmp_path_factory.mktemp(language))
        facts = {"title": f"A {EVIL}", "synthetic": True, "language": language, "school_years": ["2019/20"]}
        bands = pd.DataFrame({"band": ["low", EVIL], "share": [0.4, 0.6]})
        moved = pd.DataFrame({"band": ["low", EVIL], "share": [0.5, 0.7]})
        old = {"school_choice": {"estimates": estimates(), "bands": bands}}
        new = {"school_choice": {"estimates": estimates(estimate=[0.5, 0.1, 0.3]), "bands": moved}}
        before = editions.make("a", old, findings={"near": "40% go near."}, parameters={"seed": 1})
        after = editions.make("b", new, findings={"near": f"41% {EVIL}."}, parameters={"seed": EVIL}, facts=facts)
        made[language] = page(compare(before, after), "staat diff a b")
    return made


def test_both_languages_say_the_same_in_their_own_words(pages: dict[str, str]) -> None:
    assert '<html lang="en">' in pages["en"]
    assert "sign changed" in pages["en"]
    assert "−0.500 (−0.600 to −0.400)" in pages["en"]
    assert '<html lang="nl">' in pages["nl"]
    assert "teken omgeslagen" in pages["nl"]
    assert "−0,500 (−0,600 tot −0,400)" in pages["nl"]
    assert "sign changed" not in pages["nl"]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_comes_from_data_and_parameters_stays_text(pages: dict[str, str], language: str) -> None:
    assert "<script" not in pages[language]
    assert "&lt;script&gt;" in pages[language]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_stands_alone_and_says_that_the_data_are_made_up(pages: dict[str, str], language: str) -> None:
    assert not re.search(r'(?:src|href)="(?!data:image/png|#|diff\.csv)', pages[language])
    assert 'role="note"' in pages[language]
    assert pages[language].count("<h1>") == 1


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.35, "0.350"), (-0.0408, "−0.0408"), (12345.6, "12,346"), (400.0, "400"), (float("nan"), "–"), (99.96, "100")],
)
def test_numbers_have_the_digits_that_a_reader_needs(value: float, written: str) -> None:
    assert figure(value) == written
