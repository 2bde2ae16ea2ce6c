"""How far the three comparisons of `toelage` can be trusted, and what their nulls say.

Before the start: whether schools bunch at the cut-off, differ in traits, or moved apart. Where there should be nothing:
placebo runs. And of every null whether it shows that an effect is small, or only that the data are too few.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.chapters.staffing.models.toelage import TRAITS, Study
from analysis.errors import ModelError
from analysis.run.remembered import remembered
from analysis.stats import placebo
from analysis.stats.complete import where_known
from analysis.stats.density import density_test
from analysis.stats.equivalence import equivalence
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit
from analysis.stats.multiple import romano_wolf
from analysis.stats.multiplicity import FAMILIES, ROMANO_WOLF, holm
from analysis.stats.panel import event_year, joint_test
from analysis.stats.sensitivity import breakdown, relative_bounds
from analysis.topics.staffing.models.eligibility import OUTCOMES, STEADY, UNITS
from analysis.topics.staffing.models.rows import JUMP, attempt, no_rows

LIKE = {"retention": "outflow", "unqualified": "shortage"}  # whose margin an outcome shares
GROUP = {"placebo_cutoff": "{:+g}%", "donut": "{:g}%", "bandwidth": "{:g} x"}
MIRRORS = {"retention": "outflow"}  # one less the other: one test, counted once
BEFORE_AND_AFTER, AT_CUTOFF = "toelage, before and after", "toelage, at the cut-off"
RULED_OUT, SOMETHING, UNKNOWN = "ruled out beyond the margin", "an effect", "too uncertain to say"


def density(of: Study) -> pd.DataFrame:
    """Test whether schools bunch at the cut-off, in the logarithm of the score per pupil that the rank is based on.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame
        ``density_left, density_right, std_error, p_value, n_left, n_right``: one row, without numbers if there are too
        few schools.
    """
    score = np.log(of.by_school["score_per_pupil"])
    try:
        test = density_test(score, cutoff=float(np.log(of.eligibility.cutoff)))
        numbers = (test.left, test.right, test.std_error, test.p_value, test.n_left, test.n_right)
    except ModelError as error:
        error.raise_unless_of_the_data()
        numbers = (np.nan, np.nan, np.nan, np.nan, 0, 0)
    columns = ["density_left", "density_right", "std_error", "p_value", "n_left", "n_right"]
    return pd.DataFrame([numbers], columns=columns)


@remembered
def balance(of: Study) -> pd.DataFrame:
    """Estimate the jump at the cut-off of traits from before the start; see `placebo.balance`.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame
        ``trait``, the columns of `JUMP`, ``mean_left, mean_right, in_sd``; without the traits that cannot be estimated.
    """
    columns = ["trait", *JUMP, "mean_left", "mean_right", "in_sd"]
    tables = [pd.DataFrame(columns=columns)]
    for trait in [trait for trait in TRAITS if f"before_{trait}" in of.by_school]:
        try:
            known = where_known(of.by_school, [f"before_{trait}"])
            tables.append(placebo.balance(known, [f"before_{trait}"]).assign(trait=trait))
        except ModelError as error:
            error.raise_unless_of_the_data()
    counts = dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), "int64")
    return pd.concat(tables[1:] or tables, ignore_index=True)[columns].astype(counts)


def pre_trends(events: Mapping[str, Fit], start: int) -> pd.DataFrame:
    """Test for every outcome that the groups moved alike before the start.

    Parameters
    ----------
    events : The regressions of `toelage.event_study` by outcome.
    start : First year of the toelage.

    Returns
    -------
    DataFrame
        ``outcome, statistic, df, p_value, n_obs, n_clusters``; without outcomes that do not vary, or with as many years
        as clusters.
    """
    tests = []
    for outcome, fit in events.items():
        terms = [str(term) for term in fit.coefficients.index if event_year(str(term)) < start]
        if not 0 < len(terms) < fit.n_clusters or not fit.std_errors.any():
            continue
        test = joint_test(fit, terms)
        numbers = {"statistic": test.statistic, "df": test.df, "p_value": test.p_value}
        tests.append({"outcome": outcome, **numbers, "n_obs": fit.n_obs, "n_clusters": fit.n_clusters})
    return pd.DataFrame(tests)


def bounded(events: Mapping[str, Fit], base: int, magnitudes: Sequence[float]) -> pd.DataFrame:
    """Bound the mean effect when groups may have drifted apart.

    Parameters
    ----------
    events : The regressions of `toelage.event_study` by outcome.
    base : Year from which they count.
    magnitudes : Drift as a multiple of the largest step before the start.

    Returns
    -------
    DataFrame : The columns of `sensitivity.relative_bounds`, with ``outcome, n_obs, n_clusters, unit``.
    """
    bounds = [
        relative_bounds(fit, base=base, magnitudes=magnitudes).assign(
            outcome=outcome, n_obs=fit.n_obs, n_clusters=fit.n_clusters, unit=UNITS[outcome]
        )
        for outcome, fit in events.items()
    ]
    return pd.concat(bounds, ignore_index=True)


def nulls(
    estimates: pd.DataFrame,
    of: Study,
    margins: Mapping[str, float],
    drift: pd.DataFrame,
    *,
    alpha: float,
    power: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Judge every outcome but the wage, in both comparisons: an effect, one ruled out, or too uncertain to say.

    A verdict comes from p-values that are corrected for the other outcomes of the same comparison (`BEFORE_AND_AFTER`,
    `AT_CUTOFF`). Difference in differences judges the outcomes in `STEADY` alone.

    Parameters
    ----------
    estimates : Of `before_and_after` and `at_cutoff`.
    of : The schools.
    margins : By outcome, in its unit: an effect smaller than this does not matter; `LIKE` says who shares one.
    drift : Of `bounded`: what becomes of the difference in differences when the groups drifted apart.
    alpha, power : Of the tests.
    draws, seed : Of the bootstrap for Romano and Wolf's p-values of the difference in differences.

    Returns
    -------
    DataFrame
        The columns of `equivalence` (``equivalent`` after correction) with ``ci_low, ci_high, p_value, n_least``
        besides, each in units of the margin too; ``family``, ``p_corrected`` and ``p_tost_corrected``; a ``verdict``;
        and where that is of the difference in differences, the drift ``falls_at`` which it falls first (a multiple of
        the largest step before the start), with the interval there (``drift_low, drift_high``), missing where none
        that was tried makes it fall.
    """
    rows = estimates[(estimates["cluster"] == "board") & estimates["estimate"].notna()]
    steady = [outcome for outcome in STEADY if outcome in of.outcomes]
    shared = {**margins, **{name: margins[like] for name, like in LIKE.items()}}
    bootstrapped = _bootstrapped(of, steady, draws, seed)
    options = {"alpha": alpha, "power": power, "of": of.outcomes}
    comparisons = (("amt_did", STEADY, BEFORE_AND_AFTER), ("amt_rd", OUTCOMES, AT_CUTOFF))
    tables = [
        _judged(rows[(rows["model"] == model) & rows["outcome"].isin(outcomes)], family, shared, bootstrapped, options)
        for model, outcomes, family in comparisons
    ]
    return _with_drift(pd.concat(tables, ignore_index=True), drift)


