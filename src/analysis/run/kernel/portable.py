"""An executed notebook without traces of the machine that executed it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PICTURES = ("image/", "audio/", "video/", "application/pdf")
_NUMBERED = re.compile(r"ipykernel_\d+")


def forget_machine(executed: Path, places: Mapping[str, str]) -> None:
    """Replace absolute paths in an executed notebook, wherever they stand.

    Parameters
    ----------
    executed
        The notebook's file.
    places
        What to write for each folder, longest path first in effect: ``{"/home/me/project": "."}``.
    """
    notebook = json.loads(executed.read_text("utf8"))
    papermill = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if papermill.get(name):
            papermill[name] = Path(papermill[name]).name
    known = {path.rstrip(os.sep): name for path, name in places.items() if path.rstrip(os.sep)}
    text = json.dumps(_replaced(notebook, _pattern(known), known), indent=1, ensure_ascii=False)
    executed.write_text(text + "\n", "utf8")


def _pattern(places: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(places, key=len, reverse=True)
    return re.compile(rf"(?<![\w./~-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")


def _replaced(value: Any, pattern: re.Pattern[str], places: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return _NUMBERED.sub("ipykernel", pattern.sub(lambda found: places[found[0]], value))
    if isinstance(value, list):
        return [_replaced(item, pattern, places) for item in value]
    if isinstance(value, dict):
        return {
            name: item if name.startswith(_PICTURES) else _replaced(item, pattern, places)
            for name, item in value.items()
        }
    return value
