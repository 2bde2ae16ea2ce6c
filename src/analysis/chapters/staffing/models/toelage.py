"""The arbeidsmarkttoelage: what it did to wages, and whether to anything else; three comparisons side by side.

*At the cut-off*: schools just above and just below the rank that decides. *Before and after*: schools with and without
the toelage, within schools that had a score in 2016. *Matched*: an eligible school and the one most like it that just
missed. The functions of this module put the estimators of its neighbours to work and tell their results in one form.
How far they can be trusted is in `validity`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.stats.discontinuity import discontinuity
from analysis.stats.estimates import in_form
from analysis.stats.fit import Fit
from analysis.stats.honest import honest
from analysis.stats.matching import Matched, match
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
from analysis.topics.staffing.models.rows import ESTIMATE

ALL = (FIRST_STAGE, *OUTCOMES)
TRAITS = ("pupils", "schoolweging", "g5", "pupils_per_teacher", "hours", "inflow", "outflow", "shortage")
CLUSTERS = ("board", "location")
BASE_YEAR = 2016
RD_COLUMNS = (*ESTIMATE, "n_obs", "n_clusters", "bandwidth", "n_left", "n_right")
HONEST = ("bias", "curvature", "off_line")


@dataclass(frozen=True)
class Study:
    """What the comparisons rest on.

    Parameters
    ----------
    eligibility
        The ranking that decides, over all schools.
    panel
        School-years of the schools with a score in 2016, with outcomes, ``eligible`` and ``rank``.
    by_school
        The schools with a score in the year of selection: ``location, board, rank, eligible``, the change of every
        outcome since the start, and traits of the year of selection (``before_pupils`` and so on).
    start
        First year of the toelage.
    """

    eligibility: Eligibility
    panel: pd.DataFrame
    by_school: pd.DataFrame
    start: int

    @property
    def base(self) -> int:
        """The year before the start, from which the event study counts."""
        return self.start - 1

    def sides(self) -> dict[str, int]:
        """Count schools without and with the toelage in the panel."""
        has = self.panel.groupby("location")["eligible"].first()
        return {"n_left": int((~has).sum()), "n_right": int(has.sum()), "n_least": int(min((~has).sum(), has.sum()))}

    def after_start(self) -> PanelDesign:
        """Lay out the panel for the difference in differences: term ``treated_after``."""
        return design(with_treatment(self.panel, "eligible", self.start), ALL, ["treated_after"])

    def told(self, found: Fit, model: str, outcome: str, cluster: str) -> pd.DataFrame:
        """Put a regression on the panel in the one form, with its outcome, clusters and the schools on both sides."""
        told = found.estimates(model, "schools with a score in 2016", UNITS[outcome])
        return told.assign(outcome=outcome, cluster=cluster, **self.sides())


def study(panel: pd.DataFrame, *, selection_year: int, start: int, share: float) -> Study:
    """Rank the schools and lay out what the comparisons need.

    Parameters
    ----------
    panel
        A row per school and year, as `data.microdata.BY_LOCATION_YEAR`.
    selection_year, share
        Whose scores decide, and for which share of the schools.
    start
        First year (1 October) with the toelage.
    """
    rows = with_outcomes(panel)
    ranked = eligibility(rows, year=selection_year, share=share)
    schools = ranked.by_school.set_index("location")
    known = rows[rows["location"].isin(schools.index)]
    joined = known.assign(
        eligible=known["location"].map(schools["eligible"]).astype(bool), rank=known["location"].map(schools["rank"])
    )
    return Study(ranked, scored_in(joined, BASE_YEAR), _by_school(joined, ranked, selection_year, start), start)


def _by_school(rows: pd.DataFrame, ranked: Eligibility, selection_year: int, start: int) -> pd.DataFrame:
    before = rows[rows["year"] == selection_year].set_index("location")[list(TRAITS)].astype(float)
    schools = ranked.by_school[ranked.by_school["score_per_pupil"] > 0]
    changed = changes(rows, ALL, start=start)
    return schools.merge(changed, on="location", validate="one_to_one").join(
        before.add_prefix("before_"), on="location"
    )


def at_cutoff(of: Study, *, cluster: str = "board") -> pd.DataFrame:
    """Estimate the jump at the cut-off in the change of every outcome.

    Returns
    -------
    DataFrame
        Models ``amt_first_stage`` (the wage) and ``amt_rd``, term ``eligible``: bias-corrected estimates with robust
        intervals, ``bandwidth`` in percent of the locations, ``n_left, n_right`` within it. Where a side has too few
        schools, an outcome has a row without numbers.
    """
    told = [
        {
            **attempt(partial(_jump, of.by_school, outcome, cluster)),
            "model": "amt_first_stage" if outcome == FIRST_STAGE else "amt_rd",
            "outcome": outcome,
            "unit": UNITS[outcome],
        }
        for outcome in ALL
    ]
    rows = in_form(pd.DataFrame(told), group="at the cut-off", term="eligible")
    return rows.assign(cluster=cluster, n_least=rows[["n_left", "n_right"]].min(axis=1))


def _jump(by_school: pd.DataFrame, outcome: str, cluster: str) -> dict[str, float]:
    return discontinuity(by_school["rank"], by_school[outcome], cluster=by_school[cluster]).row()


def honestly(of: Study, *, cluster: str = "board") -> pd.DataFrame:
    """Estimate the same jumps as `at_cutoff` with the honest interval of `honest`: model ``amt_honest_rd``.

    Returns
    -------
    DataFrame
        As `at_cutoff`, with `HONEST` after it: the largest bias that is allowed for, the bound on the curve, and how
        far a curve with that bound lies from a straight line at the edge of the bandwidth.
    """
    told = [
        {
            **attempt(partial(_honest, of.by_school, outcome, cluster), (*RD_COLUMNS, *HONEST)),
            "outcome": outcome,
            "unit": UNITS[outcome],
        }
        for outcome in ALL
    ]
    rows = in_form(pd.DataFrame(told), model="amt_honest_rd", group="at the cut-off", term="eligible")
    return rows.assign(cluster=cluster, n_least=rows[["n_left", "n_right"]].min(axis=1))


def _honest(by_school: pd.DataFrame, outcome: str, cluster: str) -> dict[str, float]:
    found = honest(by_school["rank"], by_school[outcome], cluster=by_school[cluster]).row()
    return {**found, "p_value": np.nan}  # in the one form it follows from the error alone, and this one counts a bias


def attempt(estimate: Callable[[], dict[str, float]], columns: Sequence[str] = RD_COLUMNS) -> dict[str, float]:
    """Return an estimate's numbers (`columns`), or none of them where the sample is too small for it."""
    try:
        found = estimate()
    except ModelError as error:
        error.raise_unless_of_the_data()
        return {**dict.fromkeys(columns, np.nan), **dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), 0)}
    return {name: found[name] for name in columns}


