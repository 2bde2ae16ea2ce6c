"""The dictionary of columns, codes and terms: faults are said at once, and codes are made of codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import language
from analysis.codes import codes_of
from analysis.errors import InputError
from analysis.language.vocabulary import read_vocabulary

WORD = "{en: word, nl: woord}"


def read(folder: Path, *files: str) -> object:
    paths = [folder / f"{number}.yml" for number, _ in enumerate(files)]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text, "utf8")
    return read_vocabulary(paths)


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (f"words: {{one: {WORD}}}", r"words: is no part"),
        ("values: {one: {en: word}}", r"one\.nl: is missing"),
        ("values: {one: {en: ' ', nl: woord}}", r"one\.en: is missing"),
        ("values: {one: {en: word, nl: woord, note: x}}", r"one\.note: there is no such key"),
        ("columns: {one: {en: word, nl: woord, gloss: {en: x}}}", r"one\.gloss\.nl: is missing"),
        (f"terms: {{one: {WORD}}}", r"one\.gloss: is missing"),
        ('patterns: {"of {a}": {en: "of {a}", nl: "van {b}"}}', "differ from the pattern in their fields"),
        (f"values: {{1: {WORD}}}", "of a code in quotes"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(tmp_path: Path, file: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        read(tmp_path, file)


def test_all_faults_are_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"(?s)one\.nl.*two\.nl.*three\.en"):
        read(tmp_path, "values: {one: {en: word}, two: {en: word}}", "values: {three: {nl: woord}}")


def test_a_code_has_one_word_whatever_the_file(tmp_path: Path) -> None:
    read(tmp_path, f"values: {{one_two: {WORD}}}", f"values: {{one two: {WORD}}}")
    with pytest.raises(InputError, match="is called otherwise in another file"):
        read(tmp_path, f"values: {{one_two: {WORD}}}", "values: {one two: {en: word, nl: anders}}")


@pytest.mark.parametrize(
    ("code", "english", "dutch"),
    [
        ("year_2019", "year 2019", "jaar 2019"),
        ("year with bijstelling; test sat", "year with bijstelling; test sat", "jaar met bijstelling; toets gemaakt"),
        ("2015 - 2014", "2015 minus 2014", "2015 min 2014"),
        ("score 545", "score 545", "score 545"),
        ("level II:closure", "level II × closure", "niveau II × sluiting"),
    ],
)
def test_a_pattern_is_filled_with_words_or_with_numbers_as_its_fields_say(code: str, english: str, dutch: str) -> None:
    assert language.term(code) == english
    with language.speaking("nl"):
        assert language.term(code) == dutch


def test_a_code_may_mean_something_else_in_another_column() -> None:
    assert language.term("none") == "none"
    assert language.term("none", "group") == "no migration background"


def test_an_edition_brings_the_words_of_its_own_codes() -> None:
    labels = {
        "local": {"en": "local", "nl": "hier", "kind": "none"},
        "vestrian": {"en": "Vestrian", "nl": "Vestriaans", "kind": "nonwestern"},
    }
    codes = codes_of({"codes": {"background": labels, "concept": {"none": {"en": "no concept", "nl": "geen concept"}}}})
    language.name_codes(codes.words())
    try:
        assert language.term("vestrian") == "Vestrian"
        assert (language.term("none"), language.term("none", "category")) == ("none", "no concept")
        with language.speaking("nl"):
            assert language.term("vestrian") == "Vestriaans"
    finally:
        language.name_codes({})
    assert not language.is_word("vestrian")
