"""Logits of pupils: dropping an ability level between the M- and the E-test, and sitting the E-test.

Either is a logit on groep, level on the M-test, closure year and the school's share of pupils at risk, with all
products of two of these; for the E-test also that of level, closure year and share at risk: whether the absent of the
closure year were at low levels at schools with many at risk. Pupils at the lowest level cannot drop and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.rows import ESTIMATE, PROBABILITY, in_rows, iter_groups, no_rows, stacked
from analysis.chapters.leergroei.models.sample import WITH_M_TEST, Groups, comparable
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.complete import check_complete, where_known
from analysis.stats.estimates import in_form, no_estimates
from analysis.stats.logit_states import Logit, fit_logit
from analysis.stats.regression import INTERCEPT

DROPPED = ("level_m", "level_e", "share_at_risk")
"""What of a test says whether a level is dropped, and where."""
STEP = 0.10
"""The effect of the share at risk is per so much more of it."""


@remembered
def fit_drop(rows: pd.DataFrame, design: Design, groups: Groups, *, weights: str | None = None) -> dict[str, Logit]:
    """Fit the logit of dropping a level for every subject, on the closure year and the year before.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design, groups : the years and tests, and the levels
    weights : column of weights

    Returns
    -------
    dict
        A fitted logit by subject, of the pupils who can drop a level; none where the data lack levels or the share at
        risk.

    Raises
    ------
    ModelError
        If in a subject the terms are collinear.
    """
    wanted = [*DROPPED, "risk_side", *([weights] if weights else [])]
    rows = where_known(comparable(rows, design.two_years, columns=wanted), DROPPED)
    if rows.empty:
        return {}
    check_complete(rows, ["year", "location", "groep", *DROPPED], "level_drop")
    rows = rows[rows["level_m"] != groups.levels[-1]]
    return _fit(rows.assign(drop=groups.drops(rows)), "drop", design, _all_products, groups.levels[:-1], weights)


def coefficients(models: Mapping[str, Logit], name: str) -> pd.DataFrame:
    """Return the coefficients of the logits of all subjects.

    Parameters
    ----------
    models : a fitted logit by subject
    name : of the model

    Returns
    -------
    DataFrame
        Tidy estimates in log odds, missing where the outcome is separated; then ``outcome, by, category, df, n_least``
        (rows of the year with the fewest) and ``n_pupils``.
    """
    return stacked([no_rows(), *(_coefficients(model, name) for model in models.values())])


@remembered
def drop_effects(models: Mapping[str, Logit], *, overall_only: bool = False) -> pd.DataFrame:
    """Average what the closure year, and the school's share at risk, do to the probability of dropping a level.

    Parameters
    ----------
    models : as `fit_drop` returns them
    overall_only : the first row of each subject alone

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``level_drop_ame``: term ``closure`` for all pupils, by groep, by level
        and by many or few at risk at the school; terms ``share_at_risk`` and ``closure:share_at_risk``, what 10
        percentage points more pupils at risk do in the year before, and how much more in the closure year.
    """
    by: Sequence[Sequence[str]] = ((),) if overall_only else ((), ("groep",), ("level_m",), ("risk_side",))
    effects: list[dict[str, Any]] = []
    for outcome, model in models.items():
        effects += ({**effect, "unit": PROBABILITY} for effect in _closure_effects(outcome, model, by))
        if not overall_only:
            row, _ = next(iter_groups(model.rows, [outcome]))
            row["unit"] = f"{PROBABILITY} per 10 points at risk"
            effects += ({**row, "term": term, **effect} for term, effect in _at_risk(model).items())
    return in_rows(pd.DataFrame(effects), model="level_drop_ame")


@remembered
def presence(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Estimate what the closure year did to sitting the E-test, of pupils with an M-test.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design, groups : the years and tests, and the levels

    Returns
    -------
    DataFrame
        Coefficients (model ``e_test_logit``, see `coefficients`) and average effects (``e_test_ame``, in the form of
        `rows.means_by`) for all pupils, by level, and by level and many or few at risk at the school.
    """
    wanted = ["level_m", "share_at_risk", "risk_side"]
    rows = where_known(comparable(rows, design.two_years, WITH_M_TEST, wanted), wanted[:2])
    if rows.empty:
        return no_rows()
    check_complete(rows, ["subject", "year", "location", "level_m", "groep", "share_at_risk"], "e_test_logit")
    rows = rows.assign(present=(rows["reason"] == "both").astype(float))
    models = _fit(rows, "present", design, _presence_terms, groups.levels)
    by = ((), ("level_m",), ("risk_side", "level_m"))
    effects = [effect for outcome, model in models.items() for effect in _closure_effects(outcome, model, by)]
    averages = in_rows(pd.DataFrame(effects), model="e_test_ame", unit=PROBABILITY)
    return pd.concat([coefficients(models, "e_test_logit"), averages])