def before_and_after(of: Study) -> pd.DataFrame:
    """Estimate difference in differences of every outcome, errors clustered by board and by school.

    Returns
    -------
    DataFrame
        Model ``amt_did``, term ``treated_after``; ``n_left, n_right`` are schools without and with the toelage.
    """
    panel = of.after_start()
    told = []
    for outcome in ALL:
        found = panel.fit(outcome)
        told += [of.told(found.clustered(name), "amt_did", outcome, name) for name in CLUSTERS]
    return pd.concat(told, ignore_index=True)


def event_study(of: Study, *, cluster: str = "board") -> tuple[pd.DataFrame, dict[str, Fit]]:
    """Estimate the toelage's schools against the others year by year, from the year before the start.

    Returns
    -------
    tuple of DataFrame and dict
        Model ``amt_event``, terms ``year_2015`` and so on; and the regressions by outcome.
    """
    terms = event_terms(of.panel, of.base)
    panel = design(with_event_terms(of.panel, "eligible", of.base), ALL, terms)
    # Eight paths of nine years each: plain algebra gives the numbers of linearmodels in a twentieth of its time.
    fitted = {outcome: panel.fit(outcome, "within").clustered(cluster) for outcome in ALL}
    told = [of.told(found, "amt_event", outcome, cluster) for outcome, found in fitted.items()]
    return pd.concat(told, ignore_index=True), fitted


def matched(of: Study, *, window: float) -> tuple[pd.DataFrame, Matched | None]:
    """Compare eligible schools near the cut-off with their matches (model ``amt_matched``).

    Where they cannot be matched or compared, the rows have no estimate and a ``reason``, and there are no matches.
    """
    traits = [f"before_{trait}" for trait in TRAITS]
    schools = of.by_school.dropna(subset=traits)
    try:
        found = match(schools, [name for name in traits if name != "before_g5"], window=window, exact=["before_g5"])
        effects = {outcome: found.effect(outcome) for outcome in ALL}
    except ModelError as error:
        error.raise_unless_of_the_data()
        return _unmatched(error.reason), None
    right = int(found.rows["eligible"].sum())
    sides = {"n_left": len(found.rows) - right, "n_right": right, "n_least": min(right, len(found.rows) - right)}
    told = [
        effect.estimates("amt_matched", "near the cut-off", UNITS[outcome], ["eligible"]).assign(
            outcome=outcome, cluster="board", **sides
        )
        for outcome, effect in effects.items()
    ]
    return pd.concat(told, ignore_index=True), found


def _unmatched(reason: Reason) -> pd.DataFrame:
    none = dict.fromkeys(("estimate", "std_error", "ci_low", "ci_high", "p_value"), np.nan)
    nobody = dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right", "n_least"), 0)
    rows = pd.DataFrame({"outcome": ALL, "unit": [UNITS[outcome] for outcome in ALL]}).assign(**none, **nobody)
    said = {"term": "eligible", "cluster": "board", "reason": reason.value}
    return in_form(rows, model="amt_matched", group="near the cut-off", **said)
