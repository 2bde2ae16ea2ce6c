"""Whom a regression of the advice is about: the outcome, its at-risk set, and who left and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.advice_levels import LEVELS, VWO
from analysis.chapters.advisering.models.definitions import POSITIONS, as_categories
from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.selection import Step, walk

OUTCOMES = ("under", "over", "revised", "up_year3", "down_year3")
YEAR3 = {"up_year3": POSITIONS[2], "down_year3": POSITIONS[0]}
SINCE_BIJSTELLING = 2014


@dataclass(frozen=True)
class Sample:
    """The estimation sample of one outcome.

    Parameters
    ----------
    outcome
        One of `OUTCOMES`: ``under`` (advice below the test's), ``over`` (above it), ``revised`` (bijstelling given
        under-advice), ``up_year3, down_year3`` (position in year 3 above, below the final advice).
    rows
        One row per pupil of the at-risk set: the columns that came in, ``y`` (0 or 1) and ``band`` (text: the test's
        advice, or in year 3 the final advice).
    account
        One row per step, in the form of `chapter.Chapter.account`: ``step, reason, pupils_in, pupils_out, pupils_kept,
        schools_out, schools_kept``.
    one_sided
        One row: ``schools, all_0, all_1, pupils_all_0, pupils_all_1``. Schools in which nobody or everybody has the
        outcome stay in a linear model with school effects, whose mean they belong to, and tell nothing about
        differences within schools; a conditional logit would drop them.
    """

    outcome: str
    rows: pd.DataFrame
    account: pd.DataFrame
    one_sided: pd.DataFrame


def estimation_sample(defined: pd.DataFrame, outcome: str, *, years: Sequence[int] | None = None) -> Sample:
    """Select the pupils in whom an outcome can happen.

    Parameters
    ----------
    defined
        One row per pupil, as `definitions.define` returns it.
    outcome
        One of `OUTCOMES`.
    years
        First calendar years of the school years told; by default those in which bijstelling exists (2014/15 and
        later); for year 3 all, as few cohorts were followed so far.

    Raises
    ------
    ModelError
        For an unknown outcome, or if fewer than two schools are left.
    """
    if outcome not in OUTCOMES:
        raise ModelError(f"there is no outcome {outcome!r}; choose from {', '.join(OUTCOMES)}", Reason.INVALID)
    check_complete(defined, ["year", "location"], outcome)
    first, *others = _steps(outcome, years)
    rows, began = walk(as_categories(defined), [first])
    # Only now: most pupils of a country are of years that are not analysed.
    rows = rows.assign(y=_outcome(rows, outcome), band=_band(rows, outcome).astype("category"))
    kept, went_on = walk(rows, others)
    check_complete(kept, ["y", "band"], outcome)
    account = pd.concat([began, went_on], ignore_index=True)
    if kept["location"].nunique() < 2:
        raise ModelError(
            f"{outcome}: fewer than two schools are left after {account['step'].iloc[-1]!r}", Reason.TOO_FEW_CLUSTERS
        )
    return Sample(outcome, kept.reset_index(drop=True), account, _one_sided(kept))


def samples(
    defined: pd.DataFrame, outcomes: Sequence[str] = OUTCOMES, *, years: Sequence[int] | None = None
) -> dict[str, Sample]:
    """Make the sample of every outcome, by name; see `estimation_sample`."""
    return {outcome: estimation_sample(defined, outcome, years=years) for outcome in outcomes}


def accounts(by_outcome: Mapping[str, Sample]) -> pd.DataFrame:
    """Put the accounts of several samples under each other, ``outcome`` first."""
    parts = [sample.account.assign(outcome=name) for name, sample in by_outcome.items()]
    told = pd.concat(parts, ignore_index=True)
    return told[["outcome", *told.columns.drop("outcome")]]


def one_sided(by_outcome: Mapping[str, Sample]) -> pd.DataFrame:
    """Tell per outcome how many schools have all 0 or all 1: ``outcome, schools, all_0, all_1, pupils_...``."""
    return pd.concat([sample.one_sided.assign(outcome=name) for name, sample in by_outcome.items()], ignore_index=True)[
        ["outcome", "schools", "all_0", "all_1", "pupils_all_0", "pupils_all_1"]
    ]


def _outcome(defined: pd.DataFrame, outcome: str) -> pd.Series:
    if outcome in YEAR3:
        return (defined["position"] == YEAR3[outcome]).astype(float)
    return defined[outcome].astype(float)


def _band(rows: pd.DataFrame, outcome: str) -> pd.Series:
    if outcome in YEAR3:
        return rows["advice_final"].map({level: f"advice {level:g}" for level in LEVELS})
    low, high = rows["test_advice_low"], rows["test_advice_high"]
    # One number per pair, so that a million pairs are written once each.
    pair = low + high / 100
    written = {a + b / 100: f"test {a:g}" if a == b else f"test {a:g}-{b:g}" for a in LEVELS for b in LEVELS}
    return pair.map(written)


def _steps(outcome: str, years: Sequence[int] | None) -> list[Step]:
    steps: list[Step] = [
        ("year of the analysis", "another year", lambda r: _in_years(r, outcome, years)),
        ("test sat", "no test score, so the advice cannot be compared", lambda r: r["cet"].notna()),
    ]
    if outcome == "revised":
        steps += [
            (
                "under-advised",
                "advice not below the test's, or no bijstelling yet",
                lambda r: r["at_risk"],
            ),
            (
                "year with bijstelling",
                "nobody's advice was revised that year",
                lambda r: r.groupby("year")["y"].transform("max") > 0,
            ),
        ]
    if outcome in YEAR3:
        steps += [("followed to year 3", "position in year 3 unknown", lambda r: r["year3"].notna())]
    steps += [_possible(outcome)]
    return [
        *steps,
        ("outcome differs within the band", "nobody or everybody in the band has the outcome", _differs_in_band),
    ]


def _in_years(rows: pd.DataFrame, outcome: str, years: Sequence[int] | None) -> pd.Series:
    if years is None:
        return rows["year"] >= (rows["year"].min() if outcome in YEAR3 else SINCE_BIJSTELLING)
    return rows["year"].isin(list(years))


def _possible(outcome: str) -> Step:
    told = {
        "under": ("test_advice_low", LEVELS[0], "the test advises the lowest level: nothing is below it"),
        "revised": ("test_advice_low", LEVELS[0], "the test advises the lowest level: nothing is below it"),
        "over": ("test_advice_low", VWO, "the test advises the highest level: nothing is above it"),
        "up_year3": ("advice_final", VWO, "the advice is the highest level: nothing is above it"),
        "down_year3": ("advice_final", LEVELS[0], "the advice is the lowest level: nothing is below it"),
    }
    column, impossible, reason = told[outcome]
    return "outcome possible", reason, lambda rows: rows[column] != impossible


def _differs_in_band(rows: pd.DataFrame) -> pd.Series:
    share = rows.groupby("band", observed=True)["y"].transform("mean")
    return (share > 0) & (share < 1)


def _one_sided(rows: pd.DataFrame) -> pd.DataFrame:
    by_school = rows.groupby("location", observed=True)["y"].agg(["mean", "size"])
    none, everybody = by_school["mean"] == 0, by_school["mean"] == 1
    return pd.DataFrame(
        {
            "schools": [len(by_school)],
            "all_0": [int(none.sum())],
            "all_1": [int(everybody.sum())],
            "pupils_all_0": [int(by_school.loc[none, "size"].sum())],
            "pupils_all_1": [int(by_school.loc[everybody, "size"].sum())],
        }
    )
