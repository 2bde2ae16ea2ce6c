r"""Where pupils are five years on, by cohort and education, and what a lower share at the first school is made of.

The share of a cohort at its first school is :math:`\sum_e \pi(e) p(e)`: of the education of its parents and of what
each education does. Of two cohorts :math:`\sum_e (\pi_1 - \pi_0) p_0` is the mix and the rest behaviour, or with the
roles of the cohorts changed; to weigh pupils of one cohort to the education of the other (DiNardo, Fortin and Lemieux,
1996) gives the same, education being all that they are weighed by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.chapters.city_forecast.models.series import Series
from analysis.stats.arrays import Floats
from analysis.stats.estimates import t_interval
from analysis.stats.fit import mean

SAME, LEFT = "same school", "left the city"
OUTCOMES = (SAME, "other school, same wijk", "other school and wijk", LEFT)
EDUCATIONS = ("laag", "middelbaar", "hoog", "onbekend")
MIX, BEHAVIOUR, ALL = "education", "behaviour", "later less earlier"
STEP, STARTERS = 5, slice(0, 2)
"""Years that a cohort is followed, and the ages that it starts at: 4 and 5."""
SMALL = 1e-5


def shares(by_pupil_retention: pd.DataFrame) -> pd.DataFrame:
    """Return where each cohort is five years on, with errors clustered by starting school.

    Returns
    -------
    DataFrame
        ``cohort_year, outcome, estimate, ci_low, ci_high, n_obs, n_clusters``.
    """
    rows = []
    for cohort, own in by_pupil_retention.groupby("cohort"):
        for outcome in OUTCOMES:
            found = mean((own["outcome"] == outcome).astype(float), own["location"]).estimates("stay", "", "share")
            rows.append(found.assign(cohort_year=cohort, outcome=outcome))
    columns = ["cohort_year", "outcome", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]
    return pd.concat(rows, ignore_index=True)[columns]


def effects(by_pupil_retention: pd.DataFrame) -> pd.DataFrame:
    """Estimate average marginal effects of cohort and education on each outcome: a multinomial logit.

    Parameters
    ----------
    by_pupil_retention : ``cohort, location, education, outcome``, a row per pupil.

    Returns
    -------
    DataFrame
        In the form of all estimates: ``group`` is the outcome, ``term`` a cohort (beside the first) or an education
        (beside `EDUCATIONS[0]`). Errors are clustered by starting school, by the delta method.
    """
    rows = by_pupil_retention
    cohorts = sorted(int(cohort) for cohort in rows["cohort"].unique())
    known = [name for name in EDUCATIONS if (rows["education"] == name).any()]
    cells = [(rows["cohort"] == cohort, f"cohort {cohort}") for cohort in cohorts[1:]]
    cells += [(rows["education"] == name, name) for name in known[1:]]
    X = np.column_stack([np.ones(len(rows)), *(flag.to_numpy(float) for flag, _ in cells)])
    outcome = pd.Categorical(rows["outcome"], OUTCOMES).codes
    group = pd.factorize(rows["location"])[0]
    fitted = sm.MNLogit(outcome, X).fit(disp=False, cov_type="cluster", cov_kwds={"groups": group})
    theta = np.asarray(fitted.params).ravel(order="F")
    unique: Floats
    unique, times = np.unique(X, axis=0, return_counts=True)
    weight = times.astype(float) / len(X)
    blocks = [range(1, len(cohorts)), range(len(cohorts), len(cells) + 1)]
    parts = [
        _effect(theta, np.asarray(fitted.cov_params()), unique, weight, column, block)
        for block in blocks
        for column in block
    ]
    table = pd.DataFrame(
        [
            {"model": "stay_ame", "group": outcome, "term": name, "estimate": value[k], "std_error": error[k]}
            for (value, error), (_, name) in zip(parts, cells, strict=True)
            for k, outcome in enumerate(OUTCOMES)
        ]
    )
    n = int(group.max()) + 1
    ends = t_interval(table["estimate"], table["std_error"], n)
    return table.assign(**ends, n_obs=len(rows), n_clusters=n, unit="probability")


def _probability(theta: Floats, X: Floats) -> Floats:
    logits = np.column_stack([np.zeros(len(X)), X @ theta.reshape(X.shape[1], -1, order="F")])
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probability: Floats = odds / odds.sum(axis=1, keepdims=True)
    return probability


def _effect(
    theta: Floats, covariance: Floats, X: Floats, weight: Floats, column: int, block: Sequence[int]
) -> tuple[Floats, Floats]:
    """Return by outcome the mean effect of one value of a factor beside its first, and the error of that."""
    without, with_ = X.copy(), X.copy()
    without[:, list(block)] = 0.0
    with_[:, list(block)] = 0.0
    with_[:, column] = 1.0

    def at(point: Floats) -> Floats:
        return weight @ (_probability(point, with_) - _probability(point, without))

    steps = SMALL * np.eye(len(theta))
    slope = np.array([(at(theta + step) - at(theta - step)) / (2 * SMALL) for step in steps])
    return at(theta), np.sqrt(np.einsum("ik,ij,jk->k", slope, covariance, slope))


def decomposition(
    by_pupil_retention: pd.DataFrame, cohorts: tuple[int, int], draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Split the difference of two cohorts' shares at their first school in education and behaviour, in both orders.

    Parameters
    ----------
    by_pupil_retention : ``cohort, location, education, outcome``, a row per pupil.
    cohorts : The earlier and the later.
    draws, rng : Of a bootstrap of starting schools.

    Returns
    -------
    DataFrame
        ``order`` (``education first`` or ``behaviour first``; empty for the difference), ``part`` (`MIX`, `BEHAVIOUR`,
        `ALL`), ``estimate, ci_low, ci_high`` (quantiles of the bootstrap), ``n_obs, n_clusters``.
    """
    rows = by_pupil_retention[by_pupil_retention["cohort"].isin(cohorts)]
    counts = _counts(rows, cohorts)
    schools = len(counts)
    drawn = rng.multinomial(schools, np.full(schools, 1 / schools), size=draws).astype(float)
    point, spread = (_parts(np.tensordot(w, counts, axes=(1, 0))) for w in (np.ones((1, schools)), drawn))
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)
    names = [("education first", MIX), ("education first", BEHAVIOUR)]
    names += [("behaviour first", MIX), ("behaviour first", BEHAVIOUR), ("", ALL)]
    table = pd.DataFrame(names, columns=["order", "part"])
    return table.assign(estimate=point[0], ci_low=low, ci_high=high, n_obs=len(rows), n_clusters=schools)


