"""Which regressions a chapter shows: ``regressions.yml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.publish.journal import FILE, read_journal
from analysis.variables import CHAPTERS

GOOD = """
terms: {low: {en: Low, nl: Laag}}
tables:
  growth:
    title: {en: Growth, nl: Groei}
    outcome: {en: Points, nl: Punten}
    columns: [{name: {en: Plain, nl: Gewoon}, take: {model: ols}}]
"""


@pytest.mark.parametrize(
    ("change", "to", "problem"),
    [
        ("outcome: {en: Points, nl: Punten}", "unit: x", "tables.growth.unit: there is no such key"),
        ("outcome: {en: Points, nl: Punten}", "", "tables.growth.outcome: is missing"),
        ("nl: Groei", "de: Wachstum", "tables.growth.title: must be said in every language"),
        ("nl: Laag", "de: Niedrig", "terms.low: must be said in every language"),
        ("take: {model: ols}", "take: ols", "columns.1.take: must be columns of the published table"),
        ("name: {en: Plain, nl: Gewoon}, ", "", "columns.1.name: is missing"),
        ("take: {model: ols}", "take: {model: ols}, color: red", "columns.1.color: there is no such key"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, change: str, to: str, problem: str) -> None:
    path = tmp_path / FILE
    path.write_text(GOOD.replace(change, to), encoding="utf8")
    with pytest.raises(InputError, match=problem):
        read_journal(path)


def test_a_chapter_without_the_file_shows_none(tmp_path: Path) -> None:
    assert read_journal(tmp_path / FILE) == ()


def test_the_chapters_together_show_about_a_dozen_and_each_has_its_words() -> None:
    tables = [table for path in sorted(CHAPTERS.glob(f"*/{FILE}")) for table in read_journal(path)]
    assert 12 <= len(tables) <= 20
    named = [name for table in tables if table.by == "term" for name in table.rows if name not in table.terms]
    assert named == []