def example_pupils(
    models: Mapping[str, Logit], outcome: str, groep: int, level: str, shares: Sequence[float], design: Design
) -> pd.DataFrame:
    """Predict the probability of dropping a level for pupils alike but for their school's share at risk, in both years.

    Parameters
    ----------
    models : as `fit_drop` returns them
    outcome, groep, level : the pupils: subject, groep and level on the M-test
    shares : shares of pupils at risk at their schools
    design : the years

    Returns
    -------
    DataFrame
        Tidy estimates, model ``level_drop_example``, terms ``before, closure, difference``, then ``outcome, groep,
        level, share_at_risk, year``. ``n_pupils, n_obs`` and ``n_clusters`` count pupils (each once), rows and
        schools of that groep and level in that year, for the difference in both years (``n_clusters``: in the year with
        the fewest); ``n_least`` counts the pupils of the year with the fewest. The interval of a probability is
        that of its log odds.

    Raises
    ------
    ModelError
        If the subject is not among the models, or nobody is of that groep and level. Without models there are no rows.
    """
    if not models:
        return no_estimates(("outcome", "level", "year"), ("share_at_risk",), ("groep", "n_pupils", "n_least"))
    if outcome not in models:
        raise ModelError(f"no example pupil of {outcome}: it is no subject of this edition", Reason.INVALID)
    model = models[outcome]
    alike = model.rows[(model.rows["groep"] == groep) & (model.rows["level_m"] == level)]
    if alike.empty:
        raise ModelError(
            f"no example pupil of {outcome}: nobody in groep {groep} is at level {level} and can drop", Reason.EMPTY
        )
    examples = pd.concat([_example(model, alike, share, design) for share in shares], ignore_index=True)
    examples = examples.assign(outcome=outcome, groep=groep, level=level)
    group = f"{outcome}, groep {groep}, level {level}"
    return in_form(examples, model="level_drop_example", group=group, unit=PROBABILITY)


def closure_effect(model: Logit, part: pd.DataFrame) -> dict[str, float]:
    """Average effect of the closure year on the pupils of a group: every one of them once in it, once before it.

    Parameters
    ----------
    model : the fitted logit
    part : rows of the group, out of those of the model

    Returns
    -------
    dict
        ``estimate``, a difference of probabilities, ``std_error`` and ``schools``. Missing where everybody or nobody
        has the outcome: an error computed there would be too small.
    """
    closed, before = (part.assign(closure=year) for year in (1.0, 0.0))
    return _with_error(model, *model.effect(closed, before))


def _fit(
    rows: pd.DataFrame,
    target: str,
    design: Design,
    terms: Callable[..., pd.DataFrame],
    levels: Sequence[str],
    weights: str | None = None,
) -> dict[str, Logit]:
    models = {}
    for outcome, groepen in design.groepen.items():
        layout = partial(terms, groepen=tuple(groepen), levels=tuple(levels))
        models[outcome] = fit_logit(outcome, rows[rows["subject"] == outcome], target, layout, weights=weights)
    return models


