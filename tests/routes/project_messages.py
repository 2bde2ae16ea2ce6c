"""Every message of the project that a page can show: for the catalogues, which must have them all."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from analysis.language import LOCALES

PACKAGE = LOCALES.parent
LANGUAGE = "analysis.language"
MARKERS = ("text", "word")


def messages(notebooks: Path) -> Iterator[tuple[str, str | None]]:
    """Give ``(where, message)`` of each call of `text` and `word`; None where the message is not a literal.

    Parameters
    ----------
    notebooks
        The folder of the notebooks; the code and the templates are those of this package.
    """
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent != PACKAGE / "language":
            yield from of_code(path.read_text("utf8"), path.relative_to(PACKAGE).as_posix())
    for path in sorted(notebooks.glob("*.ipynb")):
        cells = json.loads(path.read_text("utf8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        yield from of_code(code, path.name)
    for path in sorted(PACKAGE.rglob("*.j2")):
        yield from of_template(path.read_text("utf8"), path.name)


def of_code(source: str, where: str) -> Iterator[tuple[str, str | None]]:
    """Give the messages of a module or of the cells of a notebook."""
    tree = ast.parse(source)
    names = _names(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in names:
            first = call.args[0] if call.args else None
            yield f"{where}:{call.lineno}", str(first.value) if isinstance(first, ast.Constant) else None


def of_template(source: str, where: str) -> Iterator[tuple[str, str | None]]:
    """Give the messages of a page's template."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKERS:
            first = call.args[0] if call.args else None
            yield f"{where}:{call.lineno}", first.value if isinstance(first, nodes.Const) else None


def _names(tree: ast.Module) -> set[str]:
    """Return under which names a module knows `text` and `word`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == LANGUAGE:
            names |= {alias.asname or alias.name for alias in node.names if alias.name in MARKERS}
        if isinstance(node, ast.ImportFrom) and f"{node.module}.language" == LANGUAGE:
            modules = [alias.asname or alias.name for alias in node.names if alias.name == "language"]
            names |= {f"{module}.{marker}" for module in modules for marker in MARKERS}
    return names
