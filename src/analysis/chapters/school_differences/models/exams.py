"""Final examinations: how many schools lie outside, what lasts, and what is luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri
from scipy.stats import false_discovery_control

from analysis.chapters.school_differences.models.levels import ALL, LEVELS, enough
from analysis.errors import InputError, ModelError
from analysis.received import received, refuse
from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed import Counts, NestedLogit, fit_nested
from analysis.stats.estimates import error_of, in_form, with_reasons
from analysis.stats.funnel import Overdispersion, expected_outside, freed, mid_p_z, overdispersion, two_sided

LIMITS = (0.95, 0.998)
TABLE = "by_school_exam"
AT_ZERO = "what lasts or what passes is estimated at zero"
SCHOOLS = 10
"""Schools of a level from which on its last springs are predicted."""
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was fitted of one level.

    Parameters
    ----------
    model : Lasting and passing differences between schools.
    centre : Log odds of a school in the middle, in the mean year.
    rows : One per school and year.
    """

    model: NestedLogit
    centre: float
    rows: pd.DataFrame

    def lasting_shares(self, z: Floats) -> Floats:
        """Return the share that passes in the long run, over years, of schools at `z` standard deviations."""
        return np.asarray((self.yearly_shares(z) * WEIGHTS).sum(axis=1))

    def signal(self, quantile: float) -> float:
        """Return the lasting share below which that part of the schools lies."""
        return float(self.lasting_shares(np.array([ndtri(quantile)]))[0])

    def yearly_shares(self, z: Floats) -> Floats:
        """Return the shares of the years, at the nodes of what passes: shape (schools, nodes)."""
        return np.asarray(expit(self.centre + self.model.lasting * z[:, None] + self.model.passing * NODES))


def select(by_school_exam: pd.DataFrame, hold_out: int) -> pd.DataFrame:
    """Return the examinations as they are, or stop where nothing can be said of them.

    Parameters
    ----------
    by_school_exam : As its contract in `data.outcome_files` says.
    hold_out : Last years, that the earlier ones predict.

    Raises
    ------
    InputError
        A column is missing or a count, there are too few springs or schools, or at some level everybody passed in a
        spring, or nobody.
    """
    columns = ("location", "level", "year", "candidates", "passed")
    rows = received(by_school_exam, TABLE, columns, key="data.exams_of_schools")
    _refuse_counts(rows)
    _refuse_springs(rows, hold_out)
    last = rows["year"] > rows["year"].max() - hold_out
    both = rows[last].merge(rows[~last], on=["level", "location"])[["level", "location"]].drop_duplicates()
    if both["level"].value_counts().max() < SCHOOLS or both.empty:
        problem = f"no level has {SCHOOLS} schools both in the last {hold_out} springs and before them"
        raise InputError(f"{TABLE}: location", problem, hint="leave the block out for so few schools")
    return rows


def _refuse_counts(rows: pd.DataFrame) -> None:
    wrong = ~(rows["passed"].between(0, rows["candidates"]) & (rows["candidates"] > 0))
    hint = "give both in each row, candidates from 1 and passed up to these"
    refuse(TABLE, "candidates, passed", "rows have no count, or one that cannot be", rows.index[wrong] + 1, hint)
    refuse(TABLE, "level", "there are no such levels", {*rows["level"]} - {*LEVELS}, f"use {', '.join(LEVELS)}")
    sums = rows.groupby(["level", "year"])[["candidates", "passed"]].sum()
    alike = sums.index[(sums["passed"] == 0) | (sums["passed"] == sums["candidates"])]
    hint = "leave that level out of the file: of one share there are no differences"
    refuse(TABLE, "passed", "everybody or nobody passed at a level in a spring", alike, hint)


