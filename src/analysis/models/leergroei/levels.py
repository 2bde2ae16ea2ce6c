r"""Dropping an ability level between the M- and the E-test: a logit, and what it means for pupils.

.. math:: P(\mathrm{drop}_i) = \Lambda(x_i'\beta)

with :math:`x` the groep, the level on the M-test, the closure year, the school's share of pupils at risk, and all
products of two of them. Pupils at the lowest level cannot drop and are left out. Coefficients are log odds and cannot
be read as sizes: the average marginal effects can.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.special import expit
from statsmodels.tools.sm_exceptions import SpecificationWarning

from analysis.errors import ModelError
from analysis.models.estimates import in_form
from analysis.models.leergroei.closure import Design
from analysis.models.leergroei.rows import in_rows, parts, row
from analysis.models.leergroei.sample import Groups, comparable, reference_year
from analysis.models.regression import INTERCEPT, Regression, clustered

PROBABILITY = "probability"
STEP = 0.10
"""The effect of the share at risk is told per so much more of it."""

SEPARATED = 100.0
"""A standard error of log odds beyond this is that of a likelihood without a maximum."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DropModel:
    """A fitted logit of dropping a level.

    Parameters
    ----------
    outcome
        The subject.
    rows
        The pupils who could drop, in the closure year and the year before.
    groepen, levels
        What dummies were made of; the first of each is the reference.
    regression
        Coefficients and their clustered covariance.
    weight
        Of every row.
    """

    outcome: str
    rows: pd.DataFrame
    groepen: tuple[int, ...]
    levels: tuple[str, ...]
    regression: Regression
    weight: pd.Series

    def design(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Lay out the terms for any pupils."""
        return design_matrix(rows, self.groepen, self.levels)[list(self.regression.coefficients.index)]


def can_drop(rows: pd.DataFrame, design: Design, groups: Groups) -> pd.DataFrame:
    """Select the pupils who can drop a level, in the closure year and the year before, with ``drop`` (0 or 1).

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    """
    two = comparable(rows)
    two = two[two["year"].isin([reference_year(design), design.closure_year]) & (two["level_m"] != groups.levels[-1])]
    rank = {level: place for place, level in enumerate(groups.levels)}
    side = {0.0: f"fewer than {groups.high_risk:.0%} at risk", 1.0: f"{groups.high_risk:.0%} or more at risk"}
    return two.assign(
        drop=(two["level_e"].map(rank) > two["level_m"].map(rank)).astype(float), risk_side=two["high_risk"].map(side)
    )


def fit_drop(
    dropping: pd.DataFrame, design: Design, groups: Groups, *, weights: str | None = None
) -> dict[str, DropModel]:
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
        If in a subject the terms cannot be told apart or the likelihood has no maximum (all drop, or none).
    """
    models = {}
    for outcome, _, part in parts(dropping, design.groepen):
        levels = tuple(level for level in groups.levels if (part["level_m"] == level).any())
        groepen = tuple(design.groepen[outcome])
        X = design_matrix(part, groepen, levels)
        weight = pd.Series(1.0, index=part.index) if weights is None else part[weights] / part[weights].mean()
        models[outcome] = DropModel(outcome, part, groepen, levels, _logit(part, X, weight, outcome), weight)
    return models


def design_matrix(rows: pd.DataFrame, groepen: Sequence[int], levels: Sequence[str]) -> pd.DataFrame:
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


def coefficients(models: Mapping[str, DropModel]) -> pd.DataFrame:
    """Tell the coefficients, model ``level_drop_logit``, in log odds."""
    told = [
        model.regression.estimates("level_drop_logit", outcome, "log odds").assign(
            outcome=outcome, by="all", category="all", n_least=_least(model.rows)
        )
        for outcome, model in models.items()
    ]
    return pd.concat(told, ignore_index=True)


def marginal_effects(models: Mapping[str, DropModel], *, model: str = "level_drop_ame") -> pd.DataFrame:
    """Average what the closure year, and the school's share at risk, do to the probability of dropping a level.

    Returns
    -------
    DataFrame
        In the form of `rows.estimate_by`, model ``level_drop_ame``: term ``closure`` (every pupil once in the closure
        year, once in the year before) for all pupils, by groep, by level and by many or few at risk; terms
        ``share_at_risk`` and ``closure:share_at_risk`` per 10 percentage points more pupils at risk at the school, in
        the year before and how much more in the closure year.
    """
    told = []
    for outcome, fitted in models.items():
        years = fitted.rows["year"].unique().tolist()
        for by in ((), ("groep",), ("level_m",), ("risk_side",)):
            for _, values, part in parts(fitted.rows, [outcome], by):
                named = row(outcome, by, values, part, years)
                told.append({**named, "term": "closure", "unit": PROBABILITY, **_closure(fitted, part)})
        named = row(outcome, (), (), fitted.rows, years)
        unit = f"{PROBABILITY} per 10 points at risk"
        told += [{**named, "term": term, "unit": unit, **found} for term, found in _at_risk(fitted).items()]
    return in_rows(pd.DataFrame(told), model=model)


def example_pupils(
    models: Mapping[str, DropModel], outcome: str, groep: int, level: str, shares: Sequence[float], design: Design
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
        level, share_at_risk, year``. ``n_obs`` and ``n_clusters`` count the pupils of that groep and level in that year
        (for the difference, in the year with the fewest). The interval of a probability is that of its log odds.
    """
    if outcome not in models or groep not in models[outcome].groepen or level not in models[outcome].levels:
        raise ModelError(f"no example pupil of {outcome}, groep {groep}, level {level}: there is no such model")
    model = models[outcome]
    alike = model.rows[(model.rows["groep"] == groep) & (model.rows["level_m"] == level)]
    told = pd.concat([_example(model, alike, share, design) for share in shares], ignore_index=True)
    told = told.assign(outcome=outcome, groep=groep, level=level)
    return in_form(told, model="level_drop_example", group=f"{outcome}, groep {groep}, level {level}", unit=PROBABILITY)


def _logit(part: pd.DataFrame, X: pd.DataFrame, weight: pd.Series, outcome: str) -> Regression:
    if np.linalg.matrix_rank(X.to_numpy()) < X.shape[1]:
        raise ModelError(f"{outcome}: too few pupils to tell apart what goes with dropping a level")
    model = sm.GLM(part["drop"], X, family=sm.families.Binomial(), var_weights=weight.to_numpy())
    with warnings.catch_warnings():
        # statsmodels warns that it has not tested clustered errors with weights; tests/ here hold them to the formula.
        warnings.simplefilter("ignore", SpecificationWarning)
        fitted = clustered(model, part["location"], tol=1e-10)
    if fitted.std_errors.max() > SEPARATED:
        raise ModelError(f"{outcome}: in some group everybody or nobody drops a level; such odds cannot be estimated")
    return fitted


def _effect(model: DropModel, high: pd.DataFrame, low: pd.DataFrame) -> tuple[float, Floats]:
    """Average difference in probability between two states of the same pupils, and its gradient."""
    beta, weight = model.regression.coefficients.to_numpy(), model.weight[high.index].to_numpy()
    states = [model.design(rows).to_numpy() for rows in (high, low)]
    p1, p0 = (expit(X @ beta) for X in states)
    gradient = (p1 * (1 - p1))[:, None] * states[0] - (p0 * (1 - p0))[:, None] * states[1]
    return float(np.average(p1 - p0, weights=weight)), np.average(gradient, axis=0, weights=weight)


def _told(model: DropModel, estimate: float, gradient: Floats) -> dict[str, float]:
    """Give an estimate its error by the delta method."""
    error = np.sqrt(gradient @ model.regression.covariance.to_numpy() @ gradient)
    return {"estimate": estimate, "std_error": float(error), "schools": model.regression.n_clusters}


def _closure(model: DropModel, part: pd.DataFrame) -> dict[str, float]:
    return _told(model, *_effect(model, part.assign(closure=1.0), part.assign(closure=0.0)))


def _at_risk(model: DropModel) -> dict[str, dict[str, float]]:
    more = model.rows.assign(share_at_risk=model.rows["share_at_risk"] + STEP)
    (before, of_before), (closed, of_closed) = (
        _effect(model, more.assign(closure=year), model.rows.assign(closure=year)) for year in (0.0, 1.0)
    )
    return {
        "share_at_risk": _told(model, before, of_before),
        "closure:share_at_risk": _told(model, closed - before, of_closed - of_before),
    }


def _example(model: DropModel, alike: pd.DataFrame, share: float, design: Design) -> pd.DataFrame:
    pupil = alike.iloc[[0]].assign(share_at_risk=share)
    before, closed = (pupil.assign(closure=year) for year in (0.0, 1.0))
    told = pd.DataFrame([_odds(model, before), _odds(model, closed), _told(model, *_effect(model, closed, before))])
    told = in_rows(told.assign(**dict.fromkeys(("n_obs", "n_clusters"), 0)), model="", group="", term="", unit="")
    limits = ["estimate", "ci_low", "ci_high"]
    told.loc[:1, "std_error"] = told.loc[:1, "std_error"] * _slope(told.loc[:1, "estimate"])
    told.loc[:1, limits] = expit(told.loc[:1, limits].to_numpy())
    told.loc[:1, "p_value"] = np.nan  # that a probability is not a half is no finding
    years = [reference_year(design), design.closure_year]
    counts = alike.groupby("year")["location"].agg(["size", "nunique"]).reindex(years, fill_value=0)
    counts.loc["least"] = counts.min()
    return told.assign(
        term=["before", "closure", "difference"],
        n_obs=counts["size"].to_numpy(),
        n_clusters=counts["nunique"].to_numpy(),
        share_at_risk=share,
        year=[*years, f"{years[1]} against {years[0]}"],
    )


def _odds(model: DropModel, pupil: pd.DataFrame) -> dict[str, float]:
    x = model.design(pupil).to_numpy()[0]
    return _told(model, float(x @ model.regression.coefficients), x)


def _slope(log_odds: pd.Series) -> Floats:
    p: Floats = expit(log_odds.to_numpy())
    return p * (1 - p)


def _least(rows: pd.DataFrame) -> int:
    return int(rows.groupby("year").size().min())
