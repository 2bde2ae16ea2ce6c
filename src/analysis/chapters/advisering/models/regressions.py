r"""Regressions of under-advice, over-advice, bijstelling and the position in year 3.

The headline is a linear probability model with school effects, :math:`y_i = x_i'\beta + b_i'\gamma + \alpha_{g(i)} +
u_i`: :math:`x` the groups, :math:`b` the band of the test's advice, because an advice cannot be below the lowest level
or above the highest, and years. The same without school effects and a logit are beside it. Errors are clustered by
school.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.advisering.models.sample import YEAR3, Sample
from analysis.chapters.advisering.models.terms import FACTORS, SCHOOL, Terms, cells_of, least
from analysis.errors import Reason
from analysis.run.remembered import remembered
from analysis.stats import cell_regressions
from analysis.stats.cells import PupilCells
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form, t_interval
from analysis.stats.fit import Fit, stacked, undetermined
from analysis.stats.logit import NoMaximumError

Estimator = Callable[[PupilCells, Terms], Fit]
SHARE, LEVELS = "share", "levels"


@remembered
def headline(by_outcome: Mapping[str, Sample]) -> pd.DataFrame:
    """Estimate every outcome by the three headline models, each with both control variants.

    Parameters
    ----------
    by_outcome : as `sample.samples` returns them

    Returns
    -------
    DataFrame
        Tidy estimates, then ``outcome, factor, controls, n_least``. ``model``: ``<outcome>_lpm_fe`` (linear
        probability, school effects), ``<outcome>_lpm`` (without school effects: with the school's share of highly
        educated parents, which school effects absorb), ``<outcome>_logit_ame`` (average marginal effect of a logit),
        and ``position_year3`` (levels between position and advice, school effects). ``group`` is ``all``; ``factor``:
        ``education, background, income, one_parent, sex, share_hoog, year``, for year 3 also ``advising``; ``term``:
        ``laag, middelbaar, onbekend`` (against hoog), ``nonwestern, western`` (against none), ``low_income,
        high_income`` (against middle), ``one_parent, girl, share_hoog`` (per 10 percentage points), ``year 2015`` ...
        (against the first year), ``under_unrevised, revised, over`` (against an advice equal to the test's).
        ``controls``: ``mutual`` (all factors together) or ``alone`` (one factor, beside band and year); ``unit``:
        ``share`` (0.05 is five percentage points) or ``levels``. ``n_least``: pupils in the smaller of the term's group
        and all others. Where nobody or everybody in a group has the outcome a logit has no maximum: its rows have
        their counts and no estimate.
    """
    parts = [part for name, sample in by_outcome.items() for part in _of_outcome(name, sample)]
    if year3 := [sample for name, sample in by_outcome.items() if name in YEAR3]:
        parts.append(_position(year3))
    return pd.concat(parts, ignore_index=True)


@remembered
def by_category(by_outcome: Mapping[str, Sample], by: str) -> pd.DataFrame:
    """Estimate how large the gaps by education and background are within each category of a column.

    A regression of its own per category, with mutual control and effects of the schools in it; differences between
    categories count with the same schools being in several of them.

    Parameters
    ----------
    by_outcome : as `sample.samples` returns them
    by : ``year``, or a column of the rows such as ``region`` or ``urbanicity``

    Returns
    -------
    DataFrame
        As `headline`, with ``by`` after it; model ``<outcome>_lpm_fe_by_<by>``. ``group`` is the category for the gap
        within it, and ``<category> - <first category>`` for the difference with the first; for years also ``trend``:
        the change of the gap per year, through the years weighted alike. A term that a category does not identify has
        no difference with it and no trend.
    """
    return pd.concat([_by_category(name, sample, by) for name, sample in by_outcome.items()], ignore_index=True)


def _of_outcome(outcome: str, sample: Sample) -> list[pd.DataFrame]:
    without = sample.left_out
    cells = cells_of(sample.rows, without=without)
    every, within = Terms.of(cells, without), Terms.of(cells, (*without, *SCHOOL))
    return [
        _variants(cells, within, _lpm_fe, f"{outcome}_lpm_fe", outcome, SHARE),
        _variants(cells, every, _lpm, f"{outcome}_lpm", outcome, SHARE),
        _variants(cells, every, _logit_ame, f"{outcome}_logit_ame", outcome, SHARE),
    ]


def _position(year3: Sequence[Sample]) -> pd.DataFrame:
    # Pupils at the highest advice cannot go up and those at the lowest not down; the distance is about both.
    rows = pd.concat([sample.rows for sample in year3], ignore_index=True).drop_duplicates(["pupil", "year"])
    cells, model = cells_of(rows, "moved"), "position_year3"
    return _variants(cells, Terms.of(cells, SCHOOL), _lpm_fe, model, model, LEVELS)


def _lpm_fe(cells: PupilCells, terms: Terms) -> Fit:
    return cell_regressions.school_effects(cells.only(terms.names))


def _lpm(cells: PupilCells, terms: Terms) -> Fit:
    return cell_regressions.least_squares(cells.only(terms.names))


def _logit_ame(cells: PupilCells, terms: Terms) -> Fit:
    chosen = cells.only(terms.names)
    return cell_regressions.average_effects(chosen, cell_regressions.logit(chosen), terms.factors)


def _variants(cells: PupilCells, terms: Terms, fit: Estimator, model: str, outcome: str, unit: str) -> pd.DataFrame:
    """Fit all factors together, and each one with band and year alone."""
    parts = [_fitted(cells, terms, fit).assign(controls="mutual")]
    for factor in terms.factors:
        rows = _fitted(cells, terms.alone(factor), fit)
        parts.append(rows[rows["factor"] == factor].assign(controls="alone"))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(n_least=rows["term"].map(least(cells.X, cells.count)))
    return in_form(rows, model=model, group="all", unit=unit, outcome=outcome)


def _fitted(cells: PupilCells, terms: Terms, fit: Estimator) -> pd.DataFrame:
    factor = terms.factor_of()
    try:
        rows = fit(cells, terms).rows()
    except NoMaximumError:
        rows = undetermined(factor, cells.schools, int(cells.count.sum()), Reason.SEPARATED).rows()
    return rows[rows["term"].isin(factor)].assign(factor=lambda r: r["term"].map(factor))


def _by_category(outcome: str, sample: Sample, by: str) -> pd.DataFrame:
    fits: dict[str, Fit] = {}
    counts: dict[str, pd.Series[int]] = {}
    check_complete(sample.rows, [by], outcome)
    for category, rows in sample.rows.groupby(by, sort=True, observed=True):
        name = _name(by, category)
        fits[name], counts[name] = _within(rows, sample.left_out)
    terms = dict.fromkeys(str(term) for fitted in fits.values() for term in fitted.coefficients.index)
    gaps = pd.DataFrame([row for term in terms for row in _contrasts(term, fits, counts, by == "year")])
    gaps = gaps.join(_limits(gaps))
    factor = {term: name for name, own in FACTORS.items() for term in own}
    gaps = gaps.assign(factor=gaps["term"].map(factor), controls="mutual")
    return in_form(gaps, model=f"{outcome}_lpm_fe_by_{by}", unit=SHARE, outcome=outcome, by=by)


def _name(by: str, category: Hashable) -> str:
    """Name a category; a number alone, other than a year, says nothing."""
    return f"{by} {category}" if by != "year" and str(category).isdigit() else str(category)


def _limits(gaps: pd.DataFrame) -> pd.DataFrame:
    parts = [
        t_interval(rows["estimate"], rows["std_error"], int(str(n))).set_index(rows.index)
        for n, rows in gaps.groupby("n_clusters")
    ]
    return pd.concat(parts)[["ci_low", "ci_high", "p_value"]]


def _within(rows: pd.DataFrame, without: Sequence[str]) -> tuple[Fit, pd.Series[int]]:
    cells = cells_of(rows, without=without)
    terms = Terms.of(cells, (*without, *SCHOOL))
    fitted = _lpm_fe(cells, terms)
    own = [term for factor in ("education", "background") for term in terms.factors.get(factor, ())]
    known = [term for term in own if term not in fitted.of_one_cluster]  # as one that no pupil here has
    return fitted.only(known), least(cells.X, cells.count)


def _contrasts(
    term: str, fits: Mapping[str, Fit], counts: Mapping[str, pd.Series[int]], trend: bool
) -> list[dict[str, object]]:
    able = {category: fitted for category, fitted in fits.items() if term in fitted.coefficients.index}
    first, *others = able
    weights: dict[str, dict[str, float]] = {category: {category: 1.0} for category in able}
    weights |= {f"{other} - {first}": {other: 1.0, first: -1.0} for other in others}
    if trend and len(able) > 2:
        years = np.array([float(year) for year in able])
        slope = (years - years.mean()) / ((years - years.mean()) ** 2).sum()
        weights["trend"] = dict(zip(able, slope.tolist(), strict=True))
    return [
        {
            "group": name,
            "term": term,
            **_combined(term, able, weight),
            "n_least": min(int(counts[category][term]) for category in weight),
        }
        for name, weight in weights.items()
    ]


def _combined(term: str, fits: Mapping[str, Fit], weights: Mapping[str, float]) -> dict[str, float]:
    """Combine the estimates of one term in several fits; a school in several of them counts once."""
    joint = stacked({category: fits[category].only([term]) for category in weights})
    value, error = joint.combination({(category, term): weight for category, weight in weights.items()})
    return {"estimate": value, "std_error": error, "n_obs": joint.n_obs, "n_clusters": joint.n_clusters}
