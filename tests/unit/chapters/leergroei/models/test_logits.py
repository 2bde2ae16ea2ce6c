import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.leergroei.models import logits
from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.sample import Groups
from analysis.errors import ModelError

GROUPS = Groups()
ORDER = ("I", "II", "III", "IV", "V")


def droppers(rows, chance, seed):
    """Pupils who drop one level with a chance."""
    drops = np.random.default_rng(seed).random(len(rows)) < chance
    position = rows["level_m"].map(ORDER.index)
    return rows.assign(level_e=np.array(ORDER)[(position + drops).clip(upper=4)])


@pytest.fixture
def models(simulate, design):
    """The logit of pupils who drop with a chance of 0.2 before and 0.3 in the closure year."""
    rows = simulate(schools=40, per_school=60)
    return logits.fit_drop(droppers(rows, 0.2 + 0.1 * rows["closure"], seed=8), design, GROUPS)


def test_only_a_lower_level_is_a_drop():
    rows = pd.DataFrame({"level_m": ["II"] * 4, "level_e": ["I", "II", "III", "V"]})
    assert GROUPS.drops(rows).tolist() == [0, 0, 1, 1]


def test_the_lowest_level_is_left_out(models):
    assert set(models["rekenen"].rows["level_m"]) == {"I", "II", "III", "IV"}


def test_the_effect_overall_is_close_to_the_difference_in_shares(models):
    estimates = logits.drop_effects(models)
    shares = models["rekenen"].rows.groupby("closure")["drop"].mean()
    overall = estimates[(estimates["by"] == "") & (estimates["term"] == "closure")].iloc[0]
    assert overall["estimate"] == pytest.approx(shares[1] - shares[0], abs=0.005)
    assert overall["ci_low"] < 0.1 < overall["ci_high"]
    assert set(estimates["by"]) == {"", "groep", "level_m", "risk_side"}


def test_effects_by_level_average_to_the_one_overall(models):
    estimates = logits.drop_effects(models)
    estimates = estimates[estimates["term"] == "closure"]
    by_level = estimates[estimates["by"] == "level_m"]
    overall = estimates.loc[estimates["by"] == "", "estimate"].item()
    assert_allclose(np.average(by_level["estimate"], weights=by_level["n_obs"]), overall)


def test_products_of_all_pairs(simulate):
    groups, design = Groups(levels=("I", "II", "V")), Design({"rekenen": (6, 7)}, (), control_years=("2018/19",))
    rows = simulate(schools=40, per_school=60)
    rows = rows[rows["level_m"].isin(groups.levels)].assign(level_e=rows["level_m"].replace({"I": "V"}))
    rows.loc[rows.index % 3 == 0, "level_e"] = "I"
    rows["groep"] = 6 + rows["pupil"] % 2
    terms = logits.fit_drop(rows, design, groups)["rekenen"].fit.coefficients.index
    pairs = {"groep 7:level II", "groep 7:closure", "groep 7:share_at_risk"}
    pairs |= {"level II:closure", "level II:share_at_risk", "closure:share_at_risk"}
    assert set(terms) == {"intercept", "groep 7", "level II", "closure", "share_at_risk"} | pairs


def test_example_pupils_have_probabilities_and_their_difference(models, design):
    estimates = logits.example_pupils(models, "rekenen", 7, "I", [0.2, 0.6], design)
    assert estimates["term"].tolist() == ["before", "closure", "difference"] * 2
    assert estimates["year"].tolist()[:3] == ["2018/19", "2019/20", "2019/20 against 2018/19"]
    before, closed, difference = estimates["estimate"].iloc[:3]
    assert_allclose(closed - before, difference)
    chances = estimates[estimates["term"] != "difference"]
    assert chances[["ci_low", "estimate", "ci_high"]].apply(lambda row: row.is_monotonic_increasing, axis=1).all()
    assert chances["ci_low"].gt(0).all()
    rows = models["rekenen"].rows
    counts = rows[rows["level_m"] == "I"].groupby("year").size()
    assert estimates["n_obs"].tolist()[:3] == [counts["2018/19"], counts["2019/20"], counts.sum()]
    assert estimates["n_least"].tolist()[:3] == [counts["2018/19"], counts["2019/20"], counts.min()]


def test_an_example_that_cannot_drop_is_refused(models, design):
    with pytest.raises(ModelError, match="nobody in groep 7 is at level V and can drop"):
        logits.example_pupils(models, "rekenen", 7, "V", [0.2, 0.6], design)
    with pytest.raises(ModelError, match="no example pupil of lezen"):
        logits.example_pupils(models, "lezen", 7, "I", [0.2, 0.6], design)


def test_the_effect_of_the_share_at_risk_is_per_ten_points(simulate, design):
    rows = simulate(schools=60, per_school=60)
    rows = droppers(rows, 0.1 + 0.3 * rows["share_at_risk"], seed=9)
    by_term = logits.drop_effects(logits.fit_drop(rows, design, GROUPS)).set_index("term")["estimate"]
    assert by_term["share_at_risk"] == pytest.approx(0.03, abs=0.01)
    assert by_term["closure:share_at_risk"] == pytest.approx(0.0, abs=0.015)
