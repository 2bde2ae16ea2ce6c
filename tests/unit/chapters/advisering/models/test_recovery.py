"""The truth of synthetic worlds is recovered, and intervals hold it as often as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from true_effects import advice_probabilities

from analysis.chapters.advisering.models import instrument, ordered, regressions
from analysis.chapters.advisering.models.decomposition import gelbach
from analysis.chapters.advisering.models.sample import Sample, estimation_sample, samples
from analysis.synthetic.advice import make_advice, school_effects
from analysis.synthetic.advice_truth import GroupEffects

TERMS = ["laag", "nonwestern"]
KEY = ["model", "controls", "term"]
TRUE_PROBABILITY = ("under", "over", "revised")
HEADLINES = (
    *(f"{outcome}_{way}" for outcome in TRUE_PROBABILITY for way in ("lpm_fe", "logit_ame")),
    *("advice_ordered", "under_iv", "position_year3"),
)
"""What docs/coverage.md reports; the others have the same limits."""


def estimates_of(by_outcome: dict[str, Sample]) -> pd.DataFrame:
    parts = [regressions.headline(by_outcome)]
    if "under" in by_outcome:
        parts += [
            instrument.measurement_error(by_outcome["under"]),
            gelbach(by_outcome["under"]).assign(controls="mutual"),
        ]
    estimates = pd.concat(parts, ignore_index=True)
    part = estimates["part"] if "part" in estimates else pd.Series("", index=estimates.index)
    estimates = estimates.assign(model=estimates["model"].str.cat(part.fillna(""), sep=" ").str.strip())
    return estimates[estimates["term"].isin(TERMS)].set_index(KEY)


def with_advice(estimates: pd.DataFrame, defined: pd.DataFrame) -> pd.DataFrame:
    of_advice = ordered.advice_given_score(estimation_sample(defined, "under").rows)
    return pd.concat([estimates, of_advice[of_advice["term"].isin(TERMS)].set_index(KEY)])


def limits(worlds, seeds: range) -> pd.Series:
    """What each model estimates: the same on the true probabilities of large worlds instead of what happened.

    A least squares or likelihood equation is linear in the outcome, so that probabilities in its place give its limit.
    For year 3 and the ordered model, whose probabilities the world does not give, what happened in large worlds.
    """
    by_world = []
    for number in seeds:
        defined = worlds.large(number)
        by_outcome = samples(defined)
        for name in TRUE_PROBABILITY:
            sample = by_outcome[name]
            by_outcome[name] = replace(sample, rows=sample.rows.assign(y=sample.rows[f"p_{name}"]))
        by_world.append(with_advice(estimates_of(by_outcome), defined)["estimate"])
    return pd.concat(by_world, axis=1).mean(axis=1)


def covered(worlds, true: pd.Series, seeds: range) -> pd.Series:
    """Share of worlds in which the interval of each estimate holds its limit."""
    inside = []
    for number in seeds:
        defined = worlds(number)
        estimates = with_advice(estimates_of(samples(defined)), defined)
        limit = true.reindex(estimates.index)
        inside.append((estimates["ci_low"] <= limit) & (limit <= estimates["ci_high"]))
    return pd.concat(inside, axis=1).mean(axis=1)


def test_intervals_of_the_headlines_hold_the_projection_of_the_truth(worlds) -> None:
    by_world = []
    for number in range(2):
        sample = estimation_sample(worlds.large(number), "under")
        true = replace(sample, rows=sample.rows.assign(y=sample.rows["p_under"]))
        by_world.append(_headline(true)["estimate"])
    limit, inside = pd.concat(by_world, axis=1).mean(axis=1), []
    for number in range(100, 112):
        estimates = _headline(estimation_sample(worlds(number), "under"))
        inside.append(
            (estimates["ci_low"] <= limit.reindex(estimates.index))
            & (limit.reindex(estimates.index) <= estimates["ci_high"])
        )
    # Few worlds and estimates that move together: wide of 95% by chance, far from the 70% of halved errors.
    assert np.mean(inside) >= 0.85


def _headline(sample: Sample) -> pd.DataFrame:
    estimates = regressions.headline({sample.outcome: sample})
    return estimates[estimates["term"].isin(TERMS)].set_index(KEY)


@pytest.mark.slow
def test_over_200_worlds_the_intervals_of_every_headline_hold_the_truth(worlds, record_property) -> None:
    share = covered(worlds, limits(worlds, range(5000, 5020)), range(1000, 1200))
    for (model, controls, term), value in share.items():
        if model in HEADLINES:
            record_property(f"school advice, {model} on {term}, {controls}, clustered by school", value)
    assert share.mean() == pytest.approx(0.95, abs=0.02)
    # A part of a gap is a product; where both factors are about zero its error by the delta method is too wide.
    product = share.index.get_level_values("model").str.contains("gelbach (?:sex|one_parent)", regex=True)
    assert (share[product] >= 0.90).all()
    # Each share of 200 worlds has a standard deviation of 1.5 points.
    assert share[~product].between(0.90, 0.99).all(), share[~share.between(0.90, 0.99)]


NO_TEACHER = GroupEffects()


def test_at_equal_score_a_gap_appears_without_a_teacher_and_goes_given_what_the_teacher_saw(worlds) -> None:
    none = replace(worlds.truth, advice=NO_TEACHER, advice_share_hoog=0.0)
    sample = estimation_sample(worlds.large(1, none), "under")
    estimates = instrument.measurement_error(sample).set_index(["model", "term"])
    assert estimates.loc[("under_ols", "laag"), "estimate"] > 0.02
    assert abs(estimates.loc[("under_lovs", "laag"), "estimate"]) < 0.015
    # The teacher of this world reads the LOVS itself, luck included: the instrument takes off more than the error.
    assert estimates.loc[("under_iv", "laag"), "estimate"] < 0


def test_the_instrument_is_right_where_the_teacher_sees_ability_and_the_lovs_is_another_noisy_measure(worlds) -> None:
    sees = replace(worlds.truth, advice=NO_TEACHER, advice_share_hoog=0.0, lovs_noise=0.0)
    by_world = []
    for number in range(2, 5):
        pupils = worlds.large(number, sees)
        noise = np.random.default_rng(number).normal(0, 0.36, len(pupils))
        sample = estimation_sample(pupils.assign(lovs=pupils["lovs"] + noise), "under")
        by_world.append(instrument.measurement_error(sample).set_index(["model", "term"]))
    naive, corrected = (
        np.array([estimates.loc[(f"under_{way}", "laag"), ["estimate", "std_error"]] for estimates in by_world], float)
        for way in ("ols", "iv")
    )
    assert naive[:, 0].mean() > 0.03
    assert abs(corrected[:, 0].mean()) < 3 * corrected[:, 1].mean() / np.sqrt(len(by_world))


def test_the_difference_that_the_teacher_makes_is_between_the_instrument_and_the_score_as_it_is(worlds) -> None:
    """The same pupils and scores, once all with low- and once all with highly educated parents."""
    root = np.random.SeedSequence(1)
    pupils = make_advice(worlds.by_pupil.assign(groep=8), worlds.by_location, worlds.truth, root)
    pupils, schools = pupils.dropna(subset=["cet"]), school_effects(worlds.by_location, worlds.truth, root)["advice"]
    laag, hoog = (
        advice_probabilities(pupils.assign(education=level), schools, worlds.truth)["under"].mean()
        for level in ("laag", "hoog")
    )
    sample = estimation_sample(worlds.large(1), "under")
    estimates = instrument.measurement_error(sample).set_index(["model", "term"])["estimate"]
    assert estimates["under_iv", "laag"] < laag - hoog < estimates["under_ols", "laag"]
    assert abs(estimates["under_lovs", "laag"] - (laag - hoog)) < estimates["under_ols", "laag"] - (laag - hoog)


def test_values_missing_at_random_leave_the_planted_gap_within_its_interval(worlds) -> None:
    """Each of four columns is missing for a tenth of the pupils: a sample of .9^4 of them, of the same world."""
    rng, defined = np.random.default_rng(2), worlds.large(0)
    whole = estimation_sample(defined, "under")
    limit = _headline(replace(whole, rows=whole.rows.assign(y=whole.rows["p_under"])))["estimate"]
    for name in ("origin", "income", "sex", "share_hoog"):
        defined[name] = defined[name].where(rng.uniform(size=len(defined)) >= 0.1)
    defined["background"] = defined["background"].where(defined["origin"].notna())
    sample = estimation_sample(defined, "under")
    assert len(sample.rows) / len(whole.rows) == pytest.approx(0.9**4, abs=0.01)
    estimates = _headline(sample).loc[limit.index]
    assert ((estimates["ci_low"] <= limit) & (limit <= estimates["ci_high"])).all()
