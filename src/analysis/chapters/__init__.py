"""The chapters, one folder each: parameters, models, charts, findings and words of one notebook.

A folder here is a chapter because it is here: nothing lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from analysis.declare import Declaration
from analysis.errors import StaatError


@cache
def chapters() -> Mapping[str, Declaration]:
    """Return every chapter by its stem, in the order of their notebooks.

    Raises
    ------
    StaatError
        When a folder and its notebook differ in name: one stem names everything.
    """
    found = {name: import_module(f"{__name__}.{name}").CHAPTER for _, name, _ in iter_modules(__path__)}
    for name, chapter in found.items():
        if chapter.stem != name:
            raise StaatError(f"chapters/{name}: its notebook is {chapter.notebook}; one stem names everything")
    return dict(sorted(found.items(), key=lambda item: item[1].notebook))
