"""Whom a regression of the advice is about: the outcome, its at-risk set, and who left and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.advice_levels import LEVELS, VWO
from analysis.chapters.advisering.models.definitions import POSITIONS
from analysis.chapters.advisering.models.terms import factors_in
from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.selection import Keeps, Step, walk

OUTCOMES = ("under", "over", "revised", "up_year3", "down_year3")
YEAR3 = {"up_year3": POSITIONS[2], "down_year3": POSITIONS[0]}
SINCE_BIJSTELLING = 2014

UNKNOWN = {
    "education": ("education known", "education of the parents unknown"),
    **dict.fromkeys(("background", "origin"), ("background known", "migration background unknown")),
    "income": ("income known", "income unknown"),
    **dict.fromkeys(("one_parent", "household"), ("household known", "one or two parents unknown")),
    "sex": ("sex known", "sex unknown"),
    "share_hoog": ("school known", "share of highly educated parents at the school unknown"),
    **dict.fromkeys(("advice_first", "advising", "y"), ("first advice known", "first advice unknown")),
    "cet": ("score known", "no score of the Centrale Eindtoets"),
    "lovs": ("earlier score known", "earlier score unknown"),
    "region": ("region known", "region unknown"),
    "urbanicity": ("urbanicity known", "urbanicity unknown"),
}
"""Step and reason by which leaves who lacks a column that a model uses."""

FEWEST_SCHOOLS = 2
Steps = Callable[[pd.DataFrame], list[Step]]

OF_ADVICE = {"under": "y", "over": "y", "revised": "advice_first", "up_year3": "advising", "down_year3": "advising"}
"""What is missing of who has no first advice, by outcome."""


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
        One row per step, in the form of `chapter.Chapter.account`: ``outcome, step, reason, pupils_in, pupils_out,
        pupils_kept, schools_out, schools_kept``.
    """

    outcome: str
    rows: pd.DataFrame
    account: pd.DataFrame

    @property
    def left_out(self) -> tuple[str, ...]:
        """The factors that are no control: how a pupil was advised is what the first three outcomes are about."""
        return () if self.outcome in YEAR3 else ("advising",)

    @property
    def one_sided(self) -> pd.DataFrame:
        """How many schools (and pupils) have all 0 or all 1: ``outcome, schools, all_0, all_1, pupils_all_0, ...``.

        Schools in which nobody or everybody has the outcome stay in a linear model with school effects, whose mean they
        belong to, and say nothing about differences within schools; a conditional logit would drop them.
        """
        by_school = self.rows.groupby("location", observed=True)["y"].agg(["mean", "size"])
        none, everybody = by_school["mean"] == 0, by_school["mean"] == 1
        counts = {
            "schools": len(by_school),
            "all_0": int(none.sum()),
            "all_1": int(everybody.sum()),
            "pupils_all_0": int(by_school.loc[none, "size"].sum()),
            "pupils_all_1": int(by_school.loc[everybody, "size"].sum()),
        }
        return pd.DataFrame([{"outcome": self.outcome, **counts}])


def estimation_sample(defined: pd.DataFrame, outcome: str, *, years: Sequence[int] | None = None) -> Sample:
    """Select the pupils in whom an outcome can happen.

    Parameters
    ----------
    defined : one row per pupil, as `definitions.define` returns it
    outcome : one of `OUTCOMES`
    years
        First calendar years of the school years analysed; by default those in which bijstelling exists (2014/15 and
        later); for year 3 all, as few cohorts were followed so far.

    Returns
    -------
    Sample : with its account

    Raises
    ------
    ModelError
        For an unknown outcome, or if fewer than two schools are left.
    """
    if outcome not in OUTCOMES:
        raise ModelError(f"there is no outcome {outcome!r}; choose from {', '.join(OUTCOMES)}", Reason.INVALID)
    check_complete(defined, ["year", "location"], outcome)
    rows, began = walk(defined, [_years(outcome, years)])
    # Only now: most pupils of a country are of years that are not analysed.
    rows = rows.assign(y=_outcome(rows, outcome), band=_band(rows, outcome).astype("category"))
    accounts = [began]
    for steps in (_with_test, _with_advice(outcome), _at_risk(outcome), _with_factors, _undecided(outcome)):
        rows, account = walk(rows, steps(rows))
        accounts.append(account)
    check_complete(rows, ["y", "band"], outcome)
    account = _joined(outcome, accounts)
    if rows["location"].nunique() < FEWEST_SCHOOLS:
        raise ModelError(
            f"{outcome}: fewer than two schools are left after {account['step'].iloc[-1]!r}", Reason.TOO_FEW_CLUSTERS
        )
    return Sample(outcome, rows.reset_index(drop=True), account)


