"""Where what a notebook publishes comes from: the cell, and the functions whose results went into it.

Read from the code of the executed notebook, without running it: a name stands for every documented function that its
last assignment called, and for those behind the names that this assignment used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType

from nbformat import NotebookNode

from analysis.run.code.syntax import parsed
from analysis.site.explained import Explained

PUBLISHED_ID = re.compile(r'\bid="((?:table|figure|finding)-[a-z0-9_]+)"')


@dataclass(frozen=True)
class Origin:
    """The origin of what one cell publishes.

    Parameters
    ----------
    cell : Number of the code cell, counted from 1 as JupyterLab does.
    published : Ids of the tables, figures and findings on the page, such as ``table-bands``.
    functions : Dotted names of the functions that computed them, the nearest first.
    methods : The sections that explain them.
    """

    cell: int
    published: tuple[str, ...]
    functions: tuple[str, ...]
    methods: tuple[Explained, ...] = ()

    @property
    def anchor(self) -> str:
        """Id of the cell on its page."""
        return f"cell-{self.cell}"


@dataclass
class _Names:
    """What the names of a notebook stand for, as far as its cells have been read."""

    documented: Collection[str]
    passed_on: Mapping[str, str]
    imported: dict[str, str] = field(default_factory=dict)
    made_by: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, statement: ast.stmt) -> tuple[str, ...]:
        """Take in a statement, and return the functions behind it."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self._import(statement)
            return ()
        functions = self._behind(statement)
        for name in _assigned(statement):
            self.made_by[name] = functions
        return functions

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        above = f"{statement.module}." if isinstance(statement, ast.ImportFrom) else ""
        for alias in statement.names:
            self.imported[alias.asname or alias.name] = above + alias.name

    def _behind(self, statement: ast.stmt) -> tuple[str, ...]:
        called: dict[str, None] = {}
        earlier: dict[str, None] = {}
        for chain in _chains(statement):
            first, _, rest = chain.partition(".")
            dotted = f"{self.imported.get(first, '')}.{rest}".rstrip(".")
            dotted = self.passed_on.get(dotted, dotted)
            if dotted in self.documented:
                called[dotted] = None
            earlier |= dict.fromkeys(self.made_by.get(first, ()))
        return tuple(called | earlier)


def origins(
    notebook: NotebookNode, documented: Collection[str], passed_on: Mapping[str, str] = MappingProxyType({})
) -> dict[int, Origin]:
    """Return the origin of every cell that publishes something, by its place among all cells.

    Parameters
    ----------
    notebook : Executed.
    documented : Dotted names of the functions that count as an origin.
    passed_on : Other names of these functions, under which a package passes them on.
    """
    cells = [(place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    read = tuple((place, cell.source, tuple(_published(cell))) for place, cell in cells)
    return dict(_origins(read, frozenset(documented), tuple(passed_on.items())))


@cache
def _origins(
    cells: tuple[tuple[int, str, tuple[str, ...]], ...],
    documented: frozenset[str],
    passed_on: tuple[tuple[str, str], ...],
) -> Mapping[int, Origin]:
    """Return the origins of code cells by place, given place, source and published ids of each; several pages ask."""
    names = _Names(documented, dict(passed_on))
    found: dict[int, Origin] = {}
    for number, (place, source, published) in enumerate(cells, start=1):
        behind: dict[str, None] = {}
        for statement in _statements(source):
            behind |= dict.fromkeys(names.read(statement))
        if published:
            found[place] = Origin(number, published, tuple(behind))
    return found


def by_published(found: Mapping[int, Origin]) -> dict[str, Origin]:
    """Return the origin of every published thing by its id."""
    return {identity: origin for origin in found.values() for identity in origin.published}


def _statements(source: str) -> list[ast.stmt]:
    try:
        return parsed(source).body
    except SyntaxError:  # a magic of IPython: it calls nothing that is documented
        return []


def _published(cell: NotebookNode) -> Iterator[str]:
    for output in cell.get("outputs", ()):
        yield from published_in(output.get("data", {}).get("text/html", ""))


@lru_cache(maxsize=2048)
def published_in(html: str) -> tuple[str, ...]:
    """Return the ids of what an output publishes; a figure is long, and every part of the site asks again."""
    return tuple(PUBLISHED_ID.findall(html))


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _chains(statement: ast.stmt) -> Iterator[str]:
    """Give every name that a statement uses, with the attributes after it: ``module.function``."""
    inner: set[int] = set()
    for node in ast.walk(statement):
        if id(node) in inner:
            continue
        chain, base = [], node
        while isinstance(base, ast.Attribute):
            chain.append(base.attr)
            base = base.value
            inner.add(id(base))
        if isinstance(base, ast.Name) and isinstance(base.ctx, ast.Load):
            # Of a chain longer than module.function, as in function(...).column, the first two name it.
            yield ".".join([base.id, *reversed(chain)][:2])
