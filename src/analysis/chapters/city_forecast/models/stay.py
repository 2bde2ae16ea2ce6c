r"""Where pupils are five years on, by cohort and education, and what a lower share at the first school is made of.

The share of a cohort at its first school is :math:`\sum_e \pi(e) p(e)`: of the education of its parents and of what
each education does. Of two cohorts :math:`\sum_e (\pi_1 - \pi_0) p_0` is the mix and the rest behaviour, or with the
roles of the cohorts changed; to weigh pupils of one cohort to the education of the other (DiNardo, Fortin and Lemieux,
1996) gives the same, education being all that they are weighed by.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from analysis.chapters.city_forecast.models.series import Series
from analysis.codes import FIVE_YEARS_ON
from analysis.errors import InputError, ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.estimates import in_form, t_interval, with_reasons
from analysis.stats.fit import mean
from analysis.stats.shares import share_interval

OUTCOMES = FIVE_YEARS_ON
SAME, LEFT = OUTCOMES[0], OUTCOMES[-1]
EDUCATIONS = ("laag", "middelbaar", "hoog", "onbekend")
MIX, BEHAVIOUR, ALL = "education", "behaviour", "later less earlier"
STEP, STARTERS = 5, slice(0, 2)
"""Years that a cohort is followed, and the ages that it starts at: 4 and 5."""
SMALL, STEPS = 1e-5, 100


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
    table = pd.concat(rows, ignore_index=True)
    low, high = share_interval(table["estimate"], table["std_error"], table["n_clusters"])
    return table.assign(ci_low=low, ci_high=high)[columns]


def effects(by_pupil_retention: pd.DataFrame) -> pd.DataFrame:
    """Estimate average marginal effects of cohort and education on each outcome: a multinomial logit.

    Parameters
    ----------
    by_pupil_retention : ``cohort, location, education, outcome``, a row per pupil.

    Returns
    -------
    DataFrame
        In the form of all estimates: ``group`` is the outcome, ``term`` a cohort (beside the first) or an education
        (beside `EDUCATIONS[0]`; without pupils of it there is none). Errors are clustered by starting school, by the
        delta method; ``n_least`` is the smallest number with or without the outcome of those who are compared.
        Where the data do not determine them, ``reason``.
    """
    rows = by_pupil_retention
    cohorts, terms = _terms(rows)
    groups = [name for name in OUTCOMES if (rows["outcome"] == name).any()]
    school = pd.factorize(rows["location"])[0]
    n = int(school.max()) + 1
    names = [(group, name) for name in terms for group in groups]
    table = pd.DataFrame(names, columns=["group", "term"]).assign(estimate=np.nan, std_error=np.nan, reason="")
    if len(names):
        try:
            value, error = _effects(rows, groups, terms, cohorts, school)
            table = table.assign(estimate=value, std_error=error)
        except ModelError as why:
            why.raise_unless_of_the_data()
            table = table.assign(reason=why.reason.value)
    ends = t_interval(table["estimate"], table["std_error"], n)
    same = {"n_obs": len(rows), "n_clusters": n}
    table = table.assign(n_least=[_fewest(rows, group, terms[name], name) for group, name in names])
    return with_reasons(in_form(table.assign(**ends), model="stay_ame", unit="probability", **same))


def _terms(rows: pd.DataFrame) -> tuple[int, dict[str, pd.Series]]:
    """Return how many terms are cohorts, and all terms with who has them."""
    cohorts = sorted(int(cohort) for cohort in rows["cohort"].unique())[1:]
    terms = {f"cohort {cohort}": rows["cohort"] == cohort for cohort in cohorts}
    if (rows["education"] == EDUCATIONS[0]).any():
        of = {name: rows["education"] == name for name in EDUCATIONS[1:]}
        terms |= {name: has for name, has in of.items() if has.any()}
    return len(cohorts), terms


def _fewest(rows: pd.DataFrame, outcome: str, has: pd.Series, name: str) -> int:
    """Return the fewest with or without an outcome, of those with a term and of those that they are compared with."""
    factor = "cohort" if name.startswith("cohort") else "education"
    base = rows[factor] == (rows["cohort"].min() if factor == "cohort" else EDUCATIONS[0])
    sides = [(rows["outcome"] == outcome)[part] for part in (has, base)]
    return int(min(min(side.sum(), (~side).sum()) for side in sides))


def _effects(
    rows: pd.DataFrame, groups: list[str], terms: Mapping[str, pd.Series], cohorts: int, school: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return effects and errors, by term and within it by outcome."""
    X = np.column_stack([np.ones(len(rows)), *(has.to_numpy(float) for has in terms.values())])
    if len(groups) < 2 or school.max() < 1:
        raise ModelError("where pupils are: one outcome or one school", Reason.NO_VARIATION)
    if any((pd.crosstab(rows[name], rows["outcome"]) == 0).any(axis=None) for name in ("cohort", "education")):
        raise ModelError("where pupils are: nobody of a group has some outcome", Reason.SEPARATED)
    theta, covariance = _fitted(rows["outcome"].map(groups.index).to_numpy(), X, school)
    unique: Floats
    unique, times = np.unique(X, axis=0, return_counts=True)
    weight = times.astype(float) / len(X)
    blocks = [range(1, cohorts + 1), range(cohorts + 1, X.shape[1])]
    parts = [_effect(theta, covariance, unique, weight, column, block) for block in blocks for column in block]
    return np.concatenate([value for value, _ in parts]), np.concatenate([error for _, error in parts])


