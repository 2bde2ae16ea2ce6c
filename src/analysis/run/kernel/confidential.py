"""What is shown of a notebook on data of persons: what passed the gate, and of errors no word that may be a value."""

from __future__ import annotations

import builtins
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis.errors import FEWEST, DisclosureError, InputError, ModelError, RegisterError, StaatError
from analysis.run.job import Job

ERRNO = re.compile(r"\[errno (\d+)\]", re.IGNORECASE)
NOT_SHOWN = "(what it says is not shown: it may hold a value of a person)"
HIDDEN = "(...)"
OWN = frozenset(kind.__name__ for kind in (StaatError, InputError, RegisterError, ModelError, DisclosureError))
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PLACES = re.compile(r"(?:File \S+?:\d+|Cell In\[\d+\], line \d+|In\[\d+\], line \d+)")
_PUBLISHED = re.compile(r"<published \w+ \w+>")
_WARNED = re.compile(r"^(\S+\.py):(\d+): (\w+Warning): ", re.MULTILINE)
_WORD = re.compile(r"\w+(?:[.,:/-]\w+)*")
_NAME = re.compile(r"[^\W\d]\w*")
_HIDDEN_WORDS = re.compile(rf"{re.escape(HIDDEN)}(?:[\s,;']+{re.escape(HIDDEN)})+")
_PACKAGE = Path(__file__).parents[2]
_MADE_UP = "synthetic"  # its lists of names are no words of messages


def without_values(content: Mapping[str, Any], job: Job) -> dict[str, Any]:
    """Return what an exception shows in a notebook on data of persons: its kind, where, and its words if they are ours.

    Ours are shown as far as they are words of the code or of the parameters: what else stands there came from the data.
    Those of others, such as a KeyError, are not shown, nor are the exceptions that ours came from.
    """
    name, said = str(content.get("ename")), str(content.get("evalue"))
    number = ERRNO.search(said)
    if name not in OWN:
        said = f"[Errno {number[1]}] {os.strerror(int(number[1]))}" if number else NOT_SHOWN
    elif name != RegisterError.__name__:
        said = words_of_code(said, job)
    lines = [_COLOURS.sub("", line) for line in content.get("traceback", ())]
    where = [place for line in lines for place in _PLACES.findall(line)]
    return {**content, "evalue": said, "traceback": [f"{name}: {said}", *where]}


def as_shown(kind: str, content: dict[str, Any], job: Job) -> dict[str, Any]:
    """Return of a message of a kernel what may be shown: nothing printed, warned or displayed that no gate let pass."""
    if kind == "error":
        return without_values(content, job)
    if kind == "stream":
        return {**content, "text": _where_warned(content) or f"{NOT_SHOWN}\n"}
    if "data" in content and not _PUBLISHED.fullmatch(str(content["data"].get("text/plain", ""))):
        return {**content, "data": {"text/plain": NOT_SHOWN}, "metadata": {}}
    return content


def _where_warned(content: Mapping[str, Any]) -> str:
    """Return of what was written to stderr the kinds of warnings, with file and line of code that exists."""
    if content.get("name") != "stderr":
        return ""
    found = [
        f"{file}:{line}: {kind}: {NOT_SHOWN}\n"
        for file, line, kind in _WARNED.findall(str(content.get("text")))
        if isinstance(known := getattr(builtins, kind, None), type) and issubclass(known, Warning) and _is_code(file)
    ]
    return "".join(found)


def _is_code(file: str) -> bool:
    """Return whether a file is one of a package: what a cell calls one may be a value."""
    path = Path(file)
    return (path.is_file() and path.is_relative_to(sys.prefix)) or (path.is_file() and "analysis" in path.parts)


def words_of_code(text: str, job: Job) -> str:
    """Return a text with the words that are neither in the code of the package nor in the parameters left out."""
    known = _vocabulary() | frozenset(_NAME.findall(str(dict(job.parameters)))) | {str(FEWEST)}

    def shown(word: re.Match[str]) -> str:
        parts = re.split(r"[.,:/-]", word[0])
        return word[0] if known.issuperset(parts) else HIDDEN

    return _HIDDEN_WORDS.sub(HIDDEN, _WORD.sub(shown, text))


@cache
def _vocabulary() -> frozenset[str]:
    """Return the names and words in the code of the package; no numbers, for these are counts and keys."""
    files = (path for path in sorted(_PACKAGE.rglob("*.py")) if _MADE_UP not in path.parts)
    return frozenset(word for path in files for word in _NAME.findall(path.read_text("utf8")))