def _refuse_springs(rows: pd.DataFrame, hold_out: int) -> None:
    springs = rows["year"].nunique()
    if rows["year"].max() - rows["year"].min() < hold_out:
        problem, hint = f"no spring of {springs} is left before the last", "lower it, or bring in earlier springs"
        raise InputError("school_differences.hold_out_years", problem, given=hold_out, hint=hint)
    followed = rows.groupby(["level", "location"])["year"].nunique().groupby("level").max()
    hint = "bring in more springs of that level, or leave it out: one tells not what lasts from what passes"
    refuse(TABLE, "year", "no school of a level is there in two springs", followed.index[followed < 2], hint)


def fitted(by_school_exam: pd.DataFrame) -> dict[str, Fitted]:
    """Fit lasting and passing differences between schools of each level, with a constant per year.

    Levels of fewer than `levels.FEWEST` schools have no fit; `levels.account` counts them.

    Parameters
    ----------
    by_school_exam : As its contract in `data.outcome_files` says.
    """
    found = {}
    for level in enough(by_school_exam):
        rows = by_school_exam[by_school_exam["level"] == level].reset_index(drop=True)
        years = pd.get_dummies(rows["year"]).to_numpy(float)
        try:
            model = fit_nested(Counts.known(rows["candidates"], rows["passed"]), years, rows["location"])
        except ModelError as error:
            error.raise_unless_of_the_data()
            raise InputError(f"{TABLE}: level {level}", str(error), hint="leave that level out of the file") from error
        found[level] = Fitted(model, float(model.beta.mean()), rows)
    return found


def lasting(found: dict[str, Fitted]) -> pd.DataFrame:
    """Return standard deviations of what lasts and what passes, and the part that lasts, as estimates.

    Parameters
    ----------
    found : Of `fitted`.

    Returns
    -------
    DataFrame
        Estimates; ``group`` is the level, ``n_obs`` counts candidates, ``n_clusters`` schools. Where either part is
        estimated at zero no interval is known, and ``reason`` says so.
    """
    rows = []
    for level, fit in found.items():
        model = fit.model
        reason = AT_ZERO if np.isnan(model.share_error) else ""
        counts = {"group": level, "n_obs": int(model.n_units), "n_clusters": model.n_groups, "reason": reason}
        for term, value, low, high in (
            ("lasting", model.lasting, model.lasting_low, model.lasting_high),
            ("passing", model.passing, model.passing_low, model.passing_high),
        ):
            rows.append({"term": term, "estimate": value, "ci_low": low, "ci_high": high, "unit": "log odds", **counts})
        rows.append({"term": "lasting share", **_share(model), "unit": "share of variance", **counts})
    table = pd.DataFrame(rows)
    error = error_of(table["ci_low"], table["ci_high"])
    return with_reasons(in_form(table.assign(std_error=error), model="two terms", p_value=np.nan))


def _share(model: NestedLogit) -> dict[str, float]:
    if np.isnan(model.share_error):
        return {"estimate": model.share, "ci_low": np.nan, "ci_high": np.nan}
    odds, half = 2 * np.log(model.lasting / model.passing), ndtri(0.975) * model.share_error
    return {"estimate": model.share, "ci_low": float(expit(odds - half)), "ci_high": float(expit(odds + half))}


def apart(found: dict[str, Fitted]) -> pd.DataFrame:
    """Return the shares that pass in the long run at schools from low to high, by level.

    Parameters
    ----------
    found : Of `fitted`.

    Returns
    -------
    DataFrame
        One row per level: ``level, middle, tenth, ninetieth`` (at these of a hundred schools in their order),
        ``schools, pupils``.
    """
    rows = []
    for level, fit in found.items():
        shares = fit.lasting_shares(ndtri(np.array([0.5, 0.1, 0.9])))
        counts = {"schools": fit.model.n_groups, "pupils": int(fit.model.n_units)}
        rows.append({"level": level, **dict(zip(("middle", "tenth", "ninetieth"), shares, strict=True)), **counts})
    return pd.DataFrame(rows)


