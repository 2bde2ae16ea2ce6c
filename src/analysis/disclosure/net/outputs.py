"""What a finished notebook may hold: its code, its prose, and things that this very run has published."""

from __future__ import annotations

import json
import re
import tokenize
from collections.abc import Collection
from contextlib import suppress
from io import StringIO

from nbformat import NotebookNode

from analysis.disclosure.net.again import WordRules
from analysis.disclosure.net.executed import Shown, digest_of
from analysis.disclosure.net.markup import ENCODED
from analysis.disclosure.rules.identity import refuse_identifying_text
from analysis.errors import DisclosureError, StaatError
from analysis.language import languages, speaking, spoken
from analysis.run.numbering import cell_names
from analysis.run.parameters import CELL_NOTES

SHOWN = frozenset({"text/html", "text/plain"})
PRINTED_FRAME = ("dtype:", "rows x ", "RangeIndex", "DataFrame")
NOTEBOOK_NOTES = frozenset({"kernelspec", "language_info", "papermill"})
HIDDEN_IN_PROSE = re.compile(r"<!--|<\s*(?:script|iframe|object|embed|template|input|svg|math|style)\b|data:\w+/", re.I)
KIND_OF_WARNING = re.compile(r"\b(\w+(?:Warning|Error|Exception))\b")

_PUBLISH = "\n  do      publish it with chapter.show or chapter.conclude, or take it out"


def check_outputs(notebook: NotebookNode, name: str, shown: Shown, rules: WordRules) -> None:
    """Refuse an executed notebook that failed or warned, or that holds what did not pass the disclosure gate.

    StaatError for a traceback or anything on stderr, DisclosureError for anything else that no release let through:
    with notebook, cell and kind, never with the text itself. `shown` is what its run has published.
    """
    _refuse_notes(notebook, name, NOTEBOOK_NOTES)
    for called, cell in zip(cell_names(notebook.cells), notebook.cells, strict=True):
        where = f"{name}, {called}"
        _refuse_source(cell, where, rules)
        _refuse_notes(cell, where, CELL_NOTES)
        for output in cell.get("outputs", ()):
            _refuse_failure(output, where)
            _refuse_ungated(output, where, shown)


def _refuse_source(cell: NotebookNode, where: str, rules: WordRules) -> None:
    if cell.cell_type not in ("code", "markdown"):
        raise DisclosureError(f"{where}: a {cell.cell_type} cell reaches no page, but whoever gets the notebook")
    if cell.get("attachments"):
        raise DisclosureError(f"{where}: has an attachment\n  do      publish a picture with chapter.show")
    refuse_identifying_text(cell.source, where)
    if ENCODED.search(cell.source):
        raise DisclosureError(f"{where}: holds a long encoded text")
    if cell.cell_type == "markdown" and HIDDEN_IN_PROSE.search(cell.source):
        hidden = "a comment, a script or embedded data, which a reader does not see"
        raise DisclosureError(f"{where}: the prose holds {hidden}")
    with speaking(_language(cell)):
        for words in [cell.source] if cell.cell_type == "markdown" else _comments(cell.source):
            rules.words(words, where)
    rules.names.refuse(cell.source, where)


def _language(cell: NotebookNode) -> str:
    """Return the language of a text cell by its tag: numbers are written in its way."""
    return next((tag for tag in cell.metadata.get("tags", ()) if tag in languages()), spoken())


def _comments(source: str) -> list[str]:
    """Return the comments of a cell of code; none where it is no Python, which is checked for names alone."""
    with suppress(tokenize.TokenError, SyntaxError):
        tokens = tokenize.generate_tokens(StringIO(source).readline)
        return [token.string for token in tokens if token.type == tokenize.COMMENT]
    return []


def _refuse_notes(node: NotebookNode, where: str, known: Collection[str]) -> None:
    for key, value in node.metadata.items():
        if key not in known:
            raise DisclosureError(f"{where}: metadata {key!r} travels unseen with the notebook\n  do      remove it")
        refuse_identifying_text(json.dumps(value, ensure_ascii=False), f"{where}, metadata {key!r}")


def _refuse_failure(output: NotebookNode, where: str) -> None:
    if output.output_type == "error":
        raise StaatError(f"{where}: failed with {output.ename}\n  do      see the executed notebook, and cure it")
    if output.output_type == "stream" and output.name == "stderr" and output.text.strip():
        kinds = KIND_OF_WARNING.findall(output.text)
        kind = f": {kinds[-1]}" if kinds else ""
        raise StaatError(f"{where}: writes to stderr{kind}\n  do      cure the warning; a finished page holds none")


def _refuse_ungated(output: NotebookNode, where: str, shown: Shown) -> None:
    if output.output_type == "stream":
        if output.text.strip():
            raise DisclosureError(f"{where}: prints {_what(output.text)}{_PUBLISH}")
        return
    data = output.get("data", {})
    other = sorted(set(data) - SHOWN)
    if other:
        raise DisclosureError(f"{where}: shows {other[0]}, which did not pass the disclosure gate{_PUBLISH}")
    if output.get("metadata"):
        raise DisclosureError(f"{where}: an output has metadata, which travel unseen with the notebook")
    html, plain = data.get("text/html"), data.get("text/plain", "")
    if html is None and plain:
        raise DisclosureError(f"{where}: dumps {_what(plain)} as plain text{_PUBLISH}")
    if html is not None and digest_of(html) not in shown:
        raise DisclosureError(f"{where}: shows text/html that did not pass the disclosure gate{_PUBLISH}")
    if html is not None and plain not in shown[digest_of(html)]:
        raise DisclosureError(f"{where}: carries plain text under something published\n  do      clear it")


def _what(text: str) -> str:
    return "a frame" if any(sign in text for sign in PRINTED_FRAME) else "something"
