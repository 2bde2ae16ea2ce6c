r"""How much schools differ in under-advice after what their pupils bring, apart from luck (empirical Bayes).

With :math:`r_j` the mean at school :math:`j` of under-advice minus what pupils like its own show elsewhere and
:math:`v_j` its sampling variance, :math:`r_j \sim N(\mu, \tau^2 + v_j)`. The standard deviation between schools is
:math:`\tau`; a school's own effect given its pupils has mean :math:`\mu + w_j (r_j - \mu)` and variance
:math:`w_j v_j`, with :math:`w_j = \tau^2 / (\tau^2 + v_j)` (Morris, 1983).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.random_effects import fit_effect_distribution

FEWEST_PUPILS = 10
MODEL = "school_spread"
INTAKE = ("education", "background", "income", "one_parent", "sex")


def after_intake(pupils: pd.DataFrame) -> pd.DataFrame:
    """Compute each school's under-advice after test advice, year and intake; never to be published by school.

    Parameters
    ----------
    pupils
        As `definitions.define` returns them; those without a test are left out. The effects of those of
        `INTAKE` that are there are taken out, and those of test advice by year.

    Returns
    -------
    DataFrame
        Indexed by location: ``effect`` (share of pupils), ``variance`` (of sampling), ``pupils``; of schools with at
        least `FEWEST_PUPILS`. The variance of pupils within a school is taken to be the same at all of them.

    Raises
    ------
    ModelError
        If fewer than three schools have that many pupils.
    """
    known = pupils[pupils["under"].notna()]
    intake = [name for name in INTAKE if name in known]
    check_complete(known, ["location", "test_advice", "year", *intake], MODEL)
    dummies = [pd.get_dummies(known[name].astype(str), drop_first=True, dtype=float, prefix=name) for name in intake]
    numbers = pd.concat([known["under"], *dummies], axis=1)
    within = numbers - numbers.groupby([known["test_advice"], known["year"]]).transform("mean")
    y, X = within["under"].to_numpy(), within.drop(columns="under").to_numpy()
    # Normal equations: least squares on the pupils themselves would copy a matrix of a million rows.
    left = pd.Series(y - X @ np.linalg.lstsq(X.T @ X, X.T @ y)[0], index=known.index)
    schools = left.groupby(known["location"]).agg(["mean", "var", "size"])
    schools = schools[schools["size"] >= FEWEST_PUPILS]
    if len(schools) < 3:
        raise ModelError(
            f"differences between schools: fewer than three have {FEWEST_PUPILS} pupils with a test", Reason.TOO_FEW
        )
    pooled = float((schools["var"] * (schools["size"] - 1)).sum() / (schools["size"] - 1).sum())
    return pd.DataFrame({"effect": schools["mean"], "variance": pooled / schools["size"], "pupils": schools["size"]})


def distribution(schools: pd.DataFrame) -> pd.DataFrame:
    """Estimate how schools differ; see `analysis.stats.random_effects`.

    Parameters
    ----------
    schools : as `after_intake` returns them

    Returns
    -------
    DataFrame
        Tidy estimates: ``sd between schools`` and the lowest and highest tenth of schools, as the fitted normal
        distribution puts them and not any school. Tenths have no interval of their own.
    """
    effect, variance = schools["effect"].to_numpy(float), schools["variance"].to_numpy(float)
    fit = fit_effect_distribution(effect, variance)
    rows = pd.DataFrame(
        {
            "term": ["sd between schools", "lowest tenth of schools", "highest tenth of schools"],
            "estimate": [fit.sd, *fit.tenths],
            "ci_low": [fit.sd_low, np.nan, np.nan],
            "ci_high": [fit.sd_high, np.nan, np.nan],
        }
    )
    counts = {"n_obs": int(schools["pupils"].sum()), "n_clusters": len(schools)}
    return in_form(rows, model=MODEL, group="all", std_error=np.nan, p_value=np.nan, unit="share of pupils", **counts)


def caterpillar(schools: pd.DataFrame, points: int, fewest: int) -> pd.DataFrame:
    """Shrink the schools' effects, and average them in runs of neighbours in order, so that none can be named.

    Parameters
    ----------
    schools : as `after_intake` returns them
    points : about how many runs
    fewest : fewest schools in a run

    Returns
    -------
    DataFrame
        One row per run, the lowest first: ``place, estimate`` (mean of the shrunken effects, minus that of all),
        ``ci_low, ci_high`` (means of the schools' 95% limits), ``schools, pupils``. What is left of the last run joins
        the run before it.
    """
    effect, variance = schools["effect"].to_numpy(float), schools["variance"].to_numpy(float)
    fit = fit_effect_distribution(effect, variance)
    weight, mean = fit.sd**2 / (fit.sd**2 + variance), fit.mean
    half = norm.ppf(0.975) * np.sqrt(weight * variance)
    shrunk = pd.DataFrame({"estimate": weight * (effect - mean), "half": half, "pupils": schools["pupils"].to_numpy()})
    ordered = shrunk.sort_values("estimate", ignore_index=True)
    size = max(fewest, round(len(ordered) / points))
    run = np.minimum(np.arange(len(ordered)) // size, max(len(ordered) // size - 1, 0))
    runs = ordered.assign(ci_low=ordered["estimate"] - ordered["half"], ci_high=ordered["estimate"] + ordered["half"])
    means = runs.groupby(run)[["estimate", "ci_low", "ci_high"]].mean()
    counts = runs.groupby(run)["pupils"].agg(schools="size", pupils="sum")
    return pd.concat([means, counts], axis=1).rename_axis("place").reset_index()
