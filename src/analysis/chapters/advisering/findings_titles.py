"""Titles of figures on the school advice where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.publish.alternative import found
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)

LOW = "laag"


def gaps(rows: pd.DataFrame) -> str:
    """Say who is under-advised more or less often; of low-educated parents alone where all estimates agree.

    One estimate that is measurable among others that lie on the same side is not picked out: that would read as if
    there were no gap in the others.
    """
    sign, values = found(rows)
    low = rows[rows["term"] == LOW].dropna(subset=["estimate", "ci_low", "ci_high"])
    others, _ = found(rows[rows["term"] != LOW])
    of_low, _ = found(low)
    side = 1 if (low["estimate"] > 0).all() else -1 if (low["estimate"] < 0).all() else 0
    if len(low) > 1 and side and of_low and not others:
        measurable = int((side * low["ci_low" if side > 0 else "ci_high"] > 0).sum())
        return say(
            "title_gaps_every_more" if side > 0 else "title_gaps_every_less",
            groups=len(low),
            measurable_groups=measurable,
        )
    return say(("title_gaps_none", "title_gaps_less", "title_gaps_more", "title_gaps_both")[sign], **values)


def schools(rows: pd.DataFrame, spread: pd.DataFrame) -> str:
    """Say how many groups of schools lie below or above the mean.

    Parameters
    ----------
    rows : The groups of schools that are drawn.
    spread : Of `models.between_schools.distribution`, gated: schools may differ where no group is known to.
    """
    sign, values = found(rows)
    values |= {"less_groups": int((rows["ci_high"] < 0).sum()), "more_groups": int((rows["ci_low"] > 0).sum())}
    if not sign and (spread.loc[spread["term"] == "sd between schools", "ci_low"] > 0).any():
        return say("title_schools_unknown")
    return say(("title_schools_none", "title_schools_less", "title_schools_more", "title_schools_both")[sign], **values)
