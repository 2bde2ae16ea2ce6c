"""The arbeidsmarkttoelage: what it did to wages, and whether to anything else; three comparisons side by side.

*At the cut-off*: schools just above and just below the rank that decides. *Before and after*: schools with and without
the toelage, within schools that had a score in 2016. *Matched*: an eligible school and the one most like it that just
missed. How far they can be trusted is in `validity`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.complete import where_known
from analysis.stats.discontinuity import discontinuity
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit
from analysis.stats.honest import honest
from analysis.stats.matching import match
from analysis.stats.panel import PanelDesign, design, event_terms, with_event_terms, with_treatment
from analysis.topics.staffing.models.eligibility import (
    FIRST_STAGE,
    OUTCOMES,
    UNITS,
    Eligibility,
    changes,
    eligibility,
    scored_in,
    with_outcomes,
)
from analysis.topics.staffing.models.rows import ESTIMATE, attempt

ALL = (FIRST_STAGE, *OUTCOMES)
TRAITS = ("pupils", "schoolweging", "g5", "pupils_per_teacher", "hours", "inflow", "outflow", "shortage")
BASE_YEAR = 2016
HONEST = ("bias", "curvature", "off_line")


@dataclass(frozen=True)
class Study:
    """What the comparisons rest on.

    Parameters
    ----------
    eligibility : The ranking that decides, over all schools.
    panel : School-years of the schools with a score in 2016, with outcomes, ``eligible`` and ``rank``.
    by_school
        The schools with a score in the year of selection: ``location, board, rank, eligible``, the change of every
        outcome since the start, and traits of the year of selection (``before_pupils`` and so on), as far as known.
    start : First year of the toelage.
    """

    eligibility: Eligibility
    panel: pd.DataFrame
    by_school: pd.DataFrame
    start: int

    @property
    def base(self) -> int:
        """The year before the start, from which the event study counts."""
        return self.start - 1

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that the data have, the wage first."""
        return tuple(outcome for outcome in ALL if outcome in self.panel)

    def _sides(self, outcome: str) -> dict[str, int]:
        """Count schools without and with the toelage in the panel of an outcome."""
        has = where_known(self.panel, [outcome]).groupby("location")["eligible"].first()
        return {"n_left": int((~has).sum()), "n_right": int(has.sum()), "n_least": int(min((~has).sum(), has.sum()))}

    def after_start(self, outcomes: Sequence[str]) -> PanelDesign:
        """Build the design of the difference in differences on the school-years with all of some outcomes."""
        known = where_known(self.panel, outcomes)
        return design(with_treatment(known, "eligible", self.start), outcomes, ["treated_after"])

    def designs(self, build: Callable[[Sequence[str]], PanelDesign]) -> dict[str, PanelDesign]:
        """Build designs: one for all outcomes that every school-year has, and for each other one its own."""
        gaps = [outcome for outcome in self.outcomes if self.panel[outcome].isna().any()]
        whole = [outcome for outcome in self.outcomes if outcome not in gaps]
        groups = [group for group in (whole, *([outcome] for outcome in gaps)) if group]
        built = {outcome: made for group in groups for made in [build(group)] for outcome in group}
        return {outcome: built[outcome] for outcome in self.outcomes}

    def estimates(self, fit: Fit, model: str, outcome: str, cluster: str) -> pd.DataFrame:
        """Return the estimates of a regression on the panel, with its outcome, clusters and schools on both sides."""
        rows = fit.estimates(model, "schools with a score in 2016", UNITS[outcome])
        return rows.assign(outcome=outcome, cluster=cluster, **self._sides(outcome))


def study(panel: pd.DataFrame, *, selection_year: int, start: int, share: float) -> Study:
    """Rank the schools and build what the comparisons need.

    Parameters
    ----------
    panel : A row per school and year, as `data.microdata.BY_LOCATION_YEAR`.
    selection_year, share : Whose scores decide, and for which share of the schools.
    start : First year (1 October) with the toelage.

    Returns
    -------
    Study : The ranking, the panel and the schools.
    """
    rows = where_known(with_outcomes(panel), ["score_per_pupil", "board"])
    ranked = eligibility(rows, year=selection_year, share=share)
    schools = ranked.by_school.set_index("location")
    known = rows[rows["location"].isin(schools.index)]
    joined = known.assign(
        eligible=known["location"].map(schools["eligible"]).astype(bool), rank=known["location"].map(schools["rank"])
    )
    return Study(ranked, scored_in(joined, BASE_YEAR), _by_school(joined, ranked, selection_year, start), start)


def _by_school(rows: pd.DataFrame, ranked: Eligibility, selection_year: int, start: int) -> pd.DataFrame:
    traits = [trait for trait in TRAITS if trait in rows]
    before = rows[rows["year"] == selection_year].set_index("location")[traits].astype(float)
    schools = ranked.by_school[ranked.by_school["score_per_pupil"] > 0]
    changed = changes(rows, [outcome for outcome in ALL if outcome in rows], start=start)
    return schools.merge(changed, on="location", validate="one_to_one").join(
        before.add_prefix("before_"), on="location"
    )


def at_cutoff(of: Study) -> pd.DataFrame:
    """Estimate the jump at the cut-off in the change of every outcome, by `discontinuity`, clustered by board.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame
        Models ``amt_first_stage`` (the wage) and ``amt_rd``, term ``eligible``: bias-corrected estimates with robust
        intervals, ``bandwidth`` in percent of the locations, ``n_left, n_right`` within it. Where a side has too few
        schools, an outcome has a row without numbers.
    """

    def jump(outcome: str) -> dict[str, float]:
        schools = where_known(of.by_school, [outcome])
        return discontinuity(schools["rank"], schools[outcome], cluster=schools["board"]).row()

    rows = _jumps(jump, of.outcomes)
    return rows.assign(model=rows["outcome"].map(dict.fromkeys(OUTCOMES, "amt_rd") | {FIRST_STAGE: "amt_first_stage"}))