def _fitted(outcome: NDArray[np.intp], X: Floats, school: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return coefficients and their clustered covariance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = sm.MNLogit(outcome, X).fit(disp=False, maxiter=STEPS, cov_type="cluster", cov_kwds={"groups": school})
    if not fitted.mle_retvals["converged"]:
        raise ModelError("where pupils are five years on: no convergence", Reason.NO_CONVERGENCE)
    return np.asarray(fitted.params).ravel(order="F"), np.asarray(fitted.cov_params())


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
        `ALL`), ``estimate, ci_low, ci_high`` (quantiles of the bootstrap), ``n_obs, n_clusters`` and
        ``n_least``, the fewest at their first school, or not, of a cohort. Parts have a
        ``reason`` in their place where an education is in one of the cohorts only, also in a draw: what its pupils
        would have done in the other is not known.

    Raises
    ------
    InputError : A cohort has no pupils.
    """
    followed = sorted(int(cohort) for cohort in by_pupil_retention["cohort"].unique())
    if not {*cohorts} <= {*followed}:
        hint = "name two cohorts of by_pupil_retention"
        allowed, given = (", ".join(map(str, years)) for years in (followed, cohorts))
        raise InputError("city_forecast.cohorts", "nobody is followed", given=given, allowed=allowed, hint=hint)
    rows = by_pupil_retention[by_pupil_retention["cohort"].isin(cohorts)]
    counts = _counts(rows, cohorts)
    schools = len(counts)
    drawn = rng.multinomial(schools, np.full(schools, 1 / schools), size=draws).astype(float)
    point, spread = (_parts(np.tensordot(w, counts, axes=(1, 0))) for w in (np.ones((1, schools)), drawn))
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)  # missing where a part is in some draw
    names = [("education first", MIX), ("education first", BEHAVIOUR)]
    names += [("behaviour first", MIX), ("behaviour first", BEHAVIOUR), ("", ALL)]
    table = pd.DataFrame(names, columns=["order", "part"])
    known = np.isfinite(low)
    table = table.assign(estimate=np.where(known, point[0], np.nan), ci_low=low, ci_high=high)
    reason = np.where(known, "", Reason.EMPTY.value)
    cells = np.stack([counts[..., 1].sum(axis=(0, 2)), (counts[..., 0] - counts[..., 1]).sum(axis=(0, 2))])
    sizes = {"n_obs": len(rows), "n_clusters": schools, "n_least": int(cells.min())}
    return with_reasons(table.assign(**sizes, reason=reason))


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
    all_of = n.sum(axis=2, keepdims=True)
    share = n / np.where(all_of > 0, all_of, np.nan)
    p = stayed / np.where(n > 0, n, np.nan)
    nobody = (n == 0).all(axis=1)  # an education that neither cohort has is no part of either
    mix = [_sum((share[:, 1] - share[:, 0]) * p[:, cohort], nobody) for cohort in (0, 1)]
    behaviour = [_sum(share[:, cohort] * (p[:, 1] - p[:, 0]), nobody) for cohort in (1, 0)]
    before, after = (_sum(share[:, cohort] * p[:, cohort], n[:, cohort] == 0) for cohort in (0, 1))
    return np.column_stack([mix[0], behaviour[0], mix[1], behaviour[1], after - before])


def _sum(values: Floats, without: NDArray[np.bool_]) -> Floats:
    total: Floats = np.where(without, 0.0, values).sum(axis=1)
    return total


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
            if not before:
                continue
            after = int(pupils[STARTERS.start + STEP : STARTERS.stop + STEP, at + STEP].sum())
            counts = {"cohort_year": cohort, "pupils_before": before, "pupils_after": after, "ratio": after / before}
            followed = int(stayed.loc[stayed["cohort_year"] == cohort, "n_obs"].iloc[0])
            rows.append({**counts, "n_obs": followed, "still_here": 1 - share[LEFT], "same_school": share[SAME]})
    names = ["cohort_year", "pupils_before", "pupils_after", "ratio", "n_obs", "still_here", "same_school"]
    return pd.DataFrame(rows, columns=names)
