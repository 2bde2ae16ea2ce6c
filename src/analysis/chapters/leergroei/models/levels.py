"""Dropping an ability level between the M- and the E-test.

A logit of dropping at least one level on groep, level on the M-test, closure year and the school's share of pupils at
risk, with all products of two of these. Pupils at the lowest level cannot drop and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.chapters.leergroei.models import logit
from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.rows import PROBABILITY, in_rows, parts, row
from analysis.chapters.leergroei.models.sample import Groups, comparable, reference_year
from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.logit_states import Logit, fit_logit
from analysis.stats.regression import INTERCEPT

GROUPS: tuple[tuple[str, ...], ...] = ((), ("groep",), ("level_m",), ("risk_side",))
STEP = 0.10
"""The effect of the share at risk is told per so much more of it."""


def can_drop(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Select the pupils who can drop a level, in the closure year and the year before, with ``drop`` (0 or 1).

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    """
    two = comparable(rows, design)
    check_complete(two, ["year", "location", "groep", "level_m", "level_e", "share_at_risk"], "level_drop")
    two = two[two["year"].isin([reference_year(design), design.closure_year]) & (two["level_m"] != groups.levels[-1])]
    rank = {level: place for place, level in enumerate(groups.levels)}
    return two.assign(drop=(two["level_e"].map(rank) > two["level_m"].map(rank)).astype(float))


def fit_drop(dropping: pd.DataFrame, design: Design, groups: Groups, *, weights: str | None = None) -> dict[str, Logit]:
    """Fit the logit for every subject.

    Parameters
    ----------
    dropping
        As `can_drop` returns it.
    weights
        Column of weights.

    Raises
    ------
    ModelError
        If in a subject the terms cannot be told apart.
    """
    layouts = {
        outcome: partial(all_products, groepen=tuple(groepen), levels=tuple(groups.levels[:-1]))
        for outcome, groepen in design.groepen.items()
    }
    return {
        outcome: fit_logit(outcome, part, "drop", layouts[outcome], weights=weights)
        for outcome, _, part in parts(dropping, design.groepen)
    }


def all_products(rows: pd.DataFrame, groepen: Sequence[int], levels: Sequence[str]) -> pd.DataFrame:
    """Lay out intercept, groep, level, closure, share at risk and all products of two of these."""
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


def drop_coefficients(models: Mapping[str, Logit]) -> pd.DataFrame:
    """Tell the coefficients, model ``level_drop_logit``, in log odds."""
    return logit_table(models, "level_drop_logit")


def logit_table(models: Mapping[str, Logit], name: str) -> pd.DataFrame:
    """Tell the coefficients of the logits of all subjects, with the pupils that each rests on."""
    told = [logit.coefficients(model, name).assign(n_pupils=model.rows["pupil"].nunique()) for model in models.values()]
    return pd.concat(told, ignore_index=True)


def drop_effects(models: Mapping[str, Logit], *, overall_only: bool = False) -> pd.DataFrame:
    """Average what the closure year, and the school's share at risk, do to the probability of dropping a level.

    Returns
    -------
    DataFrame
        In the form of `rows.estimate_by`, model ``level_drop_ame``: term ``closure`` for all pupils, by groep, by level
        and by many or few at risk at the school; terms ``share_at_risk`` and ``closure:share_at_risk``, what 10
        percentage points more pupils at risk do in the year before, and how much more in the closure year. With
        `overall_only` the first row of each subject.
    """
    told = []
    for outcome, fitted in models.items():
        years = fitted.rows["year"].unique().tolist()
        for by in GROUPS[:1] if overall_only else GROUPS:
            for _, values, part in parts(fitted.rows, [outcome], by):
                named = row(outcome, by, values, part, years)
                told.append({**named, "term": "closure", "unit": PROBABILITY, **logit.closure_effect(fitted, part)})
        if overall_only:
            continue
        named = {**row(outcome, (), (), fitted.rows, years), "unit": f"{PROBABILITY} per 10 points at risk"}
        told += [{**named, "term": term, **found} for term, found in _at_risk(fitted).items()]
    return in_rows(pd.DataFrame(told), model="level_drop_ame")


