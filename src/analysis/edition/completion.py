"""The names that a shell offers while a command is being typed. Answers wrong folders with nothing, never an error."""

from __future__ import annotations

import os
from pathlib import Path

from analysis.edition.chain import CHAIN
from analysis.edition.orders import params_editions
from analysis.errors import StaatError
from analysis.run.workspace import MANIFEST_FILE, OUTPUTS_VARIABLE, project_root


def editions(incomplete: str) -> list[str]:
    """Return the editions with a params file whose names begin so."""
    try:
        return [name for name in params_editions(project_root()) if name.startswith(incomplete)]
    except StaatError:
        return []


def published(incomplete: str) -> list[str]:
    """Return the published editions whose names begin so."""
    try:
        given = os.environ.get(OUTPUTS_VARIABLE)
        outputs = Path(given) if given else project_root() / "outputs"
    except StaatError:
        return []
    names = sorted(path.parent.name for path in outputs.glob(f"[!.]*/{MANIFEST_FILE}"))
    return [name for name in names if name.startswith(incomplete)]


def stems(incomplete: str) -> list[str]:
    """Return the stems of notebooks that begin so."""
    return [step.stem for step in CHAIN if step.stem.startswith(incomplete)]
