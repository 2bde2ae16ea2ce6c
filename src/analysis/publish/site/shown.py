"""Which figure shows a finding: declared, because no name and no number tells it."""

from __future__ import annotations

FIGURE_OF: dict[str, dict[str, str]] = {}
"""Per chapter the figure beside each finding, by the beginning of the finding's name."""


def figure_of(stem: str, finding: str) -> str | None:
    """Return the name of the figure that shows a finding, if there is one."""
    by_name = FIGURE_OF.get(stem, {})
    return next((figure for start, figure in by_name.items() if finding.startswith(start)), None)
