"""What follows from the declarations of the chapters, written to where tools and readers look for it.

A parameter is declared once, in its block; the parameters cell of its notebook, the schema for editors and the table of
chapters in the README follow. ``staat sync`` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import shorten
from typing import Any

from analysis.chapters import chapters
from analysis.declare import Declaration
from analysis.edition.model import Edition, Shared, json_schema
from analysis.edition.params import read_edition
from analysis.errors import InputError
from analysis.registers.reference import reference
from analysis.run.parameters import cell_parameters, tags_of, title_of

WIDTH = 120
BEGIN, END = "<!-- chapters, written by staat sync -->\n", "<!-- end of chapters -->\n"
USES = "<!-- uses, written by staat sync -->\n", "<!-- end of uses -->\n"
KEYS = "<!-- keys, written by staat sync -->\n", "<!-- end of keys -->\n"


def sync(root: Path) -> list[Path]:
    """Write what follows from the declarations, and return the files that changed."""
    return [path for path, text in written(root) if _write(path, text)]


def written(root: Path) -> Iterator[tuple[Path, str]]:
    """Give each file that follows from the declarations, with what it must hold."""
    yield root / "params" / "schema.json", json_schema()
    for chapter in chapters().values():
        path = root / "notebooks" / f"{chapter.notebook}.ipynb"
        yield path, _with_cell(path, cell_of(chapter, root))
    readme, own_data = root / "README.md", root / "docs" / "own_data.md"
    yield readme, _between(readme.read_text("utf8"), BEGIN, END, table(root), readme)
    text = _between(own_data.read_text("utf8"), *KEYS, reference(), own_data)
    yield own_data, _between(text, *USES, uses(root), own_data)


def cell_of(chapter: Declaration, root: Path) -> str:
    """Return the parameters cell of a chapter: what it asks of all editions, then its block.

    The values are those of the edition that the cell names: it can run alone.
    """
    given = cell_parameters(root / "notebooks" / f"{chapter.notebook}.ipynb")
    edition = read_edition(root / "params" / f"{given['edition']}.yml", here=False)
    if chapter.stem not in edition.blocks:
        where, named = f"notebooks/{chapter.notebook}.ipynb", f"params/{given['edition']}.yml"
        hint = f"name an edition that has it, or add the block to {named}"
        raise InputError(where, f"its parameters cell names {named}, which has no block {chapter.stem}", hint=hint)
    shared = {name: edition.shared[name] for name in given if name in Shared.model_fields}
    values = {**shared, **edition.blocks[chapter.stem]}
    return "\n".join(_line(name, value, _meaning(chapter, name)) for name, value in values.items())


def table(root: Path) -> str:
    """Return the table of chapters of the README."""
    head = "| notebook | title | needs | for later chapters |\n|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(_row(chapter, root))} |\n" for chapter in chapters().values())


def uses(root: Path) -> str:
    """Return what the chapters of the edition ci use of each table, for an office that has some of it."""
    blocks = read_edition(root / "params" / "ci.yml", here=False).given
    rows = [
        f"| {stem} | `{table}` | {_listed(each.required)} | {_listed(each.optional)} |\n"
        for stem in blocks
        for table, each in chapters()[stem].columns(blocks).items()
    ]
    return "| chapter | table | needs | does without |\n|---|---|---|---|\n" + "".join(rows)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _row(chapter: Declaration, root: Path) -> tuple[str, str, str, str]:
    title = title_of(root / "notebooks" / f"{chapter.notebook}.ipynb", "en")
    needs = [f"`{name}`" for name in chapter.needs] + [f"`{name}` if there is" for name in chapter.wants]
    return f"`{chapter.notebook}`", title, ", ".join(needs), ", ".join(f"`{name}`" for name in chapter.produces)


def _meaning(chapter: Declaration, name: str) -> str:
    fields = chapter.parameters.model_fields if name in chapter.parameters.model_fields else Edition.model_fields
    return fields[name].description or name


def _line(name: str, value: Any, meaning: str) -> str:  # noqa: ANN401 - a parameter holds anything
    code, words = f"{name} = {_code(value)}", meaning.partition(";")[0]
    beside = next((line for line in (f"{code}  # {meaning}", f"{code}  # {words}") if len(line) <= WIDTH), "")
    return beside or f"# {shorten(words, WIDTH - 2, placeholder=' ...')}\n{code}"


def _code(value: Any) -> str:  # noqa: ANN401 - a parameter holds anything
    """Write a value as formatters write it: texts in double quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_code(key)}: {_code(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_code(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _with_cell(path: Path, source: str) -> str:
    notebook = json.loads(path.read_text("utf8"))
    (cell,) = (cell for cell in notebook["cells"] if "parameters" in tags_of(cell))
    cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _between(text: str, first: str, last: str, rows: str, path: Path) -> str:
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end):
        raise InputError(str(path), f"has no lines {first.strip()!r} and {last.strip()!r} for what is written there")
    return before + begin + "\n" + rows + "\n" + end + after


def _write(path: Path, text: str) -> bool:
    if path.exists() and path.read_text("utf8") == text:
        return False
    path.write_text(text, "utf8", newline="\n")
    return True
