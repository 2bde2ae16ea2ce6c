"""Which findings of this chapter are tests: where the p-value of each is among the estimates."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.publish.tested import PValueOf

TESTS: Mapping[str, PValueOf] = {
    "density": PValueOf({"model": "density", "term": "log2_density"}),
    "spread_of_schoolweging": PValueOf({"model": "density", "term": "sd_schoolweging"}),
}
