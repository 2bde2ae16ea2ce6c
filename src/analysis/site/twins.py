"""The same edition in the other language: where it is, and which of its pages is the twin of a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale

from analysis.run.workspace import MANIFEST_FILE


@dataclass(frozen=True)
class Twin:
    """An edition that is the same in another language.

    Parameters
    ----------
    edition : Its name, which is that of its folder.
    language : The code of its language.
    pages : The names of its pages beside the index, without their extension.
    """

    edition: str
    language: str
    pages: frozenset[str]

    @property
    def name(self) -> str:
        """What its language calls itself."""
        return str(Locale(self.language).get_language_name(self.language)).capitalize()

    def href(self, home: str, this: str) -> str:
        """Return the address of the twin of a page, from that page; of the twin's index where it has no such page.

        Parameters
        ----------
        home : The address of the page's own index.
        this : The name of the page.
        """
        page = f"html/{this}.html" if this in self.pages else "index.html"
        return f"{home.removesuffix('index.html')}../{self.edition}/{page}"


def twin_of(folder: Path, facts: Mapping[str, Any]) -> Twin | None:
    """Return the twin of an edition in a folder; None where it names none, or there is none in another language."""
    name = str(facts.get("also") or "")
    other = folder.parent / name
    with suppress(OSError, ValueError, LookupError):
        language = str(json.loads((other / MANIFEST_FILE).read_text("utf8"))["facts"]["language"]) if name else ""
        if language and language != facts.get("language"):
            return Twin(name, language, frozenset(page.stem for page in other.glob("html/*.html")))
    return None
