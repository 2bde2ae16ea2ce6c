"""The documented functions of the package, read from their source: what they compute and with which formula."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

from markupsafe import Markup, escape

from analysis.run.code.syntax import parsed
from analysis.run.reuse import kept
from analysis.site.formulas import formula

PACKAGE = Path(__file__).parents[1]
EXPLAINED = ("chapters/*/models", "chapters/*/models.py", "topics/*/models", "stats", "data", "intake.py")
"""Where the functions are that a number can come from; `analysis.edition.orders` names the same, for the pages' key."""

NAMED = re.compile(r"[\w*, ]+ : ")
UNDERLINED = re.compile(r"^(?P<title>[A-Z][A-Za-z ]+)\n-{3,}\n", re.MULTILINE)
INLINE = re.compile(r":math:`(?P<math>[^`]+)`|``(?P<code>.+?)``|`(?P<name>[\w.]+)`|\*(?P<em>\w[^*\n]*)\*")
DISPLAY = re.compile(r"\.\. math::(?P<math>.*)", re.DOTALL)


@dataclass(frozen=True)
class Documented:
    """A function or class with its docstring.

    Parameters
    ----------
    name : Dotted name.
    signature : As in the source, without the defaults' types.
    text : The docstring before its sections.
    sections : Title and body of each section: Parameters, Returns, Raises, Notes, References.
    file, line : Where it stands, the file relative to the project.
    """

    name: str
    signature: str
    text: str
    sections: Mapping[str, str]
    file: str
    line: int

    @property
    def anchor(self) -> str:
        """Id on the page of functions."""
        return f"function-{self.name.removeprefix(f'{PACKAGE.name}.').replace('.', '-')}"

    @property
    def href(self) -> str:
        """Address, from the pages of chapters."""
        return f"functions.html#{self.anchor}"

    @property
    def short(self) -> str:
        """Module and name."""
        return ".".join(self.name.split(".")[-2:])

    @property
    def has_formula(self) -> bool:
        """Whether the docstring has a formula."""
        return "math:" in self.text or any("math:" in body for body in self.sections.values())


@cache
def documented() -> Mapping[str, Documented]:
    """Return every public function and class of the explained packages that has a docstring, by dotted name."""
    every = kept(f"{PACKAGE.name}.site.docstrings.documented", [], lambda: [astuple(one) for one in _all()])
    return {found.name: found for found in (Documented(*fields) for fields in every)}


@cache
def passed_on() -> Mapping[str, str]:
    """Return the names under which modules pass documented functions of others on, with the names that define them."""
    return dict(kept(f"{PACKAGE.name}.site.docstrings.passed_on", [], _passed_on))


def _all() -> Iterator[Documented]:
    return (found for path in _modules() for found in _of_module(path))


def _passed_on() -> dict[str, str]:
    found = dict(_imports())
    known = documented()
    while onward := {name: found[target] for name, target in found.items() if target in found and target not in known}:
        found |= onward
    return {name: target for name, target in found.items() if target in known}


def _imports() -> Iterator[tuple[str, str]]:
    for path in _modules():
        module = _dotted(path).removesuffix(".__init__")
        for node in parsed(path.read_text("utf8")).body:
            if isinstance(node, ast.ImportFrom):
                yield from ((f"{module}.{one.asname or one.name}", f"{node.module}.{one.name}") for one in node.names)


def _dotted(path: Path) -> str:
    return ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))


def _modules() -> Iterator[Path]:
    for place in (place for pattern in EXPLAINED for place in sorted(PACKAGE.glob(pattern))):
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _of_module(path: Path) -> Iterator[Documented]:
    module = _dotted(path)
    for node in parsed(path.read_text("utf8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            docstring = ast.get_docstring(node)
            if docstring:
                text, sections = _split(docstring)
                file = path.relative_to(PACKAGE.parents[1]).as_posix()
                yield Documented(f"{module}.{node.name}", _signature(node), text, sections, file, node.lineno)


def _signature(node: ast.FunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        return node.name
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returns}"


def _split(docstring: str) -> tuple[str, dict[str, str]]:
    parts = UNDERLINED.split(docstring)
    return parts[0].strip(), {title: body.strip("\n") for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def as_html(text: str, link: Mapping[str, str]) -> Markup:
    """Return a docstring's text as HTML: paragraphs, lists, formulas, and links to what it names.

    Parameters
    ----------
    text : In the restructured text that numpydoc uses.
    link : Address by the last part of a name.
    """
    blocks = re.split(r"\n\s*\n", dedent(text).strip())
    return Markup("\n").join(_block(block, link) for block in blocks if block.strip())


def definitions(text: str, link: Mapping[str, str]) -> Markup:
    """Return a section of names with their meaning, such as Parameters, as a definition list.

    A meaning is behind its name and a colon, or on the lines below it.
    """
    rows = re.split(r"\n(?=\S)", text.strip("\n"))
    if not any("\n" in row or NAMED.match(row) for row in rows):
        return as_html(text, link)
    items = []
    for row in rows:
        name, _, meaning = row.partition(" : " if NAMED.match(row) else "\n")
        description = Markup("<dd>{0}</dd>").format(as_html(meaning, link)) if meaning.strip() else Markup("")
        items.append(Markup("<dt><code>{0}</code></dt>").format(name.strip()) + description)
    return Markup("<dl>{0}</dl>").format(Markup("").join(items))


def _block(block: str, link: Mapping[str, str]) -> Markup:
    shown = DISPLAY.match(block)
    if shown:
        return Markup("<p>{0}</p>").format(formula(shown["math"].strip(), display=True))
    if block.startswith("- "):
        items = [_inline(item, link) for item in re.split(r"\n?^- ", block, flags=re.MULTILINE) if item.strip()]
        return Markup("<ul>{0}</ul>").format(Markup("").join(Markup("<li>{0}</li>").format(item) for item in items))
    return Markup("<p>{0}</p>").format(_inline(block, link))


def _inline(text: str, link: Mapping[str, str]) -> Markup:
    parts, end = [], 0
    for found in INLINE.finditer(text):
        parts += [escape(text[end : found.start()]), _marked(found, link)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _marked(found: re.Match[str], link: Mapping[str, str]) -> Markup:
    kind = str(found.lastgroup)
    if kind == "math":
        return formula(found["math"])
    if kind == "name" and found["name"].rpartition(".")[2] in link:
        last = found["name"].rpartition(".")[2]
        return Markup('<a href="{0}"><code>{1}</code></a>').format(link[last], found["name"])
    tag = "em" if kind == "em" else "code"
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), found[kind])  # noqa: S704 - one of two literals