@remembered
def honestly(of: Study) -> pd.DataFrame:
    """Estimate the same jumps as `at_cutoff` with the interval of `honest`.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame
        Model ``amt_honest_rd`` as `at_cutoff`, with `HONEST`: the largest bias that is allowed for, the bound on the
        curve, and how far a curve with that bound is from a straight line at the edge of the bandwidth.
    """

    def jump(outcome: str) -> dict[str, float]:
        schools = where_known(of.by_school, [outcome])
        numbers = honest(schools["rank"], schools[outcome], cluster=schools["board"]).row()
        return {**numbers, "p_value": np.nan}  # elsewhere it follows from the error alone, and this one counts a bias

    return _jumps(jump, of.outcomes, HONEST).assign(model="amt_honest_rd")


def _jumps(jump: Callable[[str], dict[str, float]], outcomes: Sequence[str], more: Sequence[str] = ()) -> pd.DataFrame:
    """Estimate a jump in every outcome."""
    jumps = [
        {**attempt(partial(jump, outcome), more), "model": "", "outcome": outcome, "unit": UNITS[outcome]}
        for outcome in outcomes
    ]
    rows = in_form(pd.DataFrame(jumps), group="at the cut-off", term="eligible")
    return rows.assign(cluster="board", n_least=rows[["n_left", "n_right"]].min(axis=1))


@remembered
def before_and_after(of: Study) -> pd.DataFrame:
    """Estimate difference in differences of every outcome, errors clustered by board and by school.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    DataFrame : Model ``amt_did``, term ``treated_after``; ``n_left, n_right`` are schools without and with the toelage.
    """
    fits = {outcome: panel.fit(outcome) for outcome, panel in of.designs(of.after_start).items()}
    estimates = [
        of.estimates(fit.clustered(cluster), "amt_did", outcome, cluster)
        for outcome, fit in fits.items()
        for cluster in ("board", "location")
    ]
    return pd.concat(estimates, ignore_index=True)


def event_study(of: Study) -> tuple[pd.DataFrame, dict[str, Fit]]:
    """Estimate the toelage's schools against the others year by year, from the year before the start.

    Parameters
    ----------
    of : The schools.

    Returns
    -------
    tuple of DataFrame and dict : Model ``amt_event``, terms ``year_2015`` and so on; and the regressions by outcome.
    """
    terms = event_terms(of.panel, of.base)

    def built(outcomes: Sequence[str]) -> PanelDesign:
        known = where_known(of.panel, outcomes)
        return design(with_event_terms(known, "eligible", of.base), outcomes, terms)

    # Eight paths of nine years each: plain algebra gives the numbers of linearmodels in a twentieth of its time.
    fits = {outcome: panel.fit(outcome, "within").clustered("board") for outcome, panel in of.designs(built).items()}
    estimates = [of.estimates(fit, "amt_event", outcome, "board") for outcome, fit in fits.items()]
    return pd.concat(estimates, ignore_index=True), fits


@remembered
def matched(of: Study, *, window: float) -> pd.DataFrame:
    """Compare eligible schools near the cut-off with their matches.

    Parameters
    ----------
    of : The schools.
    window : How far from the cut-off, in percent of the locations.

    Returns
    -------
    DataFrame
        Model ``amt_matched``. Where schools cannot be matched or compared, rows without an estimate and a ``reason``.
    """
    traits = [name for trait in TRAITS if trait != "g5" and (name := f"before_{trait}") in of.by_school]
    schools = where_known(of.by_school, [*traits, "before_g5"])
    gaps = [outcome for outcome in of.outcomes if schools[outcome].isna().any()]
    whole = [outcome for outcome in of.outcomes if outcome not in gaps]
    groups = [group for group in (whole, *([outcome] for outcome in gaps)) if group]
    tables = {outcome: part for group in groups for outcome, part in _effects(schools, traits, group, window).items()}
    return pd.concat([tables[outcome] for outcome in of.outcomes], ignore_index=True)


def _effects(
    schools: pd.DataFrame, traits: Sequence[str], outcomes: Sequence[str], window: float
) -> dict[str, pd.DataFrame]:
    """Match the schools that have these outcomes, and compare each in them."""
    try:
        matches = match(where_known(schools, outcomes), traits, window=window, exact=["before_g5"])
        effects = {outcome: matches.effect(outcome) for outcome in outcomes}
    except ModelError as error:
        error.raise_unless_of_the_data()
        return {outcome: _unmatched(outcome, error.reason) for outcome in outcomes}
    right = int(matches.rows["eligible"].sum())
    left = len(matches.rows) - right
    return {
        outcome: effect.estimates("amt_matched", "near the cut-off", UNITS[outcome], ["eligible"]).assign(
            outcome=outcome, cluster="board", n_left=left, n_right=right, n_least=min(right, left)
        )
        for outcome, effect in effects.items()
    }


def _unmatched(outcome: str, reason: Reason) -> pd.DataFrame:
    rows = pd.DataFrame({"outcome": [outcome], "unit": [UNITS[outcome]]})
    none = dict.fromkeys(ESTIMATE, np.nan) | dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right", "n_least"), 0)
    names = {"term": "eligible", "cluster": "board", "reason": reason.value}
    return in_form(rows.assign(**none), model="amt_matched", group="near the cut-off", **names)