def known(rows: pd.DataFrame, columns: Iterable[str], name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Select, counted, of whom the columns that are there are known; one that nobody lacks is no step.

    Parameters
    ----------
    rows : pupils
    columns : of `UNKNOWN`
    name : what the account calls the selection

    Returns
    -------
    tuple of DataFrame : the pupils, and the account in the form of `Sample`, without a row where nobody leaves
    """
    chosen, account = walk(rows, _known(rows, columns))
    return chosen, _joined(name, [account])


def parts(sample: Sample, columns: Mapping[str, Sequence[str]]) -> dict[str, Sample]:
    """Narrow a sample to the pupils of models that use more columns than its outcome does.

    Parameters
    ----------
    sample, columns : the sample, and the columns by model

    Returns
    -------
    dict
        A sample by model, with the account of who leaves by what the model is called; no model of which a column is
        absent, or that two schools are not left for.
    """
    narrowed = {}
    for model, used in columns.items():
        if {*used} <= {*sample.rows}:
            rows, account = known(sample.rows, used, model)
            if rows["location"].nunique() >= FEWEST_SCHOOLS:
                narrowed[model] = Sample(sample.outcome, rows.reset_index(drop=True) if len(account) else rows, account)
    return narrowed


def samples(
    defined: pd.DataFrame, outcomes: Sequence[str] = OUTCOMES, *, years: Sequence[int] | None = None
) -> dict[str, Sample]:
    """Select the sample of every outcome; none of year 3 where nobody was followed.

    Parameters
    ----------
    defined, outcomes, years : as in `estimation_sample`

    Returns
    -------
    dict : samples by outcome
    """
    followed = bool(defined["position"].notna().any())
    chosen = [outcome for outcome in outcomes if followed or outcome not in YEAR3]
    return {outcome: estimation_sample(defined, outcome, years=years) for outcome in chosen}


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


def _years(outcome: str, years: Sequence[int] | None) -> Step:
    return "year of the analysis", "another year", lambda r: _in_years(r, outcome, years)


def _with_test(rows: pd.DataFrame) -> list[Step]:
    given: Step = ("year with a test", "no end test was given that year", lambda r: r["test_given"])
    sat: Step = (
        *("test sat", "no test score, so the advice cannot be compared"),
        lambda r: r["test_advice"].notna(),
    )
    return [given, sat] if "test_given" in rows else [sat]


def _with_advice(outcome: str) -> Steps:
    return lambda rows: _known(rows, [OF_ADVICE[outcome]])


def _with_factors(rows: pd.DataFrame) -> list[Step]:
    return _known(rows, [name for name in factors_in(rows) if name != "advising"])


def _known(rows: pd.DataFrame, columns: Iterable[str]) -> list[Step]:
    return [(*UNKNOWN[name], _has(name)) for name in columns if name in rows and rows[name].isna().any()]


def _has(name: str) -> Keeps:
    return lambda rows: rows[name].notna()


def _at_risk(outcome: str) -> Steps:
    steps: list[Step] = []
    if outcome == "revised":
        ever = "nobody's advice was revised that year"
        steps += [
            ("under-advised", "advice not below the test's, or no bijstelling yet", lambda r: r["at_risk"]),
            ("year with bijstelling", ever, lambda r: r.groupby("year")["y"].transform("max") > 0),
        ]
    if outcome in YEAR3:
        steps += [("followed to year 3", "position in year 3 unknown", lambda r: r["year3"].notna())]
    return lambda _: steps


def _undecided(outcome: str) -> Steps:
    differs = "nobody or everybody in the band has the outcome"
    return lambda _: [_possible(outcome), ("outcome differs within the band", differs, _differs_in_band)]


def _joined(name: str, accounts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    steps = [account for account in accounts if len(account)]
    account = pd.concat(steps, ignore_index=True) if steps else pd.DataFrame()
    account.insert(0, "outcome", name)
    return account


def _in_years(rows: pd.DataFrame, outcome: str, years: Sequence[int] | None) -> pd.Series:
    if years is None:
        return rows["year"] >= (rows["year"].min() if outcome in YEAR3 else SINCE_BIJSTELLING)
    return rows["year"].isin(list(years))


def _possible(outcome: str) -> Step:
    column, impossible, reason = {
        "under": ("test_advice_low", LEVELS[0], "the test advises the lowest level: nothing is below it"),
        "revised": ("test_advice_low", LEVELS[0], "the test advises the lowest level: nothing is below it"),
        "over": ("test_advice_low", VWO, "the test advises the highest level: nothing is above it"),
        "up_year3": ("advice_final", VWO, "the advice is the highest level: nothing is above it"),
        "down_year3": ("advice_final", LEVELS[0], "the advice is the lowest level: nothing is below it"),
    }[outcome]
    return "outcome possible", reason, lambda rows: rows[column] != impossible


def _differs_in_band(rows: pd.DataFrame) -> pd.Series:
    share = rows.groupby("band", observed=True)["y"].transform("mean")
    return (share > 0) & (share < 1)