def _counts(rows: pd.DataFrame, cohorts: tuple[int, int]) -> Floats:
    """Count pupils and those at their first school: shape (schools, cohorts, educations, 2)."""
    school, names = pd.factorize(rows["location"])
    counts = np.zeros((len(names), 2, len(EDUCATIONS), 2))
    at = (school, pd.Categorical(rows["cohort"], cohorts).codes, pd.Categorical(rows["education"], EDUCATIONS).codes)
    np.add.at(counts[..., 0], at, 1)
    np.add.at(counts[..., 1], at, (rows["outcome"] == SAME).to_numpy(float))
    return counts


def _parts(counts: Floats) -> Floats:
    """Return the parts of the difference, shape (draws, 5), from counts of shape (draws, cohorts, educations, 2)."""
    n, stayed = counts[..., 0], counts[..., 1]
    share = n / n.sum(axis=2, keepdims=True)
    p = stayed / np.maximum(n, 1)
    mix = [((share[:, 1] - share[:, 0]) * p[:, cohort]).sum(axis=1) for cohort in (0, 1)]
    behaviour = [(share[:, cohort] * (p[:, 1] - p[:, 0])).sum(axis=1) for cohort in (1, 0)]
    return np.column_stack([mix[0], behaviour[0], mix[1], behaviour[1], mix[0] + behaviour[0]])


def net_and_gross(data: Series, stayed: pd.DataFrame) -> pd.DataFrame:
    """Set what became of a cohort, net, beside the shares that truly stayed: one tells little of the other.

    Parameters
    ----------
    data : Counts by age.
    stayed : Of `shares`.

    Returns
    -------
    DataFrame
        Per cohort whose years are counted ``cohort_year, pupils_before`` (aged 4 and 5), ``pupils_after, ratio``, and
        of the ``n_obs`` pupils who are followed the shares ``still_here, same_school``.
    """
    pupils = data.pupils.sum(axis=0)
    wide = stayed.pivot_table(index="cohort_year", columns="outcome", values="estimate")
    rows = []
    for cohort, share in wide.iterrows():
        if cohort in data.years and cohort + STEP in data.years:
            at = data.years.index(cohort)
            before = int(pupils[STARTERS, at].sum())
            after = int(pupils[STARTERS.start + STEP : STARTERS.stop + STEP, at + STEP].sum())
            counts = {"cohort_year": cohort, "pupils_before": before, "pupils_after": after, "ratio": after / before}
            followed = int(stayed.loc[stayed["cohort_year"] == cohort, "n_obs"].iloc[0])
            rows.append({**counts, "n_obs": followed, "still_here": 1 - share[LEFT], "same_school": share[SAME]})
    return pd.DataFrame(rows)
