"""Rules about the languages of the pages: nothing is missing, nothing is left over, text comes in pairs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from project_messages import PACKAGE, messages, of_code, of_template

from analysis import language
from analysis.closing import PRINTED_SHOWN, publication_of
from analysis.data.published import read_published
from analysis.edition.model import Edition
from analysis.edition.orders import languages
from analysis.edition.params import read_edition
from analysis.language.vocabulary import vocabularies
from analysis.plain_yaml import read_yaml
from analysis.publish.declared import FILE, read_declared
from analysis.publish.exhibits import read_exhibits
from analysis.publish.untranslated import refuse_untranslated
from analysis.site.reading_order import CHECKS

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOUND = list(messages(ROOT / "notebooks"))
CATALOGUES = sorted(PACKAGE.rglob("*.po"))
SOURCES = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.j2"), *NOTEBOOKS, *(ROOT / "params").rglob("*.yml")]


def name(path: Path) -> str:
    return path.stem if path.stem not in languages() else path.parent.name


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def entries(path: Path) -> Iterator[tuple[str, str]]:
    return ((str(entry.id), str(entry.string)) for entry in read(path) if entry.id)


def fields(message: str) -> set[str]:
    return {field.partition("[")[0] for _, field, _, _ in Formatter().parse(message) if field}


def test_an_edition_may_choose_every_language_that_there_is_a_catalogue_of() -> None:
    assert get_args(Edition.model_fields["language"].annotation) == ("en", *languages()) == language.languages()


def test_a_message_is_a_literal_so_that_it_can_be_translated() -> None:
    assert [where for where, message in FOUND if message is None] == []


ONE_NUMBER = "at_nearest_school"
"""The finding whose table is one number, which is no figure."""
CHAPTERS = sorted(path.parent for path in PACKAGE.glob("chapters/*/findings.yml"))


@pytest.mark.parametrize("folder", CHAPTERS, ids=lambda folder: folder.name)
def test_a_chapter_says_the_sentences_that_it_declares(folder: Path) -> None:
    code = "".join(path.read_text("utf8") for path in sorted(folder.glob("findings*.py")))
    calls = [
        node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and ast.unparse(node.func) == "say"
    ]
    names = [node.value for call in calls for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)]
    assert sorted({name for name in names if isinstance(name, str)}) == sorted(read_declared(folder / FILE).sentences)


@pytest.mark.parametrize("folder", CHAPTERS, ids=lambda folder: folder.name)
def test_every_finding_has_a_figure_and_its_table_is_one_of_the_chapter(folder: Path) -> None:
    exhibits, declared = read_exhibits(folder / "exhibits.yml"), read_declared(folder / FILE)
    known = {"figures": {*exhibits.figures}, "tables": {"", *exhibits.tables, *exhibits.files}}
    with_figure = [kind for kind in declared.kinds if kind.name != ONE_NUMBER]
    assert {kind.name: kind.figure for kind in with_figure if kind.figure not in known["figures"]} == {}
    assert {kind.name: kind.table for kind in declared.kinds if kind.table not in known["tables"]} == {}


@pytest.mark.parametrize("spoken", languages())
def test_every_message_has_a_translation(spoken: str) -> None:
    known = language.catalogue(spoken)
    assert {where: message for where, message in FOUND if message is not None and message not in known} == {}


@pytest.mark.parametrize("spoken", languages())
@pytest.mark.parametrize("path", sorted((ROOT / "params").glob("*.yml")), ids=lambda path: path.stem)
def test_what_a_chapter_leaves_out_is_told_in_every_language(path: Path, spoken: str) -> None:
    needs = [uses for tables in read_edition(path).context["optional"].values() for uses in tables.values()]
    told = {what for uses in needs for what in uses.values() if what}
    assert told - set(language.catalogue(spoken)) == set()


@pytest.mark.parametrize("spoken", languages())
def test_a_figure_in_print_is_cited_in_every_language(spoken: str) -> None:
    figures = read_published(ROOT / "params/published")
    with language.speaking(spoken):
        refuse_untranslated((publication_of(rows) for _, rows in figures.groupby("file")), "publications")
        for column in {*PRINTED_SHOWN} & {"population", "place", "unit"}:
            refuse_untranslated((language.term(code, column) for code in figures[column].unique()), column)


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_a_translation_is_whole_and_has_the_fields_of_its_message(path: Path) -> None:
    assert list(read(path).obsolete) == []
    for message, translation in entries(path):
        assert translation, message
        assert fields(translation) == fields(message), message


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_every_entry_is_a_message_or_a_word_of_the_project(path: Path) -> None:
    """A word of the data (a column, a code) stands somewhere in code or params, with underscores for spaces."""
    known = {message for _, message in FOUND}
    sources = "\n".join(source.read_text("utf8") for source in SOURCES).replace("_", " ")
    words = set(re.findall(r"\w+", sources))
    for message, _ in entries(path):
        own = re.sub(r"{\w+}", "", message).replace("_", " ")
        is_word = set(re.findall(r"\w+", own)) <= words
        assert message in known or is_word, message


@pytest.mark.parametrize("spoken", languages())
def test_catalogues_agree_on_what_several_of_them_translate(spoken: str) -> None:
    told: dict[str, str] = {}
    for path in language.catalogues(spoken):
        for message, translation in entries(path):
            assert told.setdefault(message, translation) == translation, (path.name, message)


def prose(path: Path) -> list[tuple[str, str]]:
    """Give the language and text of a notebook's text cells; a code cell between two of them as such."""
    cells = json.loads(path.read_text("utf8"))["cells"]
    return [
        (language_of(cell["metadata"].get("tags", [])) if cell["cell_type"] == "markdown" else "code", text)
        for cell in cells
        for text in ["".join(cell["source"])]
    ]


