"""Which findings of this chapter are tests: where the p-value of each is among the estimates."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.publish.tested import PValueOf

TESTS: Mapping[str, PValueOf] = {
    **{
        f"{outcome}_{group}": PValueOf({"model": f"{outcome}_lpm_fe", "term": group, "controls": "mutual"})
        for outcome in ("under", "over")
        for group in ("laag", "nonwestern")
    },
    "measurement_error": PValueOf({"model": "under_iv", "term": "laag"}),
    "revised_gaps": PValueOf({"model": "revised_lpm_fe", "term": ("laag", "nonwestern"), "controls": "mutual"}),
}
