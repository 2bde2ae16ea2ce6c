"""The words of the pages in the language of the edition."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis import language
from analysis.errors import InputError
from analysis.publish.axes import localise
from analysis.publish.prose import in_spoken_language

INTERVAL = "{estimate} (95% interval {low} to {high})"


@pytest.fixture(autouse=True)
def in_english_again() -> Iterator[None]:
    yield
    language.speak("en")


def test_english_is_the_message_itself() -> None:
    assert language.text("{share:.1%} of {n:,} pupils", share=0.1234, n=12345) == "12.3% of 12,345 pupils"


def test_dutch_comes_from_the_catalogue_with_dutch_numbers() -> None:
    language.speak("nl")
    assert language.text(INTERVAL, estimate=1.5, low="1,2", high=2) == "1,5 (95%-betrouwbaarheidsinterval 1,2 tot 2)"


def test_a_missing_translation_is_an_error_that_tells_the_message() -> None:
    language.speak("nl")
    with pytest.raises(InputError, match="nobody translated this"):
        language.text("nobody translated this")


def test_a_language_without_catalogue_is_refused() -> None:
    with pytest.raises(InputError, match=r"(?s)fr.*en, nl"):
        language.speak("fr")


@pytest.mark.parametrize(("english", "dutch"), [("1,234.5", "1.234,5"), ("−0.10", "−0,10"), ("12%", "12%")])
def test_numbers_change_their_signs(english: str, dutch: str) -> None:
    assert language.localised(english) == english
    language.speak("nl")
    assert language.localised(english) == dutch


@pytest.mark.parametrize(
    ("code", "dutch"),
    [
        ("ci_low", "95%-ondergrens"),
        ("pupils", "leerlingen"),
        ("0.5-1.0", "0,5-1,0"),
        ("< 24.0 km", "< 24,0 km"),
        ("below 0.5", "minder dan 0,5"),
        ("60% or more; below 24", "60% of meer; minder dan 24"),
        (
            "test sat; the test advises the lowest level: nothing is below it",
            "toets gemaakt; de toets adviseert het laagste niveau: daar ligt niets onder",
        ),
        ("De 1.5e school", "De 1.5e school"),
    ],
)
def test_a_code_is_translated_where_the_catalogue_has_it_and_a_number_written_in_dutch(code: str, dutch: str) -> None:
    assert language.term(code) == code
    language.speak("nl")
    assert language.term(code) == dutch


def test_a_header_is_a_word_so_that_its_translation_may_not_be_missing() -> None:
    assert language.header("a_new_column") == "a new column"
    language.speak("nl")
    assert language.header("std_error") == "standaardfout"
    with pytest.raises(InputError, match="a new column"):
        language.header("a_new_column")


def test_a_block_in_another_language_leaves_the_language_as_it_was() -> None:
    with language.speaking("nl"):
        assert language.spoken() == "nl"
    assert language.spoken() == "en"


def test_prose_in_other_languages_is_left_out() -> None:
    cells = [
        new_markdown_cell("# Title", metadata={"tags": ["en"]}),
        new_markdown_cell("# Titel", metadata={"tags": ["nl"]}),
        new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
    ]
    notebook = new_notebook(cells=cells)
    assert [cell.source for cell in in_spoken_language(notebook).cells] == ["# Title", "n = 1"]
    language.speak("nl")
    assert [cell.source for cell in in_spoken_language(notebook).cells] == ["# Titel", "n = 1"]
    assert len(notebook.cells) == 3
    notebook.cells[1].metadata.tags = []
    with pytest.raises(InputError, match="# Titel"):
        in_spoken_language(notebook)


def test_numbers_and_words_along_axes_are_dutch() -> None:
    language.speak("nl")
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 0.5], [0, 1])
    axes.set_xticks([0, 0.25])
    axes.set_yticks([0, 1], ["vmbo-t 1.5", "pupils"])
    localise(figure)
    figure.draw_without_rendering()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0,00", "0,25"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["vmbo-t 1.5", "leerlingen"]


@pytest.mark.parametrize(
    ("code", "words"),
    [("judgement_lpm", "oordeel, lineair kansmodel"), ("oab_kink", "OAB, knik"), ("age 35-45", "leeftijd 35-45")],
)
def test_codes_of_tables_on_staffing_are_dutch(code, words):
    with language.speaking("nl"):
        assert language.term(code) == words
