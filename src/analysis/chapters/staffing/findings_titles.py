"""Titles of figures on staffing where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import found
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import listed
from analysis.topics.staffing.alts import every
from analysis.topics.staffing.words import outcomes

say = sentences_beside(__file__)


def placebos(rows: pd.DataFrame) -> str:
    """Say whether runs without a toelage find an effect."""
    sign, values = found(rows)
    return say(
        ("title_placebos_none", "title_placebos_less", "title_placebos_more", "title_placebos_both")[sign], **values
    )


def robustness(rows: pd.DataFrame) -> str:
    """Say whether the effect depends on how it is estimated."""
    sign, values = found(rows)
    return say(
        ("title_robustness_none", "title_robustness_less", "title_robustness_more", "title_robustness_both")[sign],
        **values,
    )


def events(estimates: pd.DataFrame, start: int) -> str:
    """Say which outcomes lie on one side of zero in every year since the start."""
    since = estimates[estimates["year"] >= start]
    signs = {str(name): every(rows) for name, rows in since.groupby("outcome", sort=False)}
    less, more = ([outcomes()[name] for name, sign in signs.items() if sign == way] for way in (-1, 1))
    return say(
        ("title_events_none", "title_events_less", "title_events_more", "title_events_both")[
            bool(less) + 2 * bool(more)
        ],
        less=listed(less),
        more=listed(more),
    )
