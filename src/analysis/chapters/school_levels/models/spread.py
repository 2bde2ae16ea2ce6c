r"""How much schools with the same schoolweging differ in their shares, from counts of which small ones are masked.

.. math:: y_{jt} \sim \mathrm{Bin}(n_{jt}, p_{jt}), \qquad \mathrm{logit}\, p_{jt} = \alpha_t + f(w_j) + u_j,
    \qquad u_j \sim N(0, \tau^2)

Restricted likelihood: what the curve and the years take up of the differences is allowed for, which maximum likelihood
does not, so that with few schools its tau was too small.

A count that is masked enters as all that it may be, and so do the others of its row. What is of one year is a third of
the variance of three years' mean, and in :math:`\tau` for about that part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

from analysis.chapters.school_levels.models.shares import BELOW, OUTCOMES, counted
from analysis.errors import ModelError, Reason
from analysis.reference_levels import COUNTED, LEVELS, SUBJECTS
from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed import Counts, MixedLogit, OpenCounts, fit_one_term
from analysis.stats.estimates import error_of, in_form, with_reasons
from analysis.stats.splines import natural_spline

KNOWN, SUMMED, MIDDLE = "all counts known", "masked, summed over", "masked, the middle"
ENOUGH, FEWEST = 6, 10
"""Schools for each term of the curve, and in all: with so many, 94 to 99 of a hundred 95% intervals covered tau."""
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Spread:
    """What was fitted of one subject and outcome.

    Parameters
    ----------
    rows : Schools by year, with `y` of `n` pupils as they are known to the register.
    X : Terms of each row.
    fits : The model by what is known of the counts; without those that the data do not determine.
    reasons : Why these have none.
    """

    rows: pd.DataFrame
    X: Floats
    fits: dict[str, MixedLogit]
    reasons: dict[str, str]

    def expected(self) -> Floats:
        """Return the share of each row that schools of its schoolweging and year have on average, shape (rows,)."""
        fit = self.fits[SUMMED]
        return np.asarray(expit((self.X @ fit.beta)[:, None] + fit.tau * NODES) @ WEIGHTS)


Spreads = dict[tuple[str, str], Spread]


def fits(pupils: pd.DataFrame, by_school_level: pd.DataFrame, df: int) -> Spreads:
    """Fit each subject and outcome from what DUO tells; below 1F also from the register, and with 2.5 for what is not.

    Parameters
    ----------
    pupils : Of `shares.select`.
    by_school_level : As its contract says.
    df : Terms of the curve over schoolweging.
    """
    keys = ["location", "year", "subject"]
    rows = by_school_level.dropna(subset="schoolweging").join(counted(pupils, keys), on=keys, how="inner")
    parts = {subject: rows[rows["subject"] == subject].reset_index(drop=True) for subject in SUBJECTS}
    return {
        (subject, outcome): _fitted(part, outcome, df)
        for subject, part in parts.items()
        if len(part)
        for outcome in OUTCOMES
    }


def _fitted(rows: pd.DataFrame, outcome: str, df: int) -> Spread:
    y, n = rows[list(OUTCOMES[outcome])].sum(axis=1), rows[list(LEVELS)].sum(axis=1)
    ends = _ends(rows, outcome)
    middle = [(low + high) / 2 for low, high in (ends[:2], ends[2:])]
    counts: dict[str, Counts] = {SUMMED: OpenCounts.of(*ends)}
    if outcome == BELOW:
        counts |= {KNOWN: Counts.known(n, y), MIDDLE: Counts.known(middle[0] + middle[1], middle[0])}
    found, reasons, X = {}, {}, np.ones((len(rows), 1))
    for name, known in counts.items():
        try:
            X = _terms(rows, df)
            found[name] = fit_one_term(known, X, rows["location"], restricted=True)
        except ModelError as error:  # nobody below 1F, hardly a school, or a spread too near none to be found
            if error.reason is not Reason.NO_CONVERGENCE:
                error.raise_unless_of_the_data()
            reasons[name] = error.reason.value
    return Spread(rows.assign(y=y, n=n), X, found, reasons)


def _terms(rows: pd.DataFrame, df: int) -> Floats:
    if rows["location"].nunique() < max(FEWEST, ENOUGH * df):
        raise ModelError("how far schools lie apart: too few schools for the curve", Reason.TOO_FEW_CLUSTERS)
    years = pd.get_dummies(rows["year"], drop_first=True).to_numpy(float)
    return np.column_stack([natural_spline(rows["schoolweging"], df), years])


def _ends(rows: pd.DataFrame, outcome: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Return least and most with the outcome, and least and most without it."""
    of = dict(zip(LEVELS, COUNTED, strict=True))
    sides = (OUTCOMES[outcome], [level for level in LEVELS if level not in OUTCOMES[outcome]])
    low, high, others_low, others_high = (
        rows[[f"{of[level]}_{end}" for level in side]].sum(axis=1).to_numpy(float)
        for side in sides
        for end in ("low", "high")
    )
    return low, high, others_low, others_high


