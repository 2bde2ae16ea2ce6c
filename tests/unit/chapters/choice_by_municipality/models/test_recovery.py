"""How often the intervals of this chapter hold the truth of made-up countries; see docs/coverage.md."""

from itertools import islice

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analysis.chapters.choice_by_municipality.models.estimation import designs, estimate
from analysis.chapters.choice_by_municipality.models.explained import explain
from analysis.chapters.choice_by_municipality.models.flows import described, municipalities
from analysis.chapters.choice_by_municipality.models.sensitivity import halving_distance, sensitivities
from analysis.stats.conditional_logit import fit_factored

FORMULA = "distance_km + log(distance_km + 0.1)"
OF_SCHOOLS = " + schoolweging + C(denomination)"
WORLDS, PER_WORLD = 200, 20
OFFSET = np.log(2.1 / 1.1)  # of the logarithm, from 1 to 2 km
STEP = -np.array([1.0, OFFSET])


def held(rows, truth):
    return ((rows["ci_low"] <= truth) & (truth <= rows["ci_high"])).mean()


def hits(make_country, truth, *, per_world=PER_WORLD, **sizes):
    """Per world: the share of municipalities whose intervals hold the truth, and whether those of the country do."""
    covered = []
    for seed in range(WORLDS):
        world = make_country(seed, truth=truth, municipalities=per_world, **sizes)
        country = municipalities(*world.tables)
        estimates = sensitivities(estimate(country, FORMULA, threads=1), 1.0, 2.0)
        fall, halving = (
            estimates[estimates["term"] == term].set_index("group").join(world.coefficients)
            for term in ("fall_per_km", "halving_km")
        )
        true_fall = -(fall["distance_km"] + truth.log_distance * OFFSET)
        true_half = halving["distance_km"].map(lambda b: halving_distance(np.array([b, truth.log_distance]), 1.0))
        covered.append(
            {
                "fall": held(fall, true_fall),
                "halving": held(halving, true_half),
                "bias": (fall["estimate"] - true_fall).mean(),
                "known": len(fall) / per_world,
                **(of_country(estimates, country, truth) if per_world == PER_WORLD else {}),
            }
        )
    return pd.DataFrame(covered).mean()


def of_country(estimates, country, truth):
    """Whether the meta-regressions hold the slope on density and the mean."""
    by_term = explain(estimates, described(country)).estimates.set_index(["model", "term"])
    mean, slope = by_term.loc[("mean", "intercept")], by_term.loc[("density", "log2_density")]
    return {
        "mean": mean["ci_low"] <= truth.mean - truth.log_distance * OFFSET <= mean["ci_high"],
        "slope": slope["ci_low"] <= truth.per_doubling <= slope["ci_high"],
    }


def choices(one):
    """Pupils by postcode and school, without the pairs that have none."""
    pupils = pd.Series(one.pupils.ravel(), pd.MultiIndex.from_product([one.homes.index, one.schools.index]))
    return pupils[pupils > 0]


def hits_without_constants(make_country, truth, **sizes):
    """The method before: attributes of schools in place of constants, CR1, t with one less than postcodes."""
    covered = []
    for seed in range(WORLDS):
        world = make_country(seed, truth=truth, municipalities=5, **sizes)
        for one, design in islice(designs(municipalities(*world.tables), FORMULA + OF_SCHOOLS), 5):
            pc4 = pd.Series(one.homes.index, index=one.homes.index)
            result = fit_factored(design, choices(one), grouped=True, cluster=pc4, threads=1)
            true = -(world.coefficients.loc[one.name, "distance_km"] + truth.log_distance * OFFSET)
            covariance = result.covariance_cluster.iloc[:2, :2].to_numpy()
            half = student.ppf(0.975, one.n_postcodes - 1) * np.sqrt(STEP @ covariance @ STEP)
            covered.append(abs(STEP @ result.params.iloc[:2] - true) <= half)
    return float(np.mean(covered))


def recorded(record_property, where, shares):
    names = {
        "fall": f"school choice, fall per km of a municipality, {where}",
        "halving": f"school choice, halving distance of a municipality, {where}",
        "mean": f"school choice, mean fall per km, {where}",
        "slope": f"school choice, fall per km on density, {where}",
    }
    for kind, name in names.items():
        if kind in shares:
            record_property(name, float(shares[kind]))


@pytest.mark.slow
def test_intervals_hold_the_truth_of_municipalities_as_they_are(make_country, planted, record_property):
    """Sizes, unequal postcodes, quality of schools and likeness of a postcode's pupils as in the Netherlands."""
    truth = planted(mean=0.7, log_distance=-1.1, tau=0.2, quality=0.9, alike=0.02)
    shares = hits(make_country, truth, real_sizes=True)
    recorded(record_property, "sizes and unmeasured differences as they are", shares)
    assert 0.92 <= shares["fall"] <= 0.98
    assert 0.92 <= shares["halving"] <= 0.98
    assert 0.92 <= shares["mean"] <= 0.985
    assert 0.92 <= shares["slope"] <= 0.985
    assert abs(shares["bias"]) < 0.01  # of 1.41
    assert shares["known"] > 0.99


@pytest.mark.slow
def test_intervals_hold_the_truth_where_schools_differ_in_what_nobody_measures(make_country, planted, record_property):
    shares = hits(make_country, planted(quality=0.5), postcodes=(12, 30))
    few = hits(make_country, planted(quality=0.5), postcodes=(10, 12), per_world=5)
    recorded(record_property, "12 to 30 postcodes, schools differ in unmeasured quality", shares)
    recorded(record_property, "10 to 12 postcodes, schools differ in unmeasured quality", few)
    for known in (shares, few):
        assert 0.92 <= known["fall"] <= 0.98
        assert 0.92 <= known["halving"] <= 0.98
    assert 0.92 <= shares["mean"] <= 0.985
    assert 0.92 <= shares["slope"] <= 0.985


@pytest.mark.slow
def test_without_school_constants_intervals_are_far_too_narrow(make_country, planted, record_property):
    """Schools share shocks over postcodes, and a few postcodes settle much: the method that the constants replaced."""
    shares = {
        "12 to 30 postcodes, schools differ in unmeasured quality": hits_without_constants(
            make_country, planted(quality=0.5), postcodes=(12, 30)
        ),
        "sizes and unmeasured differences as they are": hits_without_constants(
            make_country,
            planted(mean=0.7, log_distance=-1.1, tau=0.2, quality=0.9, alike=0.02),
            real_sizes=True,
        ),
    }
    for where, share in shares.items():
        record_property(f"school choice, fall per km of a municipality, {where}, no constants (too narrow)", share)
        assert 0.5 <= share <= 0.85
