"""Predict the last years of a school by its first ones, as they are or drawn towards the mean of all.

The table of Efron and Morris (1975) on baseball, with Dutch schools.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.school_differences.models.exams import SCHOOLS
from analysis.chapters.school_differences.models.levels import LEVELS
from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed import Counts, fit_one_term, posterior
from analysis.stats.estimates import in_form, t_interval
from analysis.stats.splines import natural_spline

PREDICTORS = ("mean of all", "raw share", "shrunken", "shrunken, by size")
SIZES = ("smallest third", "middle third", "largest third")
RAW = "raw share"
DF = 2
ALL = "all levels"


def predicted(by_school_exam: pd.DataFrame, hold_out: int) -> pd.DataFrame:
    """Predict the share of the last years from the earlier ones, school by school.

    Parameters
    ----------
    by_school_exam : As its contract says.
    hold_out : Last years, that the earlier ones predict.

    Returns
    -------
    DataFrame
        One row per school, level and predictor: ``location, level, size, predictor, candidates`` (of the last years),
        ``square`` (squared error of the predicted share) and ``log_score`` (minus the log-likelihood of a candidate).
        Schools without candidates in either part are left out.
    """
    last = by_school_exam["year"] > by_school_exam["year"].max() - hold_out
    keys = ["level", "location"]
    sums = [
        rows.groupby(keys)[["candidates", "passed"]].sum() for rows in (by_school_exam[~last], by_school_exam[last])
    ]
    both = sums[0].add_suffix("_first").join(sums[1], how="inner").reset_index()
    return pd.concat(
        [_of_level(both[both["level"] == level]) for level in LEVELS if (both["level"] == level).sum() >= SCHOOLS]
    )


def _of_level(rows: pd.DataFrame) -> pd.DataFrame:
    n, y = (rows[f"{name}_first"].to_numpy(float) for name in ("candidates", "passed"))
    third = np.digitize(n, np.quantile(n, [1 / 3, 2 / 3]))
    shares = {
        "mean of all": np.full(len(n), y.sum() / n.sum()),
        "raw share": y / n,
        "shrunken": _shrunken(n, y, np.ones((len(n), 1))),
        "shrunken, by size": _shrunken(n, y, natural_spline(np.log(n), DF)),
    }
    came = rows["passed"].to_numpy(float) / rows["candidates"].to_numpy(float)
    parts = []
    for predictor, share in shares.items():
        inside = (share * n + 0.5) / (n + 1) if predictor == RAW else share  # none and all would score infinitely
        score = -(came * np.log(inside) + (1 - came) * np.log1p(-inside))
        parts.append(
            rows[["location", "level", "candidates"]].assign(
                size=np.array(SIZES)[third], predictor=predictor, square=np.square(share - came), log_score=score
            )
        )
    return pd.concat(parts)


def _shrunken(n: Floats, y: Floats, X: Floats) -> Floats:
    counts = Counts.known(n, y)
    fit = fit_one_term(counts, X, np.arange(len(n)))
    return posterior(counts, X @ fit.beta, max(fit.tau, 1e-3)).mean


def contest(by_prediction: pd.DataFrame) -> pd.DataFrame:
    """Return the errors of every predictor by level and size, weighted by candidates.

    Parameters
    ----------
    by_prediction : Of `predicted`.

    Returns
    -------
    DataFrame
        ``level, size, predictor, error`` (root of the mean squared error, a share), ``log_score, schools, pupils``.
    """
    weighted = by_prediction.assign(
        square=by_prediction["square"] * by_prediction["candidates"],
        log_score=by_prediction["log_score"] * by_prediction["candidates"],
    )
    sums = weighted.groupby(["level", "size", "predictor"]).agg(
        square=("square", "sum"),
        log_score=("log_score", "sum"),
        schools=("location", "size"),
        pupils=("candidates", "sum"),
    )
    order = pd.MultiIndex.from_product([LEVELS, SIZES, PREDICTORS], names=sums.index.names)
    sums = sums.reindex(order).dropna(subset="schools").astype({"schools": int, "pupils": int})
    error, score = np.sqrt(sums["square"] / sums["pupils"]), sums["log_score"] / sums["pupils"]
    return sums.assign(error=error, log_score=score).reset_index()[
        ["level", "size", "predictor", "error", "log_score", "schools", "pupils"]
    ]


def gains(by_prediction: pd.DataFrame) -> pd.DataFrame:
    r"""Return how much smaller the squared error of each predictor is than that of the raw share.

    Parameters
    ----------
    by_prediction : Of `predicted`.

    Returns
    -------
    DataFrame
        Estimates, per level and of all: ``term`` is the predictor, the estimate
        :math:`1 - \sum w e^2 / \sum w e^2_{raw}`, its error clustered by school; ``n_obs`` counts candidates.
    """
    keys = ["level", "location"]
    wide = by_prediction.pivot_table(index=keys, columns="predictor", values="square")
    weight = by_prediction[by_prediction["predictor"] == RAW].set_index(keys)["candidates"].reindex(wide.index)
    rows = []
    for group in (*dict.fromkeys(wide.index.get_level_values("level")), ALL):
        inside = slice(None) if group == ALL else wide.index.get_level_values("level") == group
        part, w = wide[inside], weight[inside]
        others = (name for name in PREDICTORS if name != RAW)
        rows += [{"group": group, "term": name, **_gain(part[name], part[RAW], w)} for name in others]
    table = pd.DataFrame(rows)
    ends = t_interval(table["estimate"], table["std_error"], table["n_clusters"])
    return in_form(table.assign(**ends), model="errors of predictions", unit="share of squared error")


def _gain(error: pd.Series, raw: pd.Series, weight: pd.Series) -> dict[str, float]:
    """Return one minus a ratio of sums, with its error by linearisation over schools."""
    total = float((weight * raw).sum())
    ratio = float((weight * error).sum()) / total
    by_school = (weight * (error - ratio * raw)).groupby(level="location").sum() / total
    schools = len(by_school)
    variance = schools / (schools - 1) * float(np.square(by_school).sum())
    counts = {"n_obs": int(weight.sum()), "n_clusters": schools}
    return {"estimate": 1 - ratio, "std_error": variance**0.5, **counts}
