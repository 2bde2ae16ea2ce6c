"""What a chapter declares of its findings: ``findings.yml``."""

from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.language import Text, speaking
from analysis.publish.declared import FILE, Declared, Kind, read_declared, sentences_beside

FILE_TEXT = """
findings:
  growth: {figure: change, table: estimates}
  growth_: {figure: change_by_groep, test: {model: ols, outcome: "*"}}
sentences:
  grew: {en: "Pupils grew {size:.1f}.", nl: "Leerlingen groeiden {size:.1f}."}
"""


@pytest.fixture
def declare(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / FILE
        path.write_text(text, encoding="utf8")
        read_declared.cache_clear()
        return path

    return write


def test_the_order_of_the_file_is_the_rank(declare):
    declared = read_declared(declare(FILE_TEXT))
    assert declared.kind("growth") == Kind("growth", 1, "change", "estimates")
    assert declared.kind("growth_lezen").rank == 2
    assert declared.kind("growth_lezen").figure == "change_by_groep"


def test_only_a_name_that_ends_in_an_underscore_is_the_beginning_of_others(declare):
    declared = read_declared(declare(FILE_TEXT))
    assert declared.kind("growths") == Kind("growths", 3)


def test_the_name_itself_goes_before_a_beginning_of_it_and_the_longest_before_others(declare):
    """The first that fitted was taken: a finding had the test of another."""
    declared = read_declared(declare("findings: {growth_: {}, growth_lezen: {}, growth_of_: {}}\n"))
    assert declared.kind("growth_lezen").rank == 2
    assert declared.kind("growth_of_boys").rank == 3
    assert declared.kind("growth_dmt").rank == 1


def test_a_star_is_what_the_name_has_after_its_beginning(declare):
    kind = read_declared(declare(FILE_TEXT)).kind("growth_lezen")
    assert kind.row_of("growth_lezen") == {"model": "ols", "outcome": "lezen"}


def test_a_sentence_is_said_in_the_language_of_the_edition_and_remembers_its_values(declare):
    say = sentences_beside(str(declare(FILE_TEXT).with_name("findings.py")))
    assert say("grew", size=1.25) == "Pupils grew 1.3."
    with speaking("nl"):
        said = say("grew", size=1.26)
        assert said.declared
    assert (said, said.template, said.values) == (
        "Leerlingen groeiden 1,3.",
        "Leerlingen groeiden {size:.1f}.",
        {"size": 1.26},
    )
    assert isinstance(said, Text)


def test_a_chapter_without_the_file_declares_nothing(tmp_path):
    assert read_declared(tmp_path / FILE) == Declared()


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("- a list\n", FILE, "must be a mapping"),
        ("figures: {}\n", "figures", "there is no such part"),
        ("findings: {growth: {picture: change}}\n", "findings.growth.picture", "there is no such key"),
        ("findings: {growth: change}\n", "findings.growth", "must be a mapping"),
        ("findings: {growth: {test: ols}}\n", "findings.growth.test", "must be columns"),
        ("findings: {growth: {test: {}}}\n", "findings.growth.test", "must be columns"),
        ("findings: {growth: {figure: [change]}}\n", "findings.growth.figure", "must be a name"),
        ("findings: {Growth in: {}}\n", "findings.Growth in", "a name is lower-case"),
        ("findings: {growth_: {nth: group}}\n", "findings.growth_.nth", "there is none"),
        ("findings: {growth_: {family: growth}}\n", "findings.growth_.family", "there is none"),
        ("findings: {growth_: {nth: true, test: {term: x}}}\n", "findings.growth_.nth", "must be a name"),
        ("findings: {growth: {nth: group, test: {term: x}}}\n", "findings.growth.test", "nothing after it"),
        ('findings: {growth: {test: {term: "*"}}}\n', "findings.growth.test", "nothing after it"),
        ('findings: {growth_: {test: {term: ["*", x]}}}\n', "findings.growth_.test", "stands alone"),
        ("findings: {growth: {family: 'toelage, before and after', test: {term: x}}}\n", "growth.family", "bootstrap"),
        ('sentences: {grew: {en: "{n", nl: "{n"}}\n', "sentences.grew.en", "braces"),
        ('sentences: {grew: {en: "{}", nl: "{}"}}\n', "sentences.grew.en", "no name"),
        ('sentences: {grew: {en: "{n[0]}", nl: "{n[0]}"}}\n', "sentences.grew.en", "no name"),
        ('sentences: {grew: {en: "{n!r}", nl: "{n}"}}\n', "sentences.grew.en", "written in another way"),
        ('sentences: {grew: {en: "{n:g}", nl: "{n}"}}\n', "sentences.grew.en", "written in another way"),
        ("sentences: {grew: {en: 5, nl: 5}}\n", "sentences.grew.en", "must be words"),
        ("sentences: {grew: }\n", "sentences.grew", "every language"),
        ('sentences: {grew: {en: "So."}}\n', "sentences.grew", "every language"),
        ('sentences: {grew: {en: "{a}", nl: "{b}"}}\n', "sentences.grew", "differ in their fields"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(declare, text, where, problem):
    with pytest.raises(InputError) as refused:
        read_declared(declare(text))
    assert where in str(refused.value)
    assert problem in str(refused.value)


def test_a_sentence_that_is_not_declared_is_named_with_the_nearest(declare):
    say = sentences_beside(str(declare(FILE_TEXT).with_name("findings.py")))
    with pytest.raises(InputError, match="did you mean grew"):
        say("grow", size=1)


def test_a_field_of_a_sentence_without_value_is_named(declare) -> None:
    """Before: a KeyError."""
    say = sentences_beside(str(declare(FILE_TEXT).with_name("findings.py")))
    with pytest.raises(InputError, match=r"findings.yml: sentences.grew: {size} has no value"):
        say("grew")