def _bootstrapped(of: Study, outcomes: Sequence[str], draws: int, seed: int) -> pd.Series:
    """Return Romano and Wolf's p-values by outcome, from the school-years that have them all: draws are shared."""
    if not outcomes:
        return pd.Series(dtype=float)
    panel, rng = of.after_start(outcomes), np.random.default_rng(seed)
    adjusted = romano_wolf(panel, outcomes, "treated_after", rng=rng, draws=draws)
    return adjusted.set_index("outcome")["p_value_romano_wolf"]


def _judged(
    rows: pd.DataFrame,
    family: str,
    margins: Mapping[str, float],
    bootstrapped: pd.Series,
    options: Mapping[str, Any],
) -> pd.DataFrame:
    """Judge the outcomes of one comparison together; one that the data do not have is no test of the family."""
    chosen, alpha = rows.reset_index(drop=True), options["alpha"]
    number = len([name for name in FAMILIES[family].members if name in options["of"]])
    tests = equivalence(chosen, margins, tests=number, alpha=alpha, power=options["power"])
    tests = tests.assign(**{name: chosen[name] for name in ("ci_low", "ci_high", "p_value", "n_obs", "n_least")})
    p_corrected = (
        tests["outcome"].map(bootstrapped)
        if FAMILIES[family].correction == ROMANO_WOLF
        else within_family(tests, "p_value", family)
    )
    p_corrected = p_corrected.clip(lower=tests["p_value"])  # the bootstrap's may be a little smaller than its own
    p_tost = within_family(tests, "p_tost", family)
    verdict = np.select([p_tost < alpha, p_corrected < alpha], [RULED_OUT, SOMETHING], UNKNOWN)
    return tests.assign(
        in_margins=tests["estimate"] / tests["margin"],
        in_margins_low=tests["ci_low"] / tests["margin"],
        in_margins_high=tests["ci_high"] / tests["margin"],
        family=family,
        p_corrected=p_corrected,
        p_tost_corrected=p_tost,
        equivalent=p_tost < alpha,
        verdict=verdict,
        n_clusters=tests["n_clusters"].astype(int),
        # The noncentral t has no number for a shift of a dozen errors: power is one there.
        power_at_margin=tests["power_at_margin"].fillna(1.0),
    )


