"""Titles of figures on the school advice where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import found
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)


def gaps(rows: pd.DataFrame) -> str:
    """Say who is under-advised more or less often."""
    sign, values = found(rows)
    return say(("title_gaps_none", "title_gaps_less", "title_gaps_more", "title_gaps_both")[sign], **values)


def schools(rows: pd.DataFrame) -> str:
    """Say how many groups of schools lie below or above the mean."""
    sign, values = found(rows)
    return say(("title_schools_none", "title_schools_less", "title_schools_more", "title_schools_both")[sign], **values)
