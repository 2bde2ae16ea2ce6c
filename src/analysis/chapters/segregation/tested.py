"""Which findings of this chapter are tests: where the p-value of each is among the estimates."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.publish.tested import PValueOf

APART = {"term": "dissimilarity_corrected_now"}

TESTS: Mapping[str, PValueOf] = {
    "dissimilarity": PValueOf(APART),
    **{
        f"dissimilarity_{name}": PValueOf(APART | {"group": name})
        for name in ("laag", "turkish", "moroccan", "surinamese")
    },
    **{
        f"isolation_{name}": PValueOf({"term": "isolation_now", "group": name})
        for name in ("hoog", "laag", "moroccan", "turkish")
    },
}