def within_family(tests: pd.DataFrame, column: str, family: str) -> pd.Series:
    """Correct p-values within a family by Holm; the mirror of a member has the p-value of that member.

    Parameters
    ----------
    tests : ``outcome`` and the column.
    column : With p-values.
    family : One of `FAMILIES`.

    Returns
    -------
    Series : Corrected p-values, shape (n_tests,).
    """
    by_member = tests.set_index("outcome")[column].reindex(FAMILIES[family].members)
    corrected = pd.Series(holm(by_member), by_member.index)
    return tests["outcome"].replace(MIRRORS).map(corrected)


def _with_drift(tests: pd.DataFrame, drift: pd.DataFrame) -> pd.DataFrame:
    """Add the first drift at which the verdict on a difference in differences falls, and the interval there."""
    falls = [
        _falls(drift[drift["outcome"] == row["outcome"]], row) if row["model"] == "amt_did" else None
        for row in tests.to_dict("records")
    ]
    columns = {"falls_at": "magnitude", "drift_low": "ci_low", "drift_high": "ci_high"}
    return tests.assign(
        **{name: [np.nan if at is None else float(at[of]) for at in falls] for name, of in columns.items()}
    )


def _falls(bounds: pd.DataFrame, row: Mapping[Hashable, Any]) -> pd.Series | None:
    margin = {RULED_OUT: row["margin"], SOMETHING: 0.0}.get(row["verdict"])
    at = None if margin is None else breakdown(bounds, -margin, margin)
    return None if at is None else bounds[bounds["magnitude"] == at].iloc[0]


@remembered
def placebos(
    of: Study,
    outcome: str,
    *,
    cutoffs: Sequence[float],
    years: Sequence[int],
    radii: Sequence[float],
    factors: Sequence[float],
) -> pd.DataFrame:
    """Estimate where there should be nothing, and how the estimate at the cut-off moves with what is left out.

    Parameters
    ----------
    of : The schools.
    outcome : Which.
    cutoffs : Ranks that decide nothing, in percent of the locations from the true cut-off.
    years : Pretended starts, before the true one.
    radii : How many percent of the locations round the cut-off are left out (donut).
    factors : Of the bandwidth.

    Returns
    -------
    DataFrame
        Models ``placebo_cutoff, donut, bandwidth`` (jumps) and ``placebo_year`` (difference in differences); ``group``
        is the cut-off, radius, factor or year. What cannot be estimated has no numbers.
    """
    if outcome not in of.outcomes:
        return no_rows()
    schools, panel = (where_known(rows, [outcome]) for rows in (of.by_school, of.panel))
    kinds: dict[str, tuple[Sequence[float], Callable[[float], pd.DataFrame]]] = {
        "placebo_cutoff": (cutoffs, lambda at: placebo.placebo_cutoffs(schools, outcome, [at])),
        "donut": (radii, lambda at: placebo.donut(schools, outcome, [at])),
        "bandwidth": (factors, lambda at: placebo.bandwidth_curve(schools, outcome, [at])),
    }
    runs = [
        {**attempt(partial(_first, run, at)), "model": model, "group": GROUP[model].format(at)}
        for model, (values, run) in kinds.items()
        for at in values
    ]
    jumps = in_form(pd.DataFrame(runs), term="eligible", unit=UNITS[outcome])
    jumps = jumps.assign(cluster="board", n_least=jumps[["n_left", "n_right"]].min(axis=1), outcome=outcome)
    fits = placebo.placebo_years(panel, outcome, years, before=of.start, treated="eligible")
    starts = [of.estimates(fit, "placebo_year", outcome, "board").assign(group=str(year)) for year, fit in fits.items()]
    return pd.concat([jumps, *starts], ignore_index=True)


def _first(run: Callable[[float], pd.DataFrame], at: float) -> dict[str, float]:
    return {str(name): value for name, value in run(at).iloc[0].items()}
