"""The arbeidsmarkttoelage: what it did to wages, and whether to anything else; three comparisons side by side.

*At the cut-off*: schools just above and just below the rank that decides. *Before and after*: schools with and without
the toelage, within schools that had a score in 2016. *Matched*: an eligible school and the one most like it that just
missed. The functions of this module put the estimators of its neighbours to work and tell their results in one form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.estimates import in_form
from analysis.models.regression import Regression
from analysis.models.staffing import placebo
from analysis.models.staffing.density import DensityTest, density_test
from analysis.models.staffing.discontinuity import discontinuity
from analysis.models.staffing.eligibility import (
    FIRST_STAGE,
    OUTCOMES,
    STEADY,
    UNITS,
    Eligibility,
    changes,
    eligibility,
    scored_in,
    with_outcomes,
)
from analysis.models.staffing.equivalence import equivalence
from analysis.models.staffing.matching import Matched, match
from analysis.models.staffing.multiple import FEW_CLUSTERS, romano_wolf
from analysis.models.staffing.panel import Design, design, event_terms, event_year, joint_test, with_event_terms
from analysis.models.staffing.panel import with_treatment as treated_panel
from analysis.models.staffing.rows import ESTIMATE
from analysis.models.staffing.sensitivity import relative_bounds

ALL = (FIRST_STAGE, *OUTCOMES)
TRAITS = ("pupils", "schoolweging", "g5", "pupils_per_teacher", "hours", "inflow", "outflow", "shortage")
CLUSTERS = ("board", "location")
LIKE = {"retention": "outflow", "unqualified": "shortage"}  # whose margin an outcome shares
GROUP = {"placebo_cutoff": "{:+g}%", "donut": "{:g}%", "bandwidth": "{:g} x"}
NOTHING, SOMETHING, UNKNOWN = "no effect that matters", "an effect", "too uncertain to tell"
BASE_YEAR = 2016
RD_COLUMNS = (*ESTIMATE, "n_obs", "n_clusters", "bandwidth", "n_left", "n_right")


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
            **_attempt(partial(_jump, of.by_school, outcome, cluster)),
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


def _attempt(estimate: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Return an estimate's numbers, or none of them where the sample is too small for it."""
    try:
        found = estimate()
    except (ModelError, np.linalg.LinAlgError):
        return {**dict.fromkeys(RD_COLUMNS, np.nan), **dict.fromkeys(("n_obs", "n_clusters", "n_left", "n_right"), 0)}
    return {name: found[name] for name in RD_COLUMNS}


def density(of: Study) -> DensityTest:
    """Test whether schools bunch at the cut-off, in the logarithm of the score per pupil that the rank is made of."""
    score = np.log(of.by_school["score_per_pupil"])
    return density_test(score, cutoff=float(np.log(of.eligibility.cutoff)))


def balance(of: Study) -> pd.DataFrame:
    """Estimate the jump of traits from before the start: ``trait`` and the columns of `placebo.balance`; see there."""
    told = []
    for trait in TRAITS:
        try:
            found = placebo.balance(of.by_school, [f"before_{trait}"])
        except (ModelError, np.linalg.LinAlgError):
            continue
        told.append(found.assign(trait=trait))
    if not told:
        return pd.DataFrame(columns=["trait", *RD_COLUMNS, "mean_left", "mean_right", "in_sd"])
    return pd.concat(told, ignore_index=True)


def before_and_after(of: Study) -> pd.DataFrame:
    """Estimate difference in differences of every outcome, errors clustered by board and by school.

    Returns
    -------
    DataFrame
        Model ``amt_did``, term ``treated_after``; ``n_left, n_right`` are schools without and with the toelage.
    """
    panel = _treated(of)
    told = []
    for outcome in ALL:
        found = panel.fit(outcome)
        told += [_in_panel(found.clustered(name), "amt_did", outcome, name, of) for name in CLUSTERS]
    return pd.concat(told, ignore_index=True)


def event_study(of: Study, *, cluster: str = "board") -> tuple[pd.DataFrame, dict[str, Regression]]:
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
    told = [_in_panel(found, "amt_event", outcome, cluster, of) for outcome, found in fitted.items()]
    return pd.concat(told, ignore_index=True), fitted


def pre_trends(events: Mapping[str, Regression], start: int) -> pd.DataFrame:
    """Test for every outcome that the groups moved alike before the start: ``outcome, statistic, df, p_value``."""
    told = []
    for outcome, found in events.items():
        terms = [str(term) for term in found.coefficients.index if event_year(str(term)) < start]
        if not 0 < len(terms) < found.n_clusters:
            continue
        test = joint_test(found, terms)
        told.append(
            {
                "outcome": outcome,
                "statistic": test.statistic,
                "df": test.df,
                "p_value": test.p_value,
                "n_obs": found.n_obs,
                "n_clusters": found.n_clusters,
            }
        )
    return pd.DataFrame(told)


def bounded(events: Mapping[str, Regression], base: int, magnitudes: Sequence[float]) -> pd.DataFrame:
    """Bound the mean effect when groups may have drifted apart: columns of `sensitivity.relative_bounds` by outcome."""
    return pd.concat(
        [
            relative_bounds(found, base=base, magnitudes=magnitudes).assign(
                outcome=outcome, n_obs=found.n_obs, n_clusters=found.n_clusters, unit=UNITS[outcome]
            )
            for outcome, found in events.items()
        ],
        ignore_index=True,
    )


