"""Titles of figures on teachers where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import sided
from analysis.publish.declared import sentences_beside
from analysis.topics.staffing.alts import between_ends

say = sentences_beside(__file__)


def by_risk(rows: pd.DataFrame) -> str:
    """Say whether the shortage in the last band of pupils at risk clearly is larger or smaller than in the first.

    Parameters
    ----------
    rows : ``outcome, year, category`` with intervals where there are.
    """
    last = rows[(rows["outcome"] == "mean_schools") & (rows["year"] == rows["year"].max())]
    pairs, bands = between_ends(last, "year")
    sign, _ = sided(pairs)
    if sign not in range(3):
        return say("title_risk_unknown")
    return say(("title_risk_none", "title_risk_less", "title_risk_more")[sign], **bands)
