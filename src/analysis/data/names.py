"""Names of schools and boards in the files that are read: no text that is published may hold one.

Readers take few columns of a file, and none with names. The process that reads remembers the values of such columns all
the same, so that the chapter can note them for the net.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from analysis.headers import NAME_COLUMN, PLACE_COLUMN

_seen: dict[str, dict[str, None]] = {"names": {}, "places": {}}


def remember(columns: Mapping[str, Iterable[object]]) -> None:
    """Remember the values of the columns of a file that name schools or boards, and where these are."""
    for column, values in columns.items():
        name = re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")
        for kind, pattern in (("names", NAME_COLUMN), ("places", PLACE_COLUMN)):
            if pattern.fullmatch(name):
                _seen[kind].update(dict.fromkeys(value.strip() for value in values if isinstance(value, str)))


def remember_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Remember the names in the rows of a delimited file."""
    named = [at for at, column in enumerate(header) if "naam" in column.lower() or "name" in column.lower()]
    remember({header[at]: [row[at] for row in rows] for at in named})


def remembered() -> dict[str, list[str]]:
    """Return the names that this process has read, and the places among them that are no schools."""
    return {kind: sorted(texts) for kind, texts in _seen.items()}
