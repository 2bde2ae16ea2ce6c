"""Syntax trees of Python, made one at a time: 3.11 counts their depth over all threads, and gives up when two parse."""

from __future__ import annotations

import ast
from threading import Lock

PARSING = Lock()


def parsed(source: str | bytes) -> ast.Module:
    """Return the syntax tree of a module; SyntaxError or ValueError when it is not Python."""
    with PARSING:
        return ast.parse(source)


def expression(source: str) -> ast.expr:
    """Return the syntax tree of an expression; SyntaxError or ValueError when it is none."""
    with PARSING:
        return ast.parse(source, mode="eval").body