def matched(of: Study, *, window: float) -> tuple[pd.DataFrame, Matched | None]:
    """Compare eligible schools near the cut-off with their matches (model ``amt_matched``); None if there are none."""
    traits = [f"before_{trait}" for trait in TRAITS]
    schools = of.by_school.dropna(subset=traits)
    try:
        found = match(schools, [name for name in traits if name != "before_g5"], window=window, exact=["before_g5"])
    except (ModelError, np.linalg.LinAlgError):
        return pd.DataFrame(), None
    right = int(found.rows["eligible"].sum())
    sides = {"n_left": len(found.rows) - right, "n_right": right, "n_least": min(right, len(found.rows) - right)}
    told = [
        found.effect(outcome)
        .estimates("amt_matched", "near the cut-off", UNITS[outcome], ["eligible"])
        .assign(outcome=outcome, cluster="board", **sides)
        for outcome in ALL
    ]
    return pd.concat(told, ignore_index=True), found


def nulls(
    estimates: pd.DataFrame,
    of: Study,
    margins: Mapping[str, float],
    *,
    alpha: float,
    power: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Tell for every outcome but the wage what a null says: interval, equivalence, smallest effect seen, Romano-Wolf.

    Difference in differences is told of the outcomes in `STEADY` alone: the others moved apart before the start.

    Parameters
    ----------
    estimates
        Of `before_and_after` and `at_cutoff`.
    margins
        By outcome, in its unit: an effect smaller than this does not matter; `LIKE` tells who shares one.
    alpha, power
        Of the tests.
    draws, seed
        Of the bootstrap for Romano and Wolf's p-value, which is of the difference in differences.

    Returns
    -------
    DataFrame
        The columns of `equivalence` with ``ci_low, ci_high, p_value, p_value_romano_wolf, n_least`` besides, each in
        units of the margin too, and a ``verdict``.
    """
    chosen = estimates[
        estimates["outcome"].isin(OUTCOMES)
        & estimates["model"].isin(["amt_did", "amt_rd"])
        & (estimates["outcome"].isin(STEADY) | (estimates["model"] == "amt_rd"))
        & (estimates["cluster"] == "board")
        & estimates["estimate"].notna()
    ].reset_index(drop=True)
    told = equivalence(
        chosen, {**margins, **{name: margins[of] for name, of in LIKE.items()}}, alpha=alpha, power=power
    )
    added = chosen[["ci_low", "ci_high", "p_value", "n_obs", "n_least"]]
    together = pd.concat([told, added], axis=1)
    adjusted = romano_wolf(_treated(of), STEADY, "treated_after", rng=np.random.default_rng(seed), draws=draws)
    by_outcome = adjusted.set_index("outcome")["p_value_romano_wolf"]
    is_did = together["model"] == "amt_did"
    scaled = {
        name: together[of_what] / together["margin"]
        for name, of_what in (("in_margins", "estimate"), ("in_margins_low", "ci_low"), ("in_margins_high", "ci_high"))
    }
    found = (together["p_value"] < alpha).to_numpy()
    verdict = np.select([together["equivalent"].to_numpy(bool), found], [NOTHING, SOMETHING], UNKNOWN)
    return together.assign(
        **scaled,
        verdict=verdict,
        p_value_romano_wolf=together["outcome"].map(by_outcome).where(is_did),
        n_clusters=together["n_clusters"].astype(int),
        # The noncentral t has no number for a shift of a dozen errors: power is one there.
        power_at_margin=together["power_at_margin"].fillna(1.0),
    )


def few_clusters(of: Study, cluster: str = "board") -> bool:
    """Tell whether there are so few clusters that the bootstrap's p-values are the ones to read."""
    return int(of.panel[cluster].nunique()) < FEW_CLUSTERS


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
    outcome
        Which.
    cutoffs
        Ranks that decide nothing, in percent of the locations from the true cut-off.
    years
        Pretended starts, before the true one.
    radii
        How many percent of the locations round the cut-off are left out (donut).
    factors
        Of the bandwidth.

    Returns
    -------
    DataFrame
        In the one form: models ``placebo_cutoff, donut, bandwidth`` (jumps) and ``placebo_year`` (difference in
        differences); ``group`` tells the cut-off, radius, factor or year. What cannot be estimated has no numbers.
    """
    kinds: dict[str, tuple[Sequence[float], Callable[[float], pd.DataFrame]]] = {
        "placebo_cutoff": (cutoffs, lambda at: placebo.placebo_cutoffs(of.by_school, outcome, [at])),
        "donut": (radii, lambda at: placebo.donut(of.by_school, outcome, [at])),
        "bandwidth": (factors, lambda at: placebo.bandwidth_curve(of.by_school, outcome, [at])),
    }
    told = [
        {**_attempt(partial(_first, run, at)), "model": model, "group": GROUP[model].format(at)}
        for model, (values, run) in kinds.items()
        for at in values
    ]
    jumps = in_form(pd.DataFrame(told), term="eligible", unit=UNITS[outcome])
    jumps = jumps.assign(cluster="board", n_least=jumps[["n_left", "n_right"]].min(axis=1))
    found = placebo.placebo_years(of.panel, outcome, years, before=of.start, treated="eligible")
    starts = [
        _in_panel(fitted, "placebo_year", outcome, "board", of).assign(group=str(year))
        for year, fitted in found.items()
    ]
    return pd.concat([jumps.assign(outcome=outcome), *starts], ignore_index=True)


def _first(run: Callable[[float], pd.DataFrame], at: float) -> dict[str, float]:
    return {str(name): value for name, value in run(at).iloc[0].items()}


def _treated(of: Study) -> Design:
    return design(treated_panel(of.panel, "eligible", of.start), ALL, ["treated_after"])


def _in_panel(found: Regression, model: str, outcome: str, cluster: str, of: Study) -> pd.DataFrame:
    told = found.estimates(model, "schools with a score in 2016", UNITS[outcome])
    return told.assign(outcome=outcome, cluster=cluster, **of.sides())
