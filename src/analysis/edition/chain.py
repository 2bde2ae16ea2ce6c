"""The chain of this project, as its chapters declare it: which notebook needs and produces which tables."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from analysis.chapters import chapters
from analysis.declare import Declaration
from analysis.run.chain import Step

ROWS = {table: row for chapter in chapters().values() for table, row in chapter.tables.items()}
"""What a row of each internal table is: what a chapter publishes is compared with the rows that are no aggregate."""


def _step(chapter: Declaration) -> Step:
    always = [table for table in chapter.tables if table not in chapter.may_produce]
    return Step(
        chapter.notebook,
        needs=chapter.needs,
        wants=tuple(table for name in chapter.wants for table in _named(name)),
        produces=tuple(always),
        may_produce=tuple(chapter.may_produce),
        reads=chapter.reads,
    )


def _named(pattern: str) -> Iterator[str]:
    return (table for table in ROWS if fnmatchcase(table, pattern))


CHAIN = tuple(_step(chapter) for chapter in chapters().values())
