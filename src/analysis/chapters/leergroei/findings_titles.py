"""Titles of figures on learning growth where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import found
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)


def growth(rows: pd.DataFrame) -> str:
    """Say in which groups growth fell or rose."""
    sign, values = found(rows)
    return say(("title_growth_none", "title_growth_less", "title_growth_more", "title_growth_both")[sign], **values)


def drop(rows: pd.DataFrame) -> str:
    """Say in which groups more or fewer pupils dropped a level."""
    sign, values = found(rows)
    return say(("title_drop_none", "title_drop_less", "title_drop_more", "title_drop_both")[sign], **values)


def closure(rows: pd.DataFrame) -> str:
    """Say of which groups of pupils the closure changed the growth."""
    sign, values = found(rows)
    return say(("title_closure_none", "title_closure_less", "title_closure_more", "title_closure_both")[sign], **values)
