"""Titles of figures on staffing where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.staffing.findings import BRIEF
from analysis.language import term
from analysis.publish.alternative import found, sided
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import listed
from analysis.topics.staffing.alts import between_ends, every, means_of_money
from analysis.topics.staffing.words import outcomes

say = sentences_beside(__file__)


def placebos(rows: pd.DataFrame) -> str:
    """Say whether runs without a toelage find an effect."""
    sign, values = found(rows)
    return say(
        ("title_placebos_none", "title_placebos_less", "title_placebos_more", "title_placebos_both")[sign], **values
    )


def robustness(rows: pd.DataFrame) -> str:
    """Say whether the effect on the outcome that is drawn depends on how it is estimated."""
    sign, values = found(rows)
    names = [term(BRIEF[name]) if name in BRIEF else outcomes()[name] for name in rows["outcome"].unique()]
    values["outcome"] = listed(names)
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


def by_weging(rows: pd.DataFrame) -> str:
    """Say in which regions the shortage clearly differs between the first and the last band of schoolweging.

    Parameters
    ----------
    rows : ``outcome, region, category`` with intervals where there are.
    """
    pairs, bands = between_ends(rows[rows["outcome"] == "mean_employment"], "region")
    sign, _ = sided(pairs)
    chosen = {"less": pairs["ci_high"] < 0, "more": pairs["ci_low"] > 0}
    regions = {
        name: listed([term(str(region)) for region in pairs.loc[which, "region"]]) for name, which in chosen.items()
    }
    return say(
        ("title_weging_none", "title_weging_less", "title_weging_more", "title_weging_both", "title_weging_unknown")[
            sign
        ],
        **bands,
        **regions,
    )


def money(points: pd.DataFrame, threshold: float) -> str:
    """Say how much money schools below and above the threshold have on average."""
    means = means_of_money(points, threshold)
    return say("title_money", **means) if means else say("title_money_unknown")
