"""A word that nobody translated is on no page in another language, wherever the text comes from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matplotlib.figure import Figure

from analysis import language
from analysis.errors import InputError
from analysis.publish import untranslated
from analysis.publish.rendering import drawn
from analysis.publish.untranslated import refuse_codes, refuse_untranslated


@pytest.fixture(autouse=True)
def _dutch() -> Iterator[None]:
    with language.speaking("nl"):
        yield


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Leraren van 55 and over", "and"),
        ("age_band", "age_band"),
        ("het aandeel mean_fte per school", "mean_fte"),
        ("Leerlingen met ouders from abroad", "from"),
        ("aandeel teachers", "teachers"),
    ],
)
def test_a_word_that_is_left_in_english_is_refused(text: str, word: str) -> None:
    with pytest.raises(InputError, match=rf"sentence: shows '{word}', which is not in 'nl'"):
        refuse_untranslated([text], "sentence")


@pytest.mark.parametrize(
    "text",
    [
        "Leraren van 55 jaar en ouder",
        "In Best en Both gaat 12% naar een school in de buurt",
        "groep 8, vmbo-t tot vwo, 's-Gravenhage",
        "https://example.org/a_b_c.csv",
    ],
)
def test_dutch_and_names_are_not(text: str) -> None:
    refuse_untranslated([text], "sentence")


@pytest.mark.parametrize("where", ["xlabel", "tick", "legend", "title", "text"])
def test_what_a_figure_shows_is_looked_at(where: str) -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="mean_fte" if where == "legend" else "gemiddelde")
    axes.legend()
    axes.set_xlabel("mean_fte" if where == "xlabel" else "jaar")
    axes.set_xticks([0, 1], ["mean_fte" if where == "tick" else "ja", "nee"])
    axes.set_title("mean_fte" if where == "title" else "titel")
    axes.text(0, 0, "mean_fte" if where == "text" else "hier")
    *_, words = drawn(figure, "one", salt="one", synthetic=False)
    with pytest.raises(InputError, match="figure 'one': shows 'mean"):
        refuse_untranslated(words, "figure 'one'")


@pytest.mark.parametrize("code", ["age_band", "laag", "pupils by rekenen", "at ipw"])
def test_an_english_edition_shows_no_code_either(code: str) -> None:
    with language.speaking("en"), pytest.raises(InputError, match="which is not in 'en'"):
        refuse_untranslated([f"Shares of {code}"], "sentence")


@pytest.mark.parametrize("text", ["Teachers of 55 and over", "in the stadsdelen, groep 8", "Alphen aan den Rijn"])
def test_english_may_have_names_and_the_dutch_words_that_it_uses(text: str) -> None:
    with language.speaking("en"):
        refuse_untranslated([text], "sentence")


@pytest.mark.parametrize("spoken", language.languages())
def test_a_cell_with_a_code_that_has_no_word_is_refused(spoken: str) -> None:
    with language.speaking(spoken):
        refuse_codes(["ci_low", "laag", "2019", "Best", "0.5-1.0", "lezen, groep 5"], "table 'one'")
        with pytest.raises(InputError, match="shows 'winsorized', for which"):
            refuse_codes(["laag", "winsorized"], "table 'one'")
        with pytest.raises(InputError, match="shows 'amt_new', for which"):
            refuse_codes(["amt_new"], "table 'one'")


def test_the_name_of_a_file_is_in_no_language():
    with language.speaking("nl"):
        refuse_untranslated(["De Staat van het Amsterdamse primair onderwijs (amsterdam-po-2020-advice)"], "a caption")


def test_what_an_edition_calls_its_own_codes_is_no_code_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A school's concept that an office calls `plain school`, of which a word is a column of some chapter."""
    monkeypatch.setattr(untranslated, "foreign", lambda _: frozenset({"plain"}))
    try:
        language.name_codes({"p": {"en": "plain school", "nl": "plain school"}})
        refuse_untranslated(["a plain school"], "sentence")
        with pytest.raises(InputError, match="shows 'plain'"):
            refuse_untranslated(["a plain number"], "sentence")
    finally:
        language.name_codes({})
