"""Titles of figures on school choice where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import found
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)


def travel(rows: pd.DataFrame) -> str:
    """Say who goes farther for what a school has, and who avoids it."""
    sign, values = found(rows)
    return say(("title_travel_none", "title_travel_less", "title_travel_more", "title_travel_both")[sign], **values)
