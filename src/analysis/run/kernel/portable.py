"""An executed notebook without traces of the machine that executed it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.run.machine import spellings

_PICTURES = ("image/", "audio/", "video/", "application/pdf")
_NUMBERED = re.compile(r"ipykernel_\d+")


def forget_machine(executed: Path, folders: Mapping[str, str]) -> None:
    """Replace absolute paths in an executed notebook, wherever they are: ``{"/home/me/project": "."}``."""
    notebook = json.loads(executed.read_text("utf8"))
    papermill = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if papermill.get(name):
            papermill[name] = Path(papermill[name]).name
    whole = {path.rstrip(os.sep): name for path, name in folders.items() if path.rstrip(os.sep)}
    known = {text: name for path, name in whole.items() for text in spellings(path)}
    text = json.dumps(_replaced(notebook, _pattern(known), known), indent=1, ensure_ascii=False)
    executed.write_text(text + "\n", "utf8", newline="\n")


def _pattern(folders: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(folders, key=len, reverse=True)
    return re.compile(rf"(?<![\w./~-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")


def _replaced(value: Any, pattern: re.Pattern[str], folders: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return _NUMBERED.sub("ipykernel", pattern.sub(lambda path: folders[path[0]], value))
    if isinstance(value, list):
        return [_replaced(item, pattern, folders) for item in value]
    if isinstance(value, dict):
        return {
            name: item if name.startswith(_PICTURES) else _replaced(item, pattern, folders)
            for name, item in value.items()
        }
    return value
