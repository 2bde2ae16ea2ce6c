"""The code cells of a notebook: what they use, and a digest that comments and formatting leave alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from analysis.errors import InputError
from analysis.run.code.syntax import PARSING, parsed
from analysis.run.hashes import digest

# A line of IPython: %magic, !command, ?help, help?, and the value of one: x = %magic, x = !command.
_MAGIC = re.compile(r"^([ \t]*)(?:(?:[\w, ]+=[ \t]*)?[%!?].*|.*\?[ \t]*)$", re.MULTILINE)
_SETTERS = {
    "rcParams",
    "rc_context",
    "rcdefaults",
    "set_theme",
    "set_style",
    "set_palette",
    "set_context",
    "set_option",
}
_SETTERS |= {"simplefilter", "filterwarnings", "seterr", "chdir", "environ", "setattr"}
_OF_OTHERS = _SETTERS | {"options", "rc", "use"}
_CHAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@lru_cache(maxsize=4096)
def cell_digest(source: str) -> str:
    """Return the digest of a code cell.

    Comments, blank lines and formatting do not count; a closing semicolon does, for it keeps IPython from showing
    the cell's value. What Python alone cannot read (IPython's magics) counts as it is written.
    """
    try:
        tree = _parsed(source)
    except (SyntaxError, ValueError):
        return digest(source)
    return digest(ast.dump(tree) + (";" if _is_silent(source, tree) else ""))


def cell_tree(source: str) -> ast.Module:
    """Return the syntax tree of a code cell.

    Lines of IPython are taken out, and the names in them are left behind as if they were used. Of a cell in another
    language (``%%bash``) only such names are left.

    Raises
    ------
    InputError
        When the cell is not Python.
    """
    with suppress(SyntaxError, ValueError):
        return _parsed(source)
    try:
        tree = _parsed(_MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError) as error:
        if not source.lstrip().startswith("%%"):
            raise InputError(f"cell {_first_line(source)!r}", f"is not Python: {error}") from None
        return ast.Module([*_words(source)], [])
    magics = "\n".join(match.group() for match in _MAGIC.finditer(source))
    return ast.Module([*tree.body, *_words(magics)], [])


def changes_others(source: str) -> bool:
    """Return whether a code cell may change what functions give that do not name it.

    It defines functions or classes, sets an attribute, or names what changes the settings of a library.
    """
    for node in ast.walk(cell_tree(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return True
        if isinstance(node, ast.Attribute) and (isinstance(node.ctx, ast.Store) or node.attr in _OF_OTHERS):
            return True
        if isinstance(node, ast.Name | ast.alias) and getattr(node, "id", getattr(node, "name", "")) in _SETTERS:
            return True
    return False


def _parsed(source: str) -> ast.Module:
    # Notebooks may await at the top level.
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with PARSING:
        tree: ast.Module = compile(source, "<cell>", "exec", flags, dont_inherit=True)
    return tree


def _words(text: str) -> Iterator[ast.stmt]:
    for word in sorted(set(_CHAIN.findall(text))):
        with suppress(SyntaxError):  # a keyword is no name
            yield from parsed(word).body


def _is_silent(source: str, tree: ast.Module) -> bool:
    if not tree.body:
        return False
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    last = lines[(tree.body[-1].end_lineno or 1) - 1].encode()
    return last[tree.body[-1].end_col_offset :].lstrip().startswith(b";")


def _first_line(source: str) -> str:
    return source.lstrip().partition("\n")[0]
