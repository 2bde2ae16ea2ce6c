"""Warnings of a run say where in our own code they came from: a library's file and line alone send nobody anywhere."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TextIO

from analysis.run.kernel.where import FROM

_PACKAGE = str(Path(__file__).parents[2])
_KERNEL = str(Path(__file__).parent)


def install() -> None:
    """Write warnings with the innermost line of our own code below them, from now on."""
    warnings.showwarning = _show


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,  # noqa: ARG001 - of the interface
) -> None:
    stream = file or sys.stderr
    own = _innermost()
    stream.write(f"{filename}:{lineno}: {category.__name__}: {message}\n")
    if own and own != f"{filename}:{lineno}":
        stream.write(f"{FROM}{own}\n")


def _innermost() -> str:
    frame = sys._getframe(1)
    while frame:
        name = frame.f_code.co_filename
        if name.startswith(_PACKAGE) and not name.startswith(_KERNEL):
            return f"{name}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return ""
