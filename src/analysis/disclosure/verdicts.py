"""Rule by rule what became of something that was published: what an output checker reads before signing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.disclosure import CROSS, SUPPRESSED, Gated, Profile

Verdict = dict[str, Any]
"""``rule`` and ``verdict`` (passed, suppressed, not applicable, declared), with what supports it: ``limit``, the
``smallest`` published number, the number of withheld ``cells``."""

ALWAYS = ("identity", "extremes", "words")
"""Rules whose breach refuses a publication: what is published has passed them. So has it ``differencing``,
which is looked at once more when the edition is whole."""


def judged(gated: Gated, counted: Sequence[str], profile: Profile, *, totals: bool, picture: bool) -> list[Verdict]:
    """Return the verdicts on a table, or on a picture with its data.

    Parameters
    ----------
    gated
        What the gate let through.
    counted
        The columns that count; empty when nobody is counted, which the checker must then believe or look into.
    profile
        The rules.
    totals
        Whether totals of the rows are published too.
    picture
        Whether this is a figure: its points were compared with its data.
    """
    verdicts = [_passed(rule) for rule in (*ALWAYS, *(("picture",) if picture else ()))]
    if not counted:
        return [*verdicts, {"rule": "nobody", "verdict": "declared"}]
    verdicts += [_primary(gated, column, profile) for column in counted]
    verdicts += [_rounded(profile), _passed("differencing")]
    return [*verdicts, *_others(gated, totals=totals)]


def judged_sentence(unit: str, n: int, profile: Profile) -> list[Verdict]:
    """Return the verdicts on a sentence that rests on `n`, as published, of `unit`."""
    column = "schools" if unit == "schools" else "persons"
    limit = profile.threshold(column)
    told = {"rule": "smallest", "column": unit, "verdict": "passed", "limit": limit, "smallest": n}
    return [*(_passed(rule) for rule in ALWAYS), told, _rounded(profile)]


def _passed(rule: str) -> Verdict:
    return {"rule": rule, "verdict": "passed"}


def _primary(gated: Gated, column: str, profile: Profile) -> Verdict:
    few = int(gated.suppressed[column].astype(str).str.startswith("<").sum())
    told = pd.to_numeric(gated.frame[column], errors="coerce").dropna()
    positive = told[told > 0]
    return {
        "rule": "smallest",
        "column": column,
        "verdict": "suppressed" if few else "passed",
        "limit": profile.threshold(column),
        "smallest": int(positive.min()) if len(positive) else None,
        "cells": few,
    }


def _rounded(profile: Profile) -> Verdict:
    return {"rule": "rounding", "verdict": "passed" if profile.round_to > 1 else "off", "limit": profile.round_to}


def _others(gated: Gated, *, totals: bool) -> list[Verdict]:
    """Judge what was withheld because of other cells, sign by sign."""
    signs = pd.Series(gated.suppressed.drop(columns=SUPPRESSED, errors="ignore").to_numpy().ravel(), dtype=str)
    found = signs[(signs != "") & ~signs.str.startswith("<")].value_counts()
    crossed = int(found.get(CROSS, 0))
    verdicts: list[Verdict] = [
        {"rule": "others", "verdict": "suppressed" if crossed else "passed", "cells": crossed},
        {"rule": "totals", "verdict": "passed" if totals else "not applicable"},
    ]
    more = {str(sign): int(n) for sign, n in found.items() if sign != CROSS}
    return verdicts + [{"rule": sign, "verdict": "suppressed", "cells": n} for sign, n in sorted(more.items())]
