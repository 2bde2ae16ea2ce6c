"""Rule by rule what became of something that was published: what an output checker reads before signing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.disclosure import CROSS, SUPPRESSED, Gated, Profile
from analysis.disclosure.profiles import counted_as

Verdict = dict[str, Any]
"""``rule`` and ``verdict`` (passed, suppressed, not applicable, declared), with what supports it: ``limit``, the
``smallest`` published number, the number of withheld ``cells``."""

ALWAYS = ("identity", "extremes", "words")
"""Rules whose breach refuses a publication: what is published has passed them. So has it ``differencing``,
which is looked at once more when the edition is whole."""


def judged(gated: Gated, counted: Sequence[str], profile: Profile, *, totals: bool, picture: bool) -> list[Verdict]:
    """Return the verdicts on a table, or on a picture whose points were compared with its data.

    `counted` are the columns that count; where there are none the checker must believe that, or look into it. `totals`
    is whether totals of the rows are published too.
    """
    verdicts = [_passed(rule) for rule in (*ALWAYS, *(("picture",) if picture else ()))]
    profile = profile.on(counted)
    if not counted:
        return [*verdicts, {"rule": "nobody", "verdict": "declared"}]
    verdicts += [_primary(gated, column, profile) for column in counted]
    verdicts += [_rounded(profile), _passed("differencing")]
    return [*verdicts, *_others(gated, totals=totals)]


def judged_sentence(unit: str, n: int, profile: Profile) -> list[Verdict]:
    """Return the verdicts on a sentence that rests on `n`, as published, of `unit`."""
    column = counted_as(unit)
    limit = profile.on([column]).threshold(column)
    smallest = {"rule": "smallest", "column": unit, "verdict": "passed", "limit": limit, "smallest": n}
    return [*(_passed(rule) for rule in ALWAYS), smallest, _rounded(profile)]


def _passed(rule: str) -> Verdict:
    return {"rule": rule, "verdict": "passed"}


def _primary(gated: Gated, column: str, profile: Profile) -> Verdict:
    few = int(gated.suppressed[column].astype(str).str.startswith("<").sum())
    published = pd.to_numeric(gated.frame[column], errors="coerce").dropna()
    positive = published[published > 0]
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
    by_sign = signs[(signs != "") & ~signs.str.startswith("<")].value_counts()
    crossed = int(by_sign.get(CROSS, 0))
    verdicts: list[Verdict] = [
        {"rule": "others", "verdict": "suppressed" if crossed else "passed", "cells": crossed},
        {"rule": "totals", "verdict": "passed" if totals else "not applicable"},
    ]
    more = {str(sign): int(n) for sign, n in by_sign.items() if sign != CROSS}
    return verdicts + [{"rule": sign, "verdict": "suppressed", "cells": n} for sign, n in sorted(more.items())]
