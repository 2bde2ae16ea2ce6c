"""How often the intervals of this chapter hold the truth of made-up countries; see docs/coverage.md."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.choice_by_municipality.estimation import estimate
from analysis.models.choice_by_municipality.explained import explain
from analysis.models.choice_by_municipality.flows import described, municipalities
from analysis.models.choice_by_municipality.sensitivity import sensitivities

FORMULA = "distance_km + log(distance_km + 0.1) + schoolweging + C(denomination)"
WORLDS = 200
PER_WORLD = 20
OFFSET = np.log(2.1 / 1.1)  # of the logarithm, from 1 to 2 km


def hits(make_country, truth, postcodes):
    """Per world: the share of municipalities whose interval holds the truth, and whether those of the slopes do."""
    told = []
    for seed in range(WORLDS):
        world = make_country(seed, truth=truth, municipalities=PER_WORLD, postcodes=postcodes)
        country = municipalities(*world.tables)
        found = sensitivities(estimate(country, FORMULA), 1.0, 2.0)
        fall = found[found["term"] == "fall_per_km"].set_index("group")
        true = -(world.coefficients["distance_km"] + truth.log_distance * OFFSET).loc[fall.index]
        slope = (
            explain(found, described(country)).estimates.set_index(["model", "term"]).loc[("density", "log2_density")]
        )
        told.append(
            {
                "fall": ((fall["ci_low"] <= true) & (true <= fall["ci_high"])).mean(),
                "slope": slope["ci_low"] <= truth.per_doubling <= slope["ci_high"],
            }
        )
    return pd.DataFrame(told).mean()


@pytest.mark.slow
def test_intervals_hold_the_truth_where_schools_differ_in_what_is_measured(make_country, planted, record_property):
    few, more = (hits(make_country, planted(), postcodes) for postcodes in ((10, 12), (12, 30)))
    record_property("school choice, fall per km of a municipality with 10 to 12 postcodes", float(few["fall"]))
    record_property("school choice, fall per km of a municipality with 12 to 30 postcodes", float(more["fall"]))
    record_property("school choice, fall per km on density, meta-regression", float(more["slope"]))
    assert 0.92 <= few["fall"] <= 0.98
    assert 0.92 <= more["fall"] <= 0.98
    assert 0.92 <= more["slope"] <= 0.985


@pytest.mark.slow
def test_unmeasured_quality_narrows_the_intervals_of_single_municipalities_and_not_those_of_slopes(
    make_country, planted, record_property
):
    """Schools share shocks over postcodes: errors by postcode pass over them, the meta-regression does not."""
    found = hits(make_country, planted(quality=0.5), (12, 30))
    record_property("school choice, fall per km of a municipality, schools differ in unmeasured quality", found["fall"])
    record_property("school choice, fall per km on density, schools differ in unmeasured quality", found["slope"])
    assert 0.65 <= found["fall"] <= 0.9
    assert 0.92 <= found["slope"] <= 0.985