def luck(found: dict[str, Fitted], years: int) -> pd.DataFrame:
    """Return what part of the variance between shares of schools is luck, passes and lasts.

    Parameters
    ----------
    found : Of `fitted`.
    years : Most years over which a share is taken.

    Returns
    -------
    DataFrame
        One row per level and number of years (1 and `years`): ``level, averaged, luck, passing, lasting`` (parts that
        add up to one, at the schools' own numbers of candidates), ``schools, pupils`` (candidates of all years).
    """
    rows = []
    for level, fit in found.items():
        shares = fit.yearly_shares(NODES)
        mean = shares @ WEIGHTS
        between = float(WEIGHTS @ np.square(mean - WEIGHTS @ mean))
        within = float(WEIGHTS @ (np.square(shares - mean[:, None]) @ WEIGHTS))
        chance = float(WEIGHTS @ ((shares * (1 - shares)) @ WEIGHTS)) * float((1 / fit.rows["candidates"]).mean())
        counts = {"schools": fit.model.n_groups, "pupils": int(fit.model.n_units)}
        for averaged in dict.fromkeys((1, years)):
            parts = np.array([chance / averaged, within / averaged, between])
            named = dict(zip(("luck", "passing", "lasting"), parts / parts.sum(), strict=True))
            rows.append({"level": level, "averaged": averaged, **named, **counts})
    return pd.DataFrame(rows)


def outside(by_school_exam: pd.DataFrame, winsorise: float, fdr: float) -> pd.DataFrame:
    """Count schools outside the limits in the last year: by luck alone, as they are, and allowing for what differs.

    Parameters
    ----------
    by_school_exam : As its contract says.
    winsorise : Part of the schools at either end whose z is brought in.
    fdr : False discovery rate after overdispersion.

    Returns
    -------
    DataFrame
        One row per level of enough schools in that year (and all) and limit: ``level, limit, expected,
        observed, freed, discovered`` (shares of the schools), ``schools, pupils``. `discovered` is of any limit.
    """
    last = by_school_exam[by_school_exam["year"] == by_school_exam["year"].max()]
    parts = [_z(last[last["level"] == level], winsorise) for level in enough(last)]
    pooled = [*parts, pd.concat(parts).assign(level=ALL)]
    rows = []
    for part in pooled:
        p_values = two_sided(part["freed"].to_numpy())
        found = false_discovery_control(p_values, method="bh") < fdr
        for limit in LIMITS:
            beyond = ndtri((1 + limit) / 2)
            rows.append(
                {
                    "level": part["level"].iloc[0],
                    "limit": limit,
                    "expected": expected_outside(part["candidates"], part["share"], limit) / len(part),
                    "observed": float((part["z"].abs() > beyond).mean()),
                    "freed": float((part["freed"].abs() > beyond).mean()),
                    "discovered": float(found.mean()),
                    "schools": len(part),
                    "pupils": int(part["candidates"].sum()),
                }
            )
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class Deviations:
    """How far the schools of a level are from its share.

    Parameters
    ----------
    share : That passes of all candidates.
    z, freed : Of each school in standard errors by luck alone, and allowing for what schools differ; shape (schools,).
    spread : How much schools differ beyond luck.
    """

    share: float
    z: Floats
    freed: Floats
    spread: Overdispersion


def deviations(rows: pd.DataFrame, winsorise: float) -> Deviations:
    """Return how far each school of one level and year is from the share of all.

    Parameters
    ----------
    rows : ``candidates, passed`` of each school.
    winsorise : Part of the schools at either end whose z is brought in.
    """
    share = float(rows["passed"].sum() / rows["candidates"].sum())
    z = mid_p_z(rows["passed"], rows["candidates"], np.full(len(rows), share))
    error = np.sqrt(share * (1 - share) / rows["candidates"].to_numpy(float))
    spread = overdispersion(z, error, winsorise)
    return Deviations(share, z, freed(z, error, spread), spread)


def _z(rows: pd.DataFrame, winsorise: float) -> pd.DataFrame:
    found = deviations(rows, winsorise)
    return rows.assign(share=found.share, z=found.z, freed=found.freed)
