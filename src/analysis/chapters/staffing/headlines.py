"""Titles of figures on staffing that no finding names, from sign and interval of what is drawn."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.publish.alternative import headline
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import listed
from analysis.topics.staffing.alts import every
from analysis.topics.staffing.words import outcomes

say = sentences_beside(__file__)
placebos = partial(headline, say=say, stem="title_placebos")
robustness = partial(headline, say=say, stem="title_robustness")


def events(estimates: pd.DataFrame, start: int) -> str:
    """Say which outcomes lie on one side of zero in every year since the start."""
    since = estimates[estimates["year"] >= start]
    signs = {str(name): every(rows) for name, rows in since.groupby("outcome", sort=False)}
    more, less = ([outcomes()[name] for name, sign in signs.items() if sign == way] for way in (1, -1))
    kind = {(False, False): "none", (True, False): "more", (False, True): "less"}.get((bool(more), bool(less)), "both")
    return say(f"title_events_{kind}", more=listed(more), less=listed(less))
