"""The shortage: means by hand, a two-part model against statsmodels, and effects that are what they say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from analysis.chapters.staffing.models import shortage_models
from analysis.errors import ModelError
from analysis.stats.fit import stacked
from analysis.stats.fractional import fit_fractional
from analysis.topics.staffing.models import shortage


def schools(**columns):
    number = len(next(iter(columns.values())))
    plain = {"location": [f"s{at}" for at in range(number)], "year": 2024, "board": [str(at) for at in range(number)]}
    return pd.DataFrame({**plain, "g5": False, "schoolweging": 30.0, "teachers_fte": 1.0, **columns})


def one_row(frame, **chosen):
    for column, value in chosen.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_shares_of_employment_and_of_schools_differ():
    """Shortages of 0, .1 and .4 at schools of 1, 1 and 2 fte: .9 / 4 of employment, .5 / 3 over schools."""
    frame = schools(shortage=[0.0, 0.1, 0.4], teachers_fte=[1.0, 1.0, 2.0])
    rows = shortage.distribution(frame, [24, 36])
    assert one_row(rows, by="", outcome="mean_employment")["estimate"] == pytest.approx((0.1 + 2 * 0.4) / 4)
    assert one_row(rows, by="", outcome="mean_schools")["estimate"] == pytest.approx(0.5 / 3)
    assert one_row(rows, by="", outcome="zero")["estimate"] == pytest.approx(1 / 3)
    assert one_row(rows, by="", outcome="above_30")["estimate"] == pytest.approx(1 / 3)


def test_the_error_of_a_mean_is_that_of_boards():
    """Two boards with deviations of -.1 and +.1 in sum of three schools: sqrt(2 / 1 x (.01 + .01)) / 3."""
    frame = schools(shortage=[0.0, 0.1, 0.2], board=["a", "a", "b"])
    row = one_row(shortage.distribution(frame, [24, 36]), by="", outcome="mean_schools")
    assert row["std_error"] == pytest.approx(np.sqrt(2 * (0.1**2 + 0.1**2)) / 3)
    assert row["n_clusters"] == 2


def test_an_empty_band_and_schools_all_alike_have_no_error():
    rows = shortage.distribution(schools(shortage=[0.0, 0.0], g5=[True, True]), [24, 36])
    assert np.isnan(one_row(rows, by="region", category="outside the G5", outcome="zero")["estimate"])
    alike = one_row(rows, by="region", category="G5", outcome="zero")
    assert alike["estimate"] == 1.0
    assert np.isnan(alike["std_error"])


def panel(n=4000, seed=3):
    rng = np.random.default_rng(seed)
    weging = rng.normal(30, 4, n)
    g5 = rng.random(n) < 0.3
    has = rng.random(n) < expit(-0.2 + 1.0 * g5 + 1.5 * (weging - 30) / 10)
    size = expit(-2.0 + 0.3 * g5 + 0.5 * (weging - 30) / 10 + rng.normal(0, 0.3, n))
    return schools(
        shortage=np.where(has, size, 0.0),
        g5=g5,
        schoolweging=weging,
        board=rng.integers(0, 200, n).astype(str),
        year=rng.choice([2023, 2024], n),
        teachers_fte=rng.uniform(5, 30, n),
    )


def test_the_logit_and_its_clustered_errors_are_those_of_statsmodels():
    frame = panel()
    frame = frame.assign(any=(frame["shortage"] > 0).astype(float), g5=frame["g5"].astype(float))
    ours = fit_fractional(frame, "any", ["g5"], cluster="board")
    groups = {"groups": pd.factorize(frame["board"])[0], "use_correction": True}
    theirs = sm.GLM(frame["any"], sm.add_constant(frame[["g5"]]), family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds=groups
    )
    assert ours.coefficients.to_numpy() == pytest.approx(theirs.params.to_numpy(), abs=1e-8)
    assert ours.std_errors.to_numpy() == pytest.approx(theirs.bse.to_numpy(), rel=1e-6)


def test_errors_of_a_sum_of_two_models_know_that_they_share_schools():
    """The sum of a coefficient with itself has twice its error, not the root of two times it."""
    frame = panel().assign(any=lambda rows: (rows["shortage"] > 0).astype(float))
    model = fit_fractional(frame, "any", [], cluster="board")
    both = stacked({"one": model, "other": model})
    assert both.error([1.0, 1.0]) == pytest.approx(2 * float(model.std_errors.iloc[0]))


def test_the_average_effect_is_a_difference_of_two_means_when_there_is_nothing_else():
    frame = panel().assign(schoolweging=np.random.default_rng(1).permutation(panel()["schoolweging"]), year=2024)
    effects = shortage_models.two_part(frame)
    row = one_row(effects, model="shortage_any_ame", term="g5")
    has = frame["shortage"] > 0
    assert row["estimate"] == pytest.approx(has[frame["g5"]].mean() - has[~frame["g5"]].mean(), abs=0.01)


def test_effects_on_the_parts_make_the_effect_on_both():
    effects = shortage_models.two_part(panel())
    parts = [one_row(effects, model=f"shortage_{name}_ame", term="weging") for name in ("any", "amount", "expected")]
    assert all(row["ci_low"] > 0 for row in parts)
    assert parts[2]["std_error"] < parts[0]["std_error"]
    assert set(effects["weights"]) == {"schools"}
    assert set(shortage_models.two_part(panel(), weights="teachers_fte")["weights"]) == {"employment"}


def test_the_judgement_without_controls_is_a_difference_of_shares():
    rng = np.random.default_rng(5)
    frame = panel(2000).assign(year=2023)
    large = frame["shortage"] >= 0.05
    frame["insufficient"] = rng.random(2000) < np.where(large, 0.3, 0.1)
    rows = shortage_models.judgement(frame, 2023)
    row = one_row(rows, model="judgement_lpm", controls="none", term="large_shortage")
    shares = frame.groupby(large)["insufficient"].mean()
    assert row["estimate"] == pytest.approx(shares[True] - shares[False])


def test_a_share_outside_zero_to_one_is_refused():
    with pytest.raises(ModelError, match="outside 0 to 1"):
        fit_fractional(schools(shortage=[0.0, 1.2]), "shortage", [], cluster="board")
