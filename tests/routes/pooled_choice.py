"""The conditional logit of school choice by a second route: all choosers pooled, a row per home and school.

Terms are laid out with pandas and fitted on rows; the chapter lays them out by formula and fits on factors.
"""

import numpy as np
import pandas as pd

from analysis.stats import conditional_logit
from analysis.stats.geography import great_circle_km
from analysis.topics.choice import DENOMINATIONS, LOG_OFFSET_KM, SHARE_UNIT, WEGING_UNIT

TERMS = (
    *("distance_km", "log_distance", "schoolweging", "schoolweging_x_nonwestern"),
    *(f"denomination_{name}" for name in DENOMINATIONS),
)


def pairwise_km(homes, schools):
    """Kilometres, one row per home and one column per school; both with ``lat`` and ``lon``."""
    lat, lon = (homes[name].to_numpy(float)[:, None] for name in ("lat", "lon"))
    distance = great_circle_km(lat, lon, schools["lat"].to_numpy(float)[None], schools["lon"].to_numpy(float)[None])
    return pd.DataFrame(distance, homes.index, schools.index)


def fit_pooled(by_pc4_school, column, by_school, by_pc4):
    """Fit the pupils of a column on the schools that at least one of them attends; return the terms and the result."""
    pupils = by_pc4_school.set_index(["pc4", "location"])[column]
    chosen = pupils[pupils > 0].sort_index()
    homes = by_pc4.loc[chosen.index.unique("pc4").sort_values()]
    schools = by_school.loc[chosen.index.unique("location").sort_values()]
    km = pairwise_km(homes, schools).to_numpy().ravel()
    weging = np.tile(schools["schoolweging"].to_numpy(float) / WEGING_UNIT, len(homes))
    share = np.repeat(homes["share_nonwestern"].to_numpy(float) / SHARE_UNIT, len(schools))
    of_school = [np.tile((schools["denomination"] == name).to_numpy(float), len(homes)) for name in DENOMINATIONS]
    columns = [km, np.log(km + LOG_OFFSET_KM), weging, weging * share, *of_school]
    index = pd.MultiIndex.from_product([homes.index, schools.index], names=["pc4", "location"])
    terms = pd.DataFrame(dict(zip(TERMS, columns, strict=True)), index)
    cluster = pd.Series(homes.index, homes.index)
    return terms, conditional_logit.fit(terms, chosen, grouped=True, cluster=cluster)


def probabilities(params, attributes, offset=None):
    """Probability that each situation chooses each alternative of its set, by the formula."""
    utility = np.exp(attributes @ pd.Series(params) + (0.0 if offset is None else offset))
    return utility / utility.groupby(level=0).transform("sum")
