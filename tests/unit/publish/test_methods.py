"""How a chapter estimates what it finds: ``methods.yml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.language import languages
from analysis.publish.declared import FILE as FINDINGS
from analysis.publish.declared import read_declared
from analysis.publish.methods import FILE, WORDS, read_methods, refuse_unexplained
from analysis.site.docstrings import documented
from analysis.site.formulas import formula, with_formulas
from analysis.variables import CHAPTERS

GOOD = """
change:
  title: {en: Change, nl: Verandering}
  estimand: {en: How much, nl: Hoeveel}
  where: {en: "$a$ is one", nl: "$a$ is een"}
  assumptions: {en: None, nl: Geen}
  data: {en: All, nl: Alle}
  cannot: {en: Much, nl: Veel}
  formulas: [a = 1]
  functions: [stats.fit.mean]
"""
FOUND = sorted(path.parent for path in CHAPTERS.glob(f"*/{FINDINGS}"))


@pytest.mark.parametrize(
    ("change", "to", "problem"),
    [
        ("  data: {en: All, nl: Alle}\n", "", "change.data: is missing"),
        ("nl: Alle", "de: Alle", "change.data: must be said in every language"),
        ("nl: Alle", "nl: ''", "change.data: must be words"),
        ("[a = 1]", "[]", "change.formulas: must be a list"),
        ("formulas:", "formula:", "change.formula: there is no such key"),
        ("change:\n", "change: x\nother:\n", "change: must be a mapping"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, change: str, to: str, problem: str) -> None:
    path = tmp_path / FILE
    path.write_text(GOOD.replace(change, to), encoding="utf8")
    with pytest.raises(InputError, match=problem):
        read_methods(path)


def test_a_finding_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(GOOD, encoding="utf8")
    refuse_unexplained(read_methods(path), {"grew": "change", "other": ""}, (), "growth")
    with pytest.raises(
        InputError, match=r"growth/findings.yml: findings.grew.method: methods.yml has no section 'chan'"
    ):
        refuse_unexplained(read_methods(path), {"grew": "chan"}, (), "growth")


def test_a_section_that_shows_what_there_is_not_is_refused(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(GOOD + "  shows: [change_by_groep]\n", encoding="utf8")
    refuse_unexplained(read_methods(path), {}, {"change_by_groep"}, "growth")
    with pytest.raises(InputError, match=r"growth/methods.yml: change.shows: exhibits.yml declares no figure or table"):
        refuse_unexplained(read_methods(path), {}, {"change_by_level"}, "growth")


@pytest.mark.parametrize("folder", FOUND, ids=lambda folder: folder.name)
def test_every_finding_has_a_figure_or_table_and_a_section_with_a_formula(folder: Path) -> None:
    """From a finding one click leads to its section, where a formula is: three are not needed."""
    sections = {section.name: section for section in read_methods(folder / FILE)}
    kinds = read_declared(folder / FINDINGS).kinds
    assert [kind.name for kind in kinds if not (kind.figure or kind.table)] == []
    assert [kind.name for kind in kinds if not sections[kind.method].formulas] == []
    assert [
        name for name, one in sections.items() if not one.shows and name not in {kind.method for kind in kinds}
    ] == []


@pytest.mark.parametrize("folder", FOUND, ids=lambda folder: folder.name)
def test_every_section_can_be_shown_and_names_functions_that_exist(folder: Path) -> None:
    for section in read_methods(folder / FILE):
        shown = [*map(formula, section.formulas)]
        shown += [with_formulas(section.words[part][language]) for part in WORDS for language in languages()]
        assert not any("$" in text or "\\" in text for text in shown), section.name
        assert not any("text{" in tex for tex in section.formulas), "a word in a formula is in one language"
        assert [name for name in section.functions if f"analysis.{name}" not in documented()] == []
