import numpy as np
import pandas as pd
import pytest

from analysis.chapters.choice_by_municipality.models.estimation import estimate
from analysis.chapters.choice_by_municipality.models.explained import (
    OTHER_DISTANCES,
    at_other_distances,
    by_urbanicity,
    explain,
    picture,
)
from analysis.chapters.choice_by_municipality.models.flows import described as described_of
from analysis.chapters.choice_by_municipality.models.flows import municipalities


def country(n=60, *, slope=0.1, seed=4):
    rng = np.random.default_rng(seed)
    density = 2.0 ** rng.uniform(7, 12, n)
    error = rng.uniform(0.03, 0.1, n)
    fall = 0.3 + slope * np.log2(density) + rng.normal(0, np.sqrt(0.1**2 + error**2))
    names = [f"Plaats {number}" for number in range(n)]
    interval = {"estimate": fall, "std_error": error, "ci_low": fall - 2 * error, "ci_high": fall + 2 * error}
    counts = {"p_value": 0.0, "n_obs": 1000, "n_clusters": 20, "unit": "log odds per km"}
    sensitivity = pd.DataFrame({"model": "municipality", "group": names, "term": "fall_per_km", **interval, **counts})
    edges, classes = [0, 500, 1000, 1500, 2500, np.inf], ["not", "hardly", "moderately", "strongly", "very strongly"]
    kind = pd.cut(density, edges, right=False, labels=[f"{name} urban" for name in classes]).astype(object)
    traits = {"density": density, "urbanicity": kind, "sd_schoolweging": rng.uniform(1, 4, n)}
    described = pd.DataFrame({"municipality": names, "pupils": 1000, "schools": 10, "postcodes": 20, **traits})
    return sensitivity, described


def test_the_slope_on_density_is_recovered_and_the_deviation_of_schoolweging_has_none():
    estimates = explain(*country()).estimates.set_index(["model", "term"])
    for model in ("density", "unweighted"):
        row = estimates.loc[(model, "log2_density")]
        assert row["ci_low"] < 0.1 < row["ci_high"]
        assert row["std_error"] < 0.02
        assert estimates.loc[(model, "sd_schoolweging"), "p_value"] > 0.05


def test_what_density_explains_of_the_variance():
    by_model = explain(*country()).heterogeneity.set_index("model")
    assert by_model.loc["density", "tau_low"] < 0.1 < by_model.loc["density", "tau_high"]
    assert by_model.loc["density", "share_explained"] > 0.5
    assert pd.isna(by_model.loc["mean", "share_explained"])


def test_without_the_class_of_comparison_another_takes_its_place():
    sensitivity, described = country()
    others = described["urbanicity"] != "moderately urban"
    explained = explain(sensitivity[others.to_numpy()], described[others])
    terms = explained.models["urbanicity"].coefficients.index.tolist()
    assert terms == ["intercept", "strongly urban", "hardly urban", "not urban", "sd_schoolweging"]


def test_a_class_of_a_single_municipality_is_left_out():
    sensitivity, described = country()
    rural = described.index[described["urbanicity"] == "not urban"]
    remaining = described.drop(index=rural[1:])
    model = explain(sensitivity.loc[remaining.index], remaining).models["urbanicity"]
    assert model.n_obs == len(remaining) - 1
    assert "not urban" not in model.coefficients


def test_every_class_has_how_many_municipalities_it_has_and_how_many_are_known():
    sensitivity, described = country()
    by_class = by_urbanicity(explain(sensitivity.iloc[:50], described), described).set_index("urbanicity")
    assert by_class["all_municipalities"].sum() == 60
    assert by_class["municipalities"].sum() == 50
    rural = described.merge(sensitivity.iloc[:50], left_on="municipality", right_on="group")
    rural = rural[rural["urbanicity"] == "not urban"]
    assert by_class.loc["not urban", "pupils"] == 1000 * len(rural)
    assert abs(by_class.loc["not urban", "estimate"] - rural["estimate"].mean()) < 0.1
    assert by_class["share_of_pupils"].between(0, 1).all()


def test_the_picture_holds_points_and_line_and_the_line_rests_on_all():
    explained = explain(*country())
    parts = picture(explained.by_municipality.assign(suppressed=""), explained.line())
    assert parts["part"].value_counts().to_dict() == {"municipality": 60, "line": 60}
    assert parts.loc[parts["part"] == "line", "n_obs"].unique().tolist() == [60_000]
    line = parts[parts["part"] == "line"]
    slope = np.polyfit(np.log2(line["density"]), line["estimate"].astype(float), 1)[0]
    assert slope == pytest.approx(explained.models["density"].coefficients["log2_density"])


def test_the_slopes_are_reported_for_other_distances_too(make_country):
    world = make_country(3, municipalities=14)
    country = municipalities(*world.tables)
    at_distances = at_other_distances(estimate(country, "distance_km"), described_of(country))
    assert len(at_distances) == 2 * len(OTHER_DISTANCES)
    # without a logarithm the fall per km is the same everywhere
    slopes = at_distances[at_distances["term"] == "log2_density"]["estimate"]
    assert slopes.to_numpy() == pytest.approx(slopes.iloc[0])
