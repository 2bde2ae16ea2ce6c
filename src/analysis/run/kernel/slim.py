"""What every import of papermill or nbconvert would pay for, and nothing of ours uses."""

from __future__ import annotations

import sys


def refuse_grammar() -> None:
    """Keep jsonschema from building a grammar of addresses, in 2 s, for formats that no notebook's schema has.

    It looks for several packages that could check such formats, and goes on without when there is none. Call this
    before papermill, nbformat or nbconvert is imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how an import is refused