def _closure_effects(outcome: str, model: Logit, columns: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    for by in columns:
        for row, part in iter_groups(model.rows, [outcome], by):
            yield {**row, "term": "closure", **closure_effect(model, part)}


def _with_error(model: Logit, estimate: float, gradient: NDArray[np.floating[Any]]) -> dict[str, float]:
    """Give a function of the coefficients its error by the delta method, for `rows.in_rows`."""
    return {"estimate": estimate, "std_error": model.fit.error(gradient), "schools": model.fit.n_clusters}


def _coefficients(model: Logit, name: str) -> pd.DataFrame:
    rows = model.fit.estimates(name, model.outcome, "log odds")
    if model.separated:
        rows[list(ESTIMATE)] = np.nan
    least = int(model.rows.groupby("year").size().min())
    rows = rows.assign(outcome=model.outcome, by="", category="", df=model.fit.n_clusters - 1.0, n_least=least)
    return rows.assign(n_pupils=model.rows["pupil"].nunique())


def _all_products(rows: pd.DataFrame, groepen: Sequence[int], levels: Sequence[str]) -> pd.DataFrame:
    """Build intercept, groep, level, closure, share at risk and all products of two of these."""
    groups = [
        {f"groep {groep}": rows["groep"] == groep for groep in groepen[1:]},
        {f"level {level}": rows["level_m"] == level for level in levels[1:]},
        {"closure": rows["closure"]},
        {"share_at_risk": rows["share_at_risk"]},
    ]
    terms = {INTERCEPT: pd.Series(1.0, index=rows.index)}
    for group in groups:
        terms |= {name: column.astype(float) for name, column in group.items()}
    for first, second in combinations(groups, 2):
        terms |= {f"{one}:{two}": terms[one] * terms[two] for one in first for two in second}
    return pd.DataFrame(terms)


def _presence_terms(rows: pd.DataFrame, groepen: Sequence[int], levels: Sequence[str]) -> pd.DataFrame:
    terms = _all_products(rows, groepen, levels)
    both = terms["closure:share_at_risk"]
    return terms.assign(
        **{f"level {level}:closure:share_at_risk": terms[f"level {level}"] * both for level in levels[1:]}
    )


def _at_risk(model: Logit) -> dict[str, dict[str, float]]:
    more = model.rows.assign(share_at_risk=model.rows["share_at_risk"] + STEP)
    (before, before_gradient), (closed, closed_gradient) = (
        model.effect(more.assign(closure=year), model.rows.assign(closure=year)) for year in (0.0, 1.0)
    )
    return {
        "share_at_risk": _with_error(model, before, before_gradient),
        "closure:share_at_risk": _with_error(model, closed - before, closed_gradient - before_gradient),
    }


def _example(model: Logit, alike: pd.DataFrame, share: float, design: Design) -> pd.DataFrame:
    pupil = alike.iloc[[0]].assign(share_at_risk=share)
    before, closed = (pupil.assign(closure=year) for year in (0.0, 1.0))
    odds = [
        _with_error(model, float(model.log_odds(state)[0]), model.layout(state).to_numpy(float)[0])
        for state in (before, closed)
    ]
    difference = _with_error(model, *model.effect(closed, before))
    years = [design.year_before, design.closure_year]
    by_year = [alike[alike["year"] == year] for year in years]
    rows, schools = [len(part) for part in by_year], [part["location"].nunique() for part in by_year]
    examples = pd.DataFrame([*odds, difference]).assign(
        term=["before", "closure", "difference"],
        n_obs=[*rows, sum(rows)],
        n_pupils=[*rows, alike["pupil"].nunique()],
        n_least=[*rows, min(rows)],
        n_clusters=[*schools, min(schools)],
        share_at_risk=share,
        year=[*years, f"{years[1]} against {years[0]}"],
    )
    return _as_probabilities(in_rows(examples, model="", group="", unit=""))


def _as_probabilities(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn log odds, limits and all, into probabilities; the last row, a difference of probabilities, stays."""
    odds, limits = rows.index[:-1], ["estimate", "ci_low", "ci_high"]
    rows.loc[odds, limits] = expit(rows.loc[odds, limits].to_numpy())
    rows.loc[odds, "std_error"] *= rows.loc[odds, "estimate"] * (1 - rows.loc[odds, "estimate"])
    rows.loc[odds, "p_value"] = np.nan  # that a probability is not a half is no finding
    return rows
