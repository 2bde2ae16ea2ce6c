"""The helper package of the notebooks: data, models, publication and the run system.

For who computes with results: ``analysis.open_edition("amsterdam-2020").table("school_choice/estimates")``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.results.edition import OpenedEdition

LOADED = time.time_ns()
"""When this process began to load the package: what was written since may have been loaded in either version."""


def open_edition(edition: str | Path, outputs: str | Path | None = None) -> OpenedEdition:
    """Open a published edition; see `analysis.results.edition.open_edition`."""
    from analysis.results.edition import open_edition as opened  # so that notebooks do not load what they do not use

    return opened(edition, outputs)
