"""Which findings of this chapter are tests: where the p-value of each is among the estimates."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.publish.tested import PValueOf

SUBJECTS = ("lezen", "rekenen", "dmt")

TESTS: Mapping[str, PValueOf] = {
    **{
        f"growth_{name}": PValueOf({"model": "ois_standardised", "by": "", "term": "closure", "outcome": name})
        for name in SUBJECTS
    },
    "shortage": PValueOf({"model": "ois_shortage", "by": ""}),
    "pnas": PValueOf({"model": "pnas_overall", "term": "closure", "outcome": "composite"}),
    "education": PValueOf({"model": "pnas_ses", "term": "difference", "outcome": "composite"}),
}
