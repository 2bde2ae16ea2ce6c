"""Titles of figures on learning growth where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import apart, found, sided
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


def expected(rows: pd.DataFrame) -> str:
    """Say where the intervals of observed growth and of that expected without a closure do not overlap."""
    sign, values = sided(apart(rows, "series", "expected", "closure", ["outcome", "category"]))
    return say(
        (
            "title_expected_none",
            "title_expected_less",
            "title_expected_more",
            "title_expected_both",
            "title_expected_unknown",
        )[sign],
        **values,
    )


def presence(rows: pd.DataFrame) -> str:
    """Say in which groups more or fewer pupils sat the test."""
    sign, values = sided(rows)
    return say(
        (
            "title_presence_none",
            "title_presence_less",
            "title_presence_more",
            "title_presence_both",
            "title_presence_unknown",
        )[sign],
        **values,
    )