def example_pupils(
    models: Mapping[str, Logit], outcome: str, groep: int, level: str, shares: Sequence[float], design: Design
) -> pd.DataFrame:
    """Tell the probability of dropping a level for pupils alike but for their school's share at risk, in both years.

    Parameters
    ----------
    outcome, groep, level
        The pupils: subject, groep and level on the M-test.
    shares
        Shares of pupils at risk at their schools.

    Returns
    -------
    DataFrame
        In the one form, model ``level_drop_example``, terms ``before, closure, difference``; after it ``outcome, groep,
        level, share_at_risk, year``. ``n_pupils, n_obs`` and ``n_clusters`` count pupils (each once), rows and
        schools of that groep and level in that year, for the difference in both years (``n_clusters``: in the year with
        the fewest); ``n_least`` counts the pupils of the year with the fewest. The interval of a probability is
        that of its log odds.
    """
    if outcome not in models:
        raise ModelError(f"no example pupil of {outcome}: it is no subject of this edition", Reason.INVALID)
    model = models[outcome]
    alike = model.rows[(model.rows["groep"] == groep) & (model.rows["level_m"] == level)]
    if alike.empty:
        raise ModelError(
            f"no example pupil of {outcome}: nobody in groep {groep} is at level {level} and can drop", Reason.EMPTY
        )
    told = pd.concat([_example(model, alike, share, design) for share in shares], ignore_index=True)
    told = told.assign(outcome=outcome, groep=groep, level=level)
    return in_form(told, model="level_drop_example", group=f"{outcome}, groep {groep}, level {level}", unit=PROBABILITY)


def _at_risk(model: Logit) -> dict[str, dict[str, float]]:
    more = model.rows.assign(share_at_risk=model.rows["share_at_risk"] + STEP)
    (before, of_before), (closed, of_closed) = (
        model.effect(more.assign(closure=year), model.rows.assign(closure=year)) for year in (0.0, 1.0)
    )
    return {
        "share_at_risk": logit.told(model, before, of_before),
        "closure:share_at_risk": logit.told(model, closed - before, of_closed - of_before),
    }


def _example(model: Logit, alike: pd.DataFrame, share: float, design: Design) -> pd.DataFrame:
    pupil = alike.iloc[[0]].assign(share_at_risk=share)
    before, closed = (pupil.assign(closure=year) for year in (0.0, 1.0))
    states = [_log_odds(model, before), _log_odds(model, closed)]
    difference = logit.told(model, *model.effect(closed, before))
    years = [reference_year(design), design.closure_year]
    by_year = [alike[alike["year"] == year] for year in years]
    rows, schools = [len(part) for part in by_year], [part["location"].nunique() for part in by_year]
    told = pd.DataFrame([*states, difference]).assign(
        term=["before", "closure", "difference"],
        n_obs=[*rows, sum(rows)],
        n_pupils=[*rows, alike["pupil"].nunique()],
        n_least=[*rows, min(rows)],
        n_clusters=[*schools, min(schools)],
        share_at_risk=share,
        year=[*years, f"{years[1]} against {years[0]}"],
    )
    return _as_probabilities(in_rows(told, model="", group="", unit=""))


def _log_odds(model: Logit, pupil: pd.DataFrame) -> dict[str, float]:
    return logit.told(model, float(model.log_odds(pupil)[0]), model.layout(pupil).to_numpy(float)[0])


def _as_probabilities(told: pd.DataFrame) -> pd.DataFrame:
    """Turn log odds, limits and all, into probabilities; the last row, a difference of probabilities, stays."""
    odds, limits = told.index[:-1], ["estimate", "ci_low", "ci_high"]
    told.loc[odds, limits] = expit(told.loc[odds, limits].to_numpy())
    told.loc[odds, "std_error"] *= told.loc[odds, "estimate"] * (1 - told.loc[odds, "estimate"])
    told.loc[odds, "p_value"] = np.nan  # that a probability is not a half is no finding
    return told
