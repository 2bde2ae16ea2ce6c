"""How far the three comparisons of `toelage` can be trusted, and what their nulls say.

Before the start: whether schools bunch at the cut-off, differ in traits, or moved apart. Where there should be nothing:
placebo runs. And of every null whether it shows that an effect is small, or only that the data are too few to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.estimates import in_form
from analysis.models.regression import Regression
from analysis.models.staffing import placebo
from analysis.models.staffing.density import DensityTest, density_test
from analysis.models.staffing.eligibility import OUTCOMES, STEADY, UNITS
from analysis.models.staffing.equivalence import equivalence
from analysis.models.staffing.multiple import romano_wolf
from analysis.models.staffing.panel import event_year, joint_test
from analysis.models.staffing.sensitivity import relative_bounds
from analysis.models.staffing.toelage import RD_COLUMNS, TRAITS, Study, attempt

LIKE = {"retention": "outflow", "unqualified": "shortage"}  # whose margin an outcome shares
GROUP = {"placebo_cutoff": "{:+g}%", "donut": "{:g}%", "bandwidth": "{:g} x"}
NOTHING, SOMETHING, UNKNOWN = "no effect that matters", "an effect", "too uncertain to tell"


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
        except ModelError as error:
            error.raise_unless_of_the_data()
            continue
        told.append(found.assign(trait=trait))
    if not told:
        return pd.DataFrame(columns=["trait", *RD_COLUMNS, "mean_left", "mean_right", "in_sd"])
    return pd.concat(told, ignore_index=True)


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
    adjusted = romano_wolf(of.after_start(), STEADY, "treated_after", rng=np.random.default_rng(seed), draws=draws)
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
        {**attempt(partial(_first, run, at)), "model": model, "group": GROUP[model].format(at)}
        for model, (values, run) in kinds.items()
        for at in values
    ]
    jumps = in_form(pd.DataFrame(told), term="eligible", unit=UNITS[outcome])
    jumps = jumps.assign(cluster="board", n_least=jumps[["n_left", "n_right"]].min(axis=1))
    found = placebo.placebo_years(of.panel, outcome, years, before=of.start, treated="eligible")
    starts = [
        of.told(fitted, "placebo_year", outcome, "board").assign(group=str(year)) for year, fitted in found.items()
    ]
    return pd.concat([jumps.assign(outcome=outcome), *starts], ignore_index=True)


def _first(run: Callable[[float], pd.DataFrame], at: float) -> dict[str, float]:
    return {str(name): value for name, value in run(at).iloc[0].items()}
