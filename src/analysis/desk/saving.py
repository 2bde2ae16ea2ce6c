"""What JupyterLab does when it saves a notebook: what cells show is written to scratch copies alone.

Of an edition on data of persons it is not written there either.
"""

from __future__ import annotations

from typing import Any

from analysis.desk.strip import without_outputs

KEEPS = "keeps_outputs"
NOTE = "staat"
"""Where in its metadata a scratch copy says what it is; no notebook of the project has it."""


def before_save(model: dict[str, Any], **_: object) -> None:
    """Strip a notebook that is about to be saved, unless it is a scratch copy that may keep what it shows."""
    notebook = model.get("content")
    if model.get("type") != "notebook" or not notebook or notebook.get("metadata", {}).get(NOTE, {}).get(KEEPS):
        return
    model["content"] = without_outputs(notebook)
