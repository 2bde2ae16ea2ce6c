r"""The model's mean distance per school against the published one, which knows where pupils really live.

Of school :math:`j`, with :math:`n_i` pupils in postcode :math:`i`, :math:`y_{ij}` of them at the school and
:math:`d_{ij}` the straight line from the postcode's point:

- *expected* by the model :math:`\sum_i n_i \hat P_{ij} d_{ij} / \sum_i n_i \hat P_{ij}`;
- *straight* line of its own pupils :math:`\sum_i y_{ij} d_{ij} / \sum_i y_{ij}`;
- *published*: the mean distance from the pupils' homes, of DUO.

What is between straight and published is not the model's: addresses instead of postcode points, pupils from other
municipalities, two years. What is between expected and straight is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from analysis.chapters.choice_by_municipality.models.estimation import Fitted
from analysis.chapters.choice_by_municipality.models.flows import URBANICITY, Municipality, urbanicity
from analysis.stats.bootstrap import times_drawn
from analysis.stats.conditional_logit.input import Floats
from analysis.stats.estimates import in_form

DISTANCES = ("expected", "straight", "published")

PAIRS = {
    "expected_published": ("expected", "published"),
    "straight_published": ("straight", "published"),
    "expected_straight": ("expected", "straight"),
}
"""Which two distances are correlated, by the name of the row."""


def by_school(fitted: Sequence[Fitted]) -> pd.DataFrame:
    """Tabulate the three distances of every school.

    Parameters
    ----------
    fitted : Of `estimation.estimate`.

    Returns
    -------
    DataFrame
        One row per school of a municipality with an estimate and with a published distance: ``municipality,
        urbanicity, pupils, expected, straight, published`` (km). It is never published.
    """
    return pd.concat(
        [_of_one(each.municipality, each.probability) for each in fitted if each.probability is not None],
        ignore_index=True,
    )


def _of_one(one: Municipality, probability: Floats) -> pd.DataFrame:
    demand = one.pupils.sum(axis=1, keepdims=True) * probability
    rows = pd.DataFrame(
        {
            "municipality": one.name,
            "density": one.of_mean_pupil("density"),
            "pupils": one.pupils.sum(axis=0),
            "expected": (demand * one.distance_km).sum(axis=0) / demand.sum(axis=0),
            "straight": (one.pupils * one.distance_km).sum(axis=0) / one.pupils.sum(axis=0),
            "published": one.schools["km"].to_numpy(float),
        }
    )
    known = rows.dropna(subset=["published"])
    return known.assign(urbanicity=urbanicity(known["density"])).drop(columns="density")


def means(schools: pd.DataFrame) -> pd.DataFrame:
    """Average the distances over pupils, per class of urbanicity and for all.

    Parameters
    ----------
    schools : Of `by_school`.

    Returns
    -------
    DataFrame
        ``urbanicity, schools, pupils, expected, straight, published`` (km, weighted by pupils) and
        ``published_to_straight``, their ratio.
    """
    groups = {"all": schools, **{name: schools[schools["urbanicity"] == name] for name in URBANICITY}}
    rows = [
        {
            "urbanicity": name,
            "schools": len(rows),
            "pupils": int(rows["pupils"].sum()),
            **{kind: np.average(rows[kind], weights=rows["pupils"]) for kind in DISTANCES},
        }
        for name, rows in groups.items()
        if len(rows)
    ]
    by_class = pd.DataFrame(rows)
    return by_class.assign(published_to_straight=by_class["published"] / by_class["straight"])


def correlations(schools: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    """Correlate the distances over schools, with intervals from drawing municipalities.

    Parameters
    ----------
    schools : Of `by_school`.
    draws : Bootstrap samples of municipalities, with all their schools: those of one municipality are alike.
    seed : The same seed gives the same intervals.

    Returns
    -------
    DataFrame
        Tidy estimates: per pair of `PAIRS` the correlation of logarithms (model ``log``) and of ranks (``rank``, ties
        in the middle). Percentile intervals; no p-value, because zero is no question here.
    """
    codes, names = pd.factorize(schools["municipality"])
    rng = np.random.default_rng(seed)
    # How often each municipality is drawn weighs all its schools.
    weights = times_drawn(len(names), draws, rng)[:, codes]
    rows = []
    for pair, (one, other) in PAIRS.items():
        values = schools[[one, other]].to_numpy(float)
        for model, scaled in {"log": np.log(values), "rank": rankdata(values, axis=0)}.items():
            x, y = scaled.T
            drawn = _correlation(x, y, weights)
            low, high = np.quantile(drawn, [0.025, 0.975])
            estimate = float(_correlation(x, y, np.ones((1, len(x))))[0])
            rows.append((model, pair, estimate, drawn.std(ddof=1), low, high))
    return in_form(
        pd.DataFrame(rows, columns=["model", "term", "estimate", "std_error", "ci_low", "ci_high"]),
        group="all",
        p_value=np.nan,
        n_obs=len(schools),
        n_clusters=len(names),
        unit="correlation",
    )


def _correlation(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Correlate with each row of weights: draws x schools."""
    total = weights.sum(axis=1)
    x, y = x - x.mean(), y - y.mean()
    mean_x, mean_y = weights @ x / total, weights @ y / total
    covariance = weights @ (x * y) / total - mean_x * mean_y
    return np.asarray(covariance / np.sqrt((weights @ x**2 / total - mean_x**2) * (weights @ y**2 / total - mean_y**2)))


def binned(schools: pd.DataFrame, bins: int) -> pd.DataFrame:
    """Average both distances over equally many schools, ordered by what the model expects.

    Parameters
    ----------
    schools, bins : Of `by_school`, and the number of bins.

    Returns
    -------
    DataFrame
        One row per bin: ``expected, published`` (means, km), ``low, high`` (a tenth of its schools is below and a tenth
        above, published) and ``schools``.
    """
    groups = schools.groupby(pd.qcut(schools["expected"].rank(method="first"), bins, labels=False))
    return pd.DataFrame(
        {
            "expected": groups["expected"].mean(),
            "published": groups["published"].mean(),
            "low": groups["published"].quantile(0.1),
            "high": groups["published"].quantile(0.9),
            "schools": groups.size(),
        }
    ).reset_index(drop=True)