def language_of(tags: list[str]) -> str:
    """Return the language of a text cell from its tags, of which one may mark a section of checks."""
    return ",".join(tag for tag in tags if tag != CHECKS)


def shape(text: str) -> list[str]:
    """Give the headings, lists and paragraphs of a text: each line's mark, or nothing."""
    return [re.match(r"#+ |- |\d+\. |\||", line)[0] for line in text.splitlines() if line.strip()]  # type: ignore[index]  # the empty pattern matches


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_text_comes_in_pairs_one_for_each_language(path: Path) -> None:
    cells = [*prose(path), ("end", "")]
    order = list(language.languages())
    place = 0
    while cells[place][0] != "end":
        if cells[place][0] == "code":
            place += 1
            continue
        pair = cells[place : place + len(order)]
        assert [tag for tag, _ in pair] == order, pair[0][1]
        assert all(shape(text) == shape(pair[0][1]) for _, text in pair), pair[0][1]
        place += len(order)


def test_messages_are_found_in_code_and_templates() -> None:
    code = """
from analysis.site.reading_order import CHECKS
from analysis.language import text, word
from analysis import language
from analysis.publish import axes
text("a {n:,}" " b", n=1), word("c"), language.text("d"), axes.text(1, 2, "no"), text(variable)
"""
    assert [message for _, message in of_code(code, "here")] == ["a {n:,} b", "c", "d", None]
    assert [message for _, message in of_code('def text(x): ...\ntext("no")', "here")] == []
    assert list(of_template('<p>{{ text("e {n}", n=1) }}</p>', "here")) == [("here:1", "e {n}")]


@pytest.mark.parametrize("path", vocabularies(), ids=lambda path: path.parent.name)
def test_a_vocabulary_is_read_in_one_way_only(path: Path) -> None:
    """Notebooks read it with a faster reader, which is not strict."""
    assert read_yaml(path) == yaml.safe_load(path.read_text("utf8"))


@pytest.mark.parametrize("spoken", language.languages())
@pytest.mark.parametrize("path", sorted(PACKAGE.glob("chapters/*/exhibits.yml")), ids=lambda path: path.parent.name)
def test_every_column_that_a_chapter_shows_has_a_word(path: Path, spoken: str) -> None:
    exhibits = read_exhibits(path)
    shown = {name for kind in (exhibits.tables, exhibits.files) for one in kind.values() for name in one.laid_out}
    counted = {name for frame in exhibits.frames.values() for name in frame.get("counts") or ()}
    with language.speaking(spoken):
        words = {column: language.header(column) for column in shown | counted}
    assert {column: said for column, said in words.items() if "_" in said or not said.strip()} == {}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob(FILE)), ids=lambda path: path.parent.name)
def test_every_value_of_a_sentence_is_given_by_a_name_in_the_code_of_its_chapter(path: Path) -> None:
    """A sentence is written only in the regime that it is about: a name that nobody gives shows there alone."""
    shared = [PACKAGE / "publish" / "alternative.py", *PACKAGE.glob("topics/**/*.py")]
    code = " ".join(file.read_text("utf8") for file in (*path.parent.rglob("*.py"), *shared))
    named = {start + word for word in re.findall(r"\w+", code) for start in ("", "from_", "to_")}
    asked = {
        name: {field for template in words.values() for field in fields(template)} - named
        for name, words in read_declared(path).sentences.items()
    }
    assert {name: missing for name, missing in asked.items() if missing} == {}