def spread(found: Spreads) -> pd.DataFrame:
    """Return tau of every subject and outcome by what is known of the counts, as estimates in log odds.

    Parameters
    ----------
    found : Of `fits`.

    Returns
    -------
    DataFrame
        Estimates; ``group`` is the subject, ``term`` the outcome, ``model`` what is known of the counts; ``n_obs``
        counts results of pupils, ``n_clusters`` schools. The interval is the restricted profile's, and the error its
        width over that of a normal one. Where the data do not determine some, ``reason``.
    """
    rows = [
        {"model": name, "group": subject, "term": outcome, **numbers, "n_obs": size["pupils"],
         "n_clusters": size["schools"]}
        for (subject, outcome), one in found.items()
        for size in [_counts(one)]
        for name, numbers in _taus(one).items()
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    error = error_of(table["ci_low"], table["ci_high"])
    return with_reasons(in_form(table.assign(std_error=error), p_value=np.nan, unit="log odds"))


def _taus(one: Spread) -> dict[str, dict[str, float | str]]:
    """Return estimate and interval of what is known of the counts, or why there is none."""
    none = dict.fromkeys(("estimate", "ci_low", "ci_high"), np.nan)
    fitted: dict[str, dict[str, float | str]] = {
        name: {"estimate": fit.tau, "ci_low": fit.tau_low, "ci_high": fit.tau_high, "reason": ""}
        for name, fit in one.fits.items()
    }
    return {**fitted, **{name: {**none, "reason": reason} for name, reason in one.reasons.items()}}


def apart(found: Spreads) -> pd.DataFrame:
    """Return the shares of schools from low to high at one schoolweging: that of the school in the middle.

    Parameters
    ----------
    found : Of `fits`.

    Returns
    -------
    DataFrame
        One row per subject and outcome: ``subject, outcome, middle, tenth, ninetieth`` (at these of a hundred schools
        in their order, in the last year), ``schools, pupils``.
    """
    rows = []
    for (subject, outcome), one in found.items():
        if SUMMED in one.fits:
            fit, last = one.fits[SUMMED], one.rows["year"] == one.rows["year"].max()
            middle = float(np.median((one.X @ fit.beta)[last]))
            shares = expit(middle + fit.tau * ndtri(np.array([0.5, 0.1, 0.9])))
            named = dict(zip(("middle", "tenth", "ninetieth"), shares.tolist(), strict=True))
            rows.append({"subject": subject, "outcome": outcome, **named, **_counts(one)})
    return pd.DataFrame(rows, columns=["subject", "outcome", "middle", "tenth", "ninetieth", "schools", "pupils"])


def luck(found: Spreads) -> pd.DataFrame:
    """Return what part of the variance between schools of one schoolweging is luck, in one year and over all of them.

    Parameters
    ----------
    found : Of `fits`.

    Returns
    -------
    DataFrame
        One row per subject, outcome and number of years: ``subject, outcome, averaged, luck, ci_low, ci_high, schools,
        pupils``, at the schools' own numbers of pupils. The interval is that of tau: the more schools differ, the
        smaller is the part that is sampling variation.
    """
    rows = []
    for (subject, outcome), one in found.items():
        if SUMMED not in one.fits:
            continue
        fit = one.fits[SUMMED]
        for averaged in dict.fromkeys((1, one.rows["year"].nunique())):
            parts = [_sampling(one, tau, averaged) for tau in (fit.tau, fit.tau_high, fit.tau_low)]
            named = dict(zip(("luck", "ci_low", "ci_high"), parts, strict=True))
            rows.append({"subject": subject, "outcome": outcome, "averaged": averaged, **named, **_counts(one)})
    columns = ["subject", "outcome", "averaged", "luck", "ci_low", "ci_high", "schools", "pupils"]
    return pd.DataFrame(rows, columns=columns)


def _sampling(one: Spread, tau: float, years: int) -> float:
    """Return what part of the variance between shares of several years is of sampling, where schools differ by tau."""
    p = expit((one.X @ one.fits[SUMMED].beta)[:, None] + tau * NODES)
    between = float((np.square(p - (p @ WEIGHTS)[:, None]) @ WEIGHTS).mean())
    chance = float(((p * (1 - p)) @ WEIGHTS / one.rows["n"].to_numpy(float)).mean()) / years
    return chance / (chance + between)


def masked(by_school_level: pd.DataFrame) -> pd.DataFrame:
    """Return in which part of the rows of the file a count is masked.

    Returns
    -------
    DataFrame
        One row: ``part, schools``. A row of the file is of a school, a year and a subject.
    """
    has = by_school_level["n_high"] > by_school_level["n_low"]
    return pd.DataFrame([{"part": float(has.mean()), "schools": by_school_level["location"].nunique()}])


def _counts(one: Spread) -> dict[str, int]:
    return {"schools": one.rows["location"].nunique(), "pupils": int(one.rows["n"].sum())}
