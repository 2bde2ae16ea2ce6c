"""What chapters declare about what they show, as the facts of an edition have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.declare import Regressions


def regressions_of(facts: Mapping[str, Any], stem: str) -> list[Regressions]:
    """Return which models of a chapter's table ``estimates`` are regressions."""
    return [Regressions(*one) for one in facts.get("chapters", {}).get(stem, {}).get("regressions", ())]
