r"""How far pupils go for a school: attributes in kilometres, in which groups can be compared.

A step of an attribute adds the gain :math:`g` to the utility of a typical school, on average over the choosers of a
group. With :math:`V(d)` the part of the utility that is of distance alone, the distance :math:`d_1` solves
:math:`V(d_1) + g = V(d_0)`: there a school with the step is attended as often as one without it at the median distance
:math:`d_0`. The willingness to travel is :math:`d_1 - d_0`. Standard errors by the delta method, with
:math:`\partial d_1 / \partial \beta = -(\partial F / \partial \beta) / V'(d_1)` for
:math:`F = V(d_1) - V(d_0) + g`. Rank and priority are held as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import PAIR_VARIABLES, Choosers, Floats
from analysis.chapters.school_choice.models.constants import term_values
from analysis.chapters.school_choice.models.effects import Estimated, RandomEffects, methods
from analysis.chapters.school_choice.models.groups import ByGroup, GroupFit, Key
from analysis.chapters.school_choice.models.logit import design, in_units, utilities_of
from analysis.chapters.school_choice.models.population import neighbourhood_types
from analysis.chapters.school_choice.models.two_step import TwoStep
from analysis.formula import variables
from analysis.run.remembered import remembered
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.conditional_logit import design_from_formula
from analysis.stats.conditional_logit.design import Coding
from analysis.stats.conditional_logit.pairs import at, blocks
from analysis.stats.estimates import ESTIMATE_COLUMNS, in_form, t_interval
from analysis.topics.choice import LOG_OFFSET_KM

FARTHEST_KM = 100.0
BISECTIONS = 60
SMALL_KM = 1e-5  # for the slope by central differences
SMALL_SHARE = 1e-4  # of an attribute, for elasticities
LOWER = ("schoolweging",)  # a step of these is one standard deviation lower: fewer pupils at risk

TRAVEL_COLUMNS = [
    *ESTIMATE_COLUMNS,
    *("reference", "step", "probability", "change", "elasticity", "n_postcodes", "method", "start_km", "df"),
]


def steps(
    schools: pd.DataFrame, formula: str, everywhere: pd.DataFrame, coding: Coding | None = None
) -> tuple[pd.DataFrame, pd.Series]:
    """Build the step of every attribute in a formula, from the mean of numbers and the first of categories.

    Parameters
    ----------
    schools, formula : The schools that a group may choose from, and the terms.
    everywhere
        Schools over which a step is one standard deviation, lower for the variables in `LOWER`; of a category the step
        is another one in place of the first.
    coding : Categories of the estimates; those of the schools where None.

    Returns
    -------
    DataFrame
        The typical school, and below it one with each step; indexed by the name of the step.
    Series
        Size of each step in the variable's own unit; of a category 1.
    """
    levels = _levels(schools, coding)
    typical: dict[str, Any] = {
        str(name): float(values.mean()) if pd.api.types.is_numeric_dtype(values) else values.iloc[0]
        for name, values in schools.items()
    }
    typical |= {name: of_kind[0] for name, of_kind in levels.items()}
    rows, sizes = {"": typical}, {}
    for name in sorted(variables(formula) & set(schools.columns)):
        if name in levels:
            others = {f"{name}_{level}": level for level in levels[name][1:]}
        else:
            sizes[name] = float(everywhere[name].std(ddof=1)) * (-1 if name in LOWER else 1)
            others = {name: typical[name] + sizes[name]}
        rows |= {step: typical | {name: value} for step, value in others.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index").astype(dict(schools.dtypes))
    return frame, pd.Series(sizes).reindex(frame.index[1:]).fillna(1.0)


def _levels(schools: pd.DataFrame, coding: Coding | None) -> dict[str, Sequence[Any]]:
    """List the levels of the categories of schools, the reference first."""
    kinds = schools.select_dtypes("category")
    own = {str(name): list(values.cat.categories) for name, values in kinds.items()}
    return own | {name: levels for name, levels in (coding or {}).items() if name in schools}


def _references(schools: pd.DataFrame, coding: Coding) -> dict[str, str]:
    """Name what each step of a category is in place of."""
    levels = _levels(schools, coding)
    return {f"{name}_{level}": str(first) for name, (first, *others) in levels.items() for level in others}


def willingness_to_travel(
    fit: GroupFit, everybody: Choosers, edges: Sequence[float] = (), *, by: Estimated | None = None
) -> pd.DataFrame:
    """Compute how many km farther a school is attended for a step of each attribute, per kind of chooser.

    Parameters
    ----------
    fit : The model.
    everybody
        All choosers of the model: the extra km are counted from their median distance, and a step is one standard
        deviation over their schools, so that groups are in the same measure.
    edges : Of the kinds within the group; see `neighbourhood_types`.
    by : The estimates; those of the model itself where None.

    Returns
    -------
    DataFrame
        Estimates in km, with ``reference`` (what a step of a category is in place of), ``start_km``, ``step``,
        ``probability`` to attend the nearest school and its ``change`` with the step, own ``elasticity`` of attendance
        (empty for a category), and the ``df`` of Student's t (empty where intervals are normal).
    """
    by = by or next(methods(fit))
    kinds = neighbourhood_types(fit.choosers, edges)
    start_km = everybody.median_km
    coding = fit.design.coding
    stepped, sizes = steps(fit.choosers.schools, fit.formula, everybody.schools, coding)
    reference = sizes.index.map(_references(fit.choosers.schools, coding)).fillna("")
    gains, near = _term_gains(fit, stepped), _at_nearest(fit, by)
    elasticity = _elasticities(fit, by)
    rows = []
    for kind in sorted(kinds.unique(), key=_band_order(edges)):
        weights = fit.choosers.weights * (kinds == kind).to_numpy()
        gain = np.einsum("i,ism->sm", weights / weights.sum(), gains)
        travel = _Travel(_terms_at(fit, stepped.iloc[[0]], weights), by.params, by.covariance, start_km)
        step = sizes.to_numpy(float)  # of categories alone they are objects
        of_kind = pd.DataFrame(travel.solved(gain)).assign(term=sizes.index, reference=reference, step=step)
        of_kind["probability"], of_kind["change"] = _with_steps(near, weights, gain @ by.params.to_numpy())
        of_kind["elasticity"] = of_kind["term"].map(elasticity)
        n_postcodes = int(fit.choosers.clusters[weights > 0].nunique())
        rows.append(of_kind.assign(group=kind, n_obs=int(weights.sum()), n_postcodes=n_postcodes))
    frame = pd.concat(rows, ignore_index=True)
    interval = t_interval(frame["estimate"], frame["std_error"], pd.Series(by.df + 1, index=frame.index))
    return in_form(
        frame.assign(**{name: interval[name] for name in ("ci_low", "ci_high", "p_value")}),
        model=fit.model,
        n_clusters=fit.result.n_clusters or 0,
        unit="km",
        method=by.method,
        start_km=start_km,
        df=by.df if np.isfinite(by.df) else np.nan,
    )


@remembered
def travel_table(
    fits: ByGroup[GroupFit],
    choosers: Mapping[str, Choosers],
    effects: ByGroup[RandomEffects],
    steps: ByGroup[TwoStep],
    edges: Sequence[float],
) -> pd.DataFrame:
    """Tabulate the willingness to travel of every model, group and kind by every method.

    Parameters
    ----------
    fits, effects, steps : The estimates of one step, with random effects and of two steps.
    choosers, edges : All choosers of each model; edges of the kinds.

    Returns
    -------
    DataFrame
        The rows of `willingness_to_travel`.
    """

    def rows(key: Key) -> pd.DataFrame:
        fit = fits.estimates[key]
        every = methods(fit, effects.estimates.get(key), steps.estimates.get(key))
        return pd.concat([willingness_to_travel(fit, choosers[fit.model], edges, by=by) for by in every])

    return fits.table(rows, TRAVEL_COLUMNS)


@dataclass(frozen=True, eq=False)
class _Travel:
    """The utility of a typical school by its distance, averaged over choosers; `terms`: distances x terms."""

    terms: Callable[[Floats], Floats]
    params: pd.Series
    covariance: pd.DataFrame
    start: float

    def solved(self, gain: Floats) -> Mapping[str, Floats]:
        """Solve for the distance that makes up for each step (`gain`: steps x terms)."""
        b = self.params.to_numpy(float)
        ends = np.array([0.0, FARTHEST_KM, self.start])
        at_zero, at_farthest, at_start = self.terms(ends) @ b
        wanted = at_start - gain @ b
        low, high = np.zeros(len(gain)), np.full(len(gain), FARTHEST_KM)
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            nearer = self.terms(middle) @ b > wanted
            low, high = np.where(nearer, middle, low), np.where(nearer, high, middle)
        end = (low + high) / 2
        gradient = -(self.terms(end) - self.terms(ends[2:]) + gain) / self._slope(end, b)[:, None]
        error = np.sqrt(np.einsum("sm,mn,sn->s", gradient, self.covariance.to_numpy(float), gradient))
        # No distance makes up for a step that is worth more than coming from the start to the door, or from afar; and
        # none for anything where utility does not fall with distance.
        known = (wanted <= at_zero) & (wanted >= at_farthest) & (self._slope(ends[:2], b) < 0).all()
        return {
            "estimate": np.where(known, end - self.start, np.nan),
            "std_error": np.where(known, error, np.nan),
        }

    def _slope(self, km: Floats, b: Floats) -> Floats:
        step = np.maximum(SMALL_KM * km, SMALL_KM)
        farther, nearer = km + step, np.maximum(km - step, 0.0)
        return ((self.terms(farther) - self.terms(nearer)) @ b) / (farther - nearer)


def _terms_at(fit: GroupFit, typical: pd.DataFrame, weights: Floats) -> Callable[[Floats], Floats]:
    """Return the function of distances that gives the terms of a typical school, averaged over choosers."""
    everyone = in_units(fit.choosers.situations)
    known = [name for name in everyone if name in variables(fit.formula)]
    kind = everyone.groupby(known, sort=False).ngroup().to_numpy() if known else np.zeros(len(everyone), dtype=np.intp)
    share = np.bincount(kind, weights) / weights.sum()
    of_kinds = everyone.iloc[np.unique(kind, return_index=True)[1]]

    def terms(km: Floats) -> Floats:
        tiled = np.tile(km, (len(of_kinds), 1))
        distance = {"distance_km": tiled, "log_distance": np.log(tiled + LOG_OFFSET_KM)}
        design = design_from_formula(
            fit.formula,
            pairs=dict.fromkeys(PAIR_VARIABLES, np.ones_like(tiled)) | distance,
            alternatives=in_units(typical.iloc[np.zeros(len(km), dtype=np.intp)]).reset_index(drop=True),
            choosers=of_kinds,
            codings=[fit.design.coding],
        )
        return np.column_stack([share @ term_values(design, term)[:] for term in range(len(design.terms))])

    return terms


def _term_gains(fit: GroupFit, stepped: pd.DataFrame) -> Floats:
    """Compute what each step from the typical school adds to each term: situations x steps x terms."""
    ones = np.ones((len(fit.choosers.situations), len(stepped)))
    design = design_from_formula(
        fit.formula,
        pairs=dict.fromkeys(PAIR_VARIABLES, ones),
        alternatives=in_units(stepped),
        choosers=in_units(fit.choosers.situations),
        codings=[fit.design.coding],
    )
    terms = np.stack([term_values(design, term)[:] for term in range(len(design.terms))], axis=2)
    return np.asarray(terms[:, 1:] - terms[:, :1])


def _at_nearest(fit: GroupFit, by: Estimated) -> Floats:
    """Compute the probability of the nearest school of each situation; zero where it is no option."""
    nearest = fit.choosers.nearest[:, 0]
    return np.where(nearest < 0, 0.0, at(by.share, np.arange(len(nearest)), nearest))


def _with_steps(near: Floats, weights: Floats, gain: Floats) -> tuple[float, Floats]:
    """Compute the mean probability of the nearest school, and what each step there adds."""
    share = near[:, None]
    after = share * np.exp(gain) / (1 - share + share * np.exp(gain))
    mean = weights / weights.sum()
    return float(mean @ share[:, 0]), np.asarray(mean @ (after - share))


def _elasticities(fit: GroupFit, by: Estimated) -> dict[str, float]:
    """Compute the own elasticity of the attendance of a school for each numeric attribute, weighted by attendance."""
    schools, now = fit.choosers.schools, utilities_of(fit.design, by.params)
    numeric = set(schools.select_dtypes("number").columns) - set(fit.design.coding)
    changed = {}
    for name in variables(fit.formula) & numeric:
        more = schools.assign(**{name: schools[name] * (1 + SMALL_SHARE)})
        changed[name] = utilities_of(design(fit.choosers, fit.formula, more, codings=[fit.design.coding]), by.params)
    total, sums = 0.0, dict.fromkeys(changed, 0.0)
    for rows in blocks(by.share.shape):
        share, utility = by.share[rows], now(rows)
        mass = fit.choosers.weights[rows, None] * share
        variance, total = mass * (1 - share), total + mass.sum()
        for name, after in changed.items():
            sums[name] += (variance * ((after(rows) - utility) / SMALL_SHARE)).sum()
    return {name: float(each / total) for name, each in sums.items()}


def _band_order(edges: Sequence[float]) -> Callable[[str], tuple[int, str]]:
    """Sort bands by their edge, and groups by their name."""
    order = [str(band) for band in in_bands([0.0], edges, per_cent).categories] if edges else []
    return lambda kind: (order.index(kind.removesuffix(" non-western")) if edges else 0, kind)
