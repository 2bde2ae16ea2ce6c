"""Which findings of this chapter are tests: where the p-value of each is among the estimates."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.publish.tested import PValueOf

TESTS: Mapping[str, PValueOf] = {
    **{
        f"weging_{nth}": PValueOf({"model": "school_level", "term": "weging", "controls": "mutual"}, nth)
        for nth in range(2)
    },
    **{f"no_test_{nth}": PValueOf({"model": "school_level_within", "term": "no_test"}, nth) for nth in range(2)},
}
