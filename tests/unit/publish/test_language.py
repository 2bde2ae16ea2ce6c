"""The words of the pages in the language of the edition."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analysis.errors import InputError
from analysis.publish import language

INTERVAL = "{estimate} (95% interval {low} to {high})"


@pytest.fixture(autouse=True)
def in_english_again() -> Iterator[None]:
    yield
    language.speak("en")


def test_english_is_the_message_itself() -> None:
    assert language.text("{share:.1%} of {n:,} pupils", share=0.1234, n=12345) == "12.3% of 12,345 pupils"


def test_dutch_comes_from_the_catalogue_with_dutch_numbers() -> None:
    language.speak("nl")
    assert language.text(INTERVAL, estimate=1.5, low="1,2", high=2) == "1,5 (95%-interval 1,2 tot 2)"


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
