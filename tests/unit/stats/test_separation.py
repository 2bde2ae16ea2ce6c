"""A likelihood without a finite maximum gives no estimate, wherever in the code it is climbed; one with it does."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.chapters.advisering.models import ordered
from analysis.chapters.leergroei.models import logits as growth_logits
from analysis.chapters.staffing.models import shortage_models
from analysis.errors import ModelError, Reason
from analysis.stats import logit_states
from analysis.stats.fractional import fit_fractional
from analysis.stats.logit import maximise
from analysis.stats.ordered import fit_ordered
from analysis.stats.separation import separates, strictly_separated


def schools(n=400, seed=3):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"d": np.repeat([1.0, 0.0], [n // 4, n - n // 4]), "x": rng.normal(size=n)})
    rows["e"] = np.tile([0.0, 1.0], n // 2)
    rows["board"] = np.arange(n) % 40
    return rows.assign(y=(rng.random(n) < expit(0.3 * rows["x"])).astype(float), w=rng.uniform(1, 3, n))


def fitted(rows, terms):
    return fit_ordered(ordered.collapse(rows, "advice_first").only(terms), "the advice")


def refused(fit):
    with pytest.raises(ModelError) as caught:
        fit()
    return caught.value


PERFECT = {
    "nobody with the term": (lambda r: r.assign(y=r["y"] * (1 - r["d"])), ["d"]),
    "everybody with the term": (lambda r: r.assign(y=np.maximum(r["y"], r["d"])), ["d"]),
    "a product": (lambda r: r.assign(y=r["y"] * (1 - r["d"] * r["e"])), ["d", "e", "d:e"]),
    "a number": (lambda r: r.assign(y=(r["x"] > 0.2).astype(float)), ["x"]),
    "a number, with a tie": (
        lambda r: r.assign(x=r["x"].round(), y=lambda r: np.where(r["x"] == 0, r["y"], r["x"] > 0)),
        ["x"],
    ),
    "a combination": (lambda r: r.assign(y=(r["x"] + r["e"] > 0.5).astype(float)), ["x", "e"]),
    "shares of nothing": (lambda r: r.assign(y=0.4 * r["y"] * (1 - r["d"])), ["d"]),
    "shares of all": (lambda r: r.assign(y=np.where(r["d"] == 1, 1.0, 0.2 + 0.3 * r["y"])), ["d"]),
    "nobody at all": (lambda r: r.assign(y=0.0), ["d"]),
}


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("kind", PERFECT)
def test_perfect_prediction_gives_no_estimate_of_a_share(kind, scale, weights):
    change, terms = PERFECT[kind]
    rows = change(schools())
    rows[["x", "d"]] *= scale
    assert (
        refused(lambda: fit_fractional(rows, "y", terms, cluster="board", weights=weights)).reason is Reason.SEPARATED
    )


def test_the_term_is_named():
    """The example of the issue: 400 rows, 100 with d, none of which has y."""
    rows = schools().assign(y=lambda r: r["y"] * (1 - r["d"]))
    assert "as by d:" in str(refused(lambda: fit_fractional(rows, "y", ["d", "x"], cluster="board")))


def test_one_of_the_other_kind_is_enough_for_a_maximum():
    rows = schools().assign(y=lambda r: np.where(r.index == 0, 1.0, r["y"] * (1 - r["d"])))
    ours = fit_fractional(rows, "y", ["d", "x"], cluster="board")
    theirs = sm.GLM(rows["y"], sm.add_constant(rows[["d", "x"]]), family=sm.families.Binomial()).fit(
        tol=1e-13, cov_type="cluster", cov_kwds={"groups": rows["board"], "use_correction": True}
    )
    assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)
    assert_allclose(ours.std_errors, theirs.bse, rtol=1e-7)


def test_a_large_log_odds_that_is_finite_is_estimated():
    """One of 1e9 pupils with d has the outcome: ln(1e-9), far beyond what passes for infinite elsewhere."""
    X = np.array([[1.0, 0.0], [1.0, 1.0]])
    maximum = maximise(X, np.array([1000.0, 1e9]), np.array([500.0, 1.0]))
    assert_allclose(maximum.beta[1], np.log(1 / (1e9 - 1)), rtol=1e-8)


@pytest.mark.parametrize("seed", range(40))
def test_the_linear_programme_agrees_with_the_margins_of_the_rows(seed):
    """Rows on one side of a plane are separated; with the mirror image of their mean they are not."""
    rng = np.random.default_rng(seed)
    rows, d = rng.normal(size=(200, 4)), rng.normal(size=4)
    one_side = rows * np.sign(rows @ d)[:, None]
    assert separates(one_side)
    assert strictly_separated(one_side).all()
    assert not separates(np.vstack([one_side, -one_side.mean(axis=0, keepdims=True)]))
    assert not strictly_separated(np.vstack([one_side, -one_side.mean(axis=0, keepdims=True)])).any()


def test_only_the_rows_that_can_be_are_predicted_perfectly():
    """Group a has both outcomes; of b everybody has it."""
    a, b = [1.0, 0.0], [1.0, 1.0]
    margins = np.array([a, [-1.0, 0.0], b, b])
    assert strictly_separated(margins).tolist() == [False, False, True, True]


def pupils(n=1200, seed=2):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "education": rng.choice(["laag", "middelbaar", "hoog"], n),
            "origin": rng.choice(["none", "non-western"], n),
            "income": rng.choice(["low", "middle", "high"], n),
            "one_parent": rng.random(n) < 0.2,
            "sex": rng.choice(["m", "v"], n),
            "share_hoog": rng.uniform(0.1, 0.7, n),
            "advising": "advice as the test",
            "year": rng.choice([2015, 2016], n),
            "cet": rng.integers(515, 551, n).astype(float),
            "location": rng.integers(0, 30, n).astype(str),
        }
    )
    latent = (rows["cet"] - 535) / 5 - 0.5 * (rows["education"] == "laag") + rng.logistic(size=n)
    return rows.assign(advice_first=np.digitize(latent, [-2, 0, 2]).astype(float))


TERMS = ["laag", "middelbaar", "girl", "score"]
ALONE = {
    "in the highest only": lambda r: r.assign(advice_first=np.where(r["education"] == "laag", 3.0, r["advice_first"])),
    "in the lowest only": lambda r: r.assign(advice_first=np.where(r["education"] == "laag", 0.0, r["advice_first"])),
    "by the score": lambda r: r.assign(advice_first=np.digitize(r["cet"], [525, 535, 545]).astype(float)),
}


@pytest.mark.parametrize("kind", ALONE)
def test_a_group_with_one_advice_at_an_end_of_the_scale_has_no_estimate(kind):
    rows = ALONE[kind](pupils())
    assert refused(lambda: fitted(rows, TERMS)).reason is Reason.SEPARATED


@pytest.mark.parametrize("kind", ALONE)
def test_its_rows_keep_their_counts_in_the_table(kind):
    rows = ALONE[kind](pupils())
    estimates = ordered.advice_given_score(rows)
    mutual = estimates[estimates["controls"] == "mutual"]
    assert mutual[["estimate", "std_error", "ci_low", "ci_high", "p_value"]].isna().all(axis=None)
    assert (mutual["n_obs"] == len(rows)).all()
    alone = estimates[(estimates["controls"] == "alone") & (estimates["factor"] == "sex")]
    assert alone["estimate"].notna().all() == (kind != "by the score")


def test_a_group_with_one_advice_in_the_middle_has_an_estimate():
    """Its log odds are bounded from both sides; so have groups with one pupil of another kind."""
    rows = pupils().assign(advice_first=lambda r: np.where(r["education"] == "laag", 2.0, r["advice_first"]))
    fit = fitted(rows, TERMS)
    X = pd.DataFrame(
        {
            "laag": (rows["education"] == "laag").astype(float),
            "middelbaar": (rows["education"] == "middelbaar").astype(float),
            "girl": (rows["sex"] == "v").astype(float),
            "score": (rows["cet"] - 535) / 10,
        }
    )
    theirs = OrderedModel(rows["advice_first"].astype(int), X, distr="logit").fit(method="newton", disp=0, tol=1e-12)
    assert_allclose(fit.coefficients[TERMS], theirs.params[TERMS], rtol=1e-6)


def test_terms_of_an_ordered_logit_that_are_alike_are_refused():
    rows = pupils().assign(sex=lambda r: np.where(r["education"] == "laag", "v", "m"))
    assert refused(lambda: fitted(rows, ["laag", "girl"])).reason is Reason.COLLINEAR


def layout(rows):
    return pd.DataFrame({"intercept": 1.0, "closure": rows["closure"], "low": rows["low"]}, index=rows.index)


def of_tests():
    n, rng = 900, np.random.default_rng(5)
    rows = pd.DataFrame({"closure": np.tile([0.0, 1.0], n // 2), "low": np.repeat([0.0, 1.0, 0.0], n // 3)})
    rows["year"] = np.where(rows["closure"] == 1, "2019/20", "2018/19")
    rows["location"] = (np.arange(n) % 25).astype(str)
    return rows.assign(y=(rng.random(n) < expit(0.5 * rows["closure"])).astype(float))


def test_where_one_group_is_separated_the_others_are_estimated_as_if_it_did_not_exist():
    rows = of_tests().assign(y=lambda r: np.where(r["low"] == 1, 1.0, r["y"]))
    model = logit_states.fit_logit("rekenen", rows, "y", layout)
    alone = logit_states.fit_logit(
        "rekenen", rows[rows["low"] == 0], "y", lambda r: layout(r)[["intercept", "closure"]]
    )
    others = rows[rows["low"] == 0]
    ours, theirs = growth_logits.closure_effect(model, others), growth_logits.closure_effect(alone, others)
    assert_allclose(ours["estimate"], theirs["estimate"], rtol=1e-8)
    # 25 schools in both; all pupils count in (N - 1) / (N - K)
    assert_allclose(ours["std_error"], theirs["std_error"] * np.sqrt(899 / 897 * 598 / 599), rtol=1e-7)
    assert np.isnan(growth_logits.closure_effect(model, rows)["estimate"])
    assert np.isnan(model.log_odds(rows)[rows["low"].to_numpy() == 1]).all()


def panel(n=1200, seed=3):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"location": np.arange(n).astype(str), "board": rng.integers(0, 60, n).astype(str)})
    rows = rows.assign(year=rng.choice([2023, 2024], n), g5=rng.random(n) < 0.3, schoolweging=rng.normal(30, 4, n))
    rows = rows.assign(teachers_fte=rng.uniform(5, 30, n), insufficient=rng.random(n) < 0.1)
    return rows.assign(shortage=np.where(rng.random(n) < 0.5, rng.uniform(0.01, 0.4, n), 0.0))


def test_a_part_without_a_maximum_leaves_rows_without_an_estimate_and_with_the_reason():
    """Every school of the G5 has a shortage: its log odds are infinite; how large the shortages are is known."""
    rows = panel()
    rows["shortage"] = rows["shortage"].where(~rows["g5"], rows["shortage"] + 0.05)
    regression = shortage_models.two_part(rows)
    of_any = regression[regression["outcome"].isin(["any shortage", "shortage"])]
    assert of_any["estimate"].isna().all()
    assert set(of_any["reason"]) == {"perfect prediction"}
    amount = regression[regression["outcome"] == "shortage if any"]
    assert amount["estimate"].notna().all()
    assert set(amount["reason"]) == {""}


def test_a_judgement_that_nobody_has_is_a_difference_of_shares_and_no_log_odds():
    rows = panel().assign(insufficient=lambda r: r["insufficient"] & (r["shortage"] < 0.05))
    estimates = shortage_models.judgement(rows, 2024).set_index(["model", "controls", "term"])
    assert np.isnan(estimates.loc[("judgement_logit", "none", "large_shortage"), "estimate"])
    assert estimates.loc[("judgement_lpm", "none", "large_shortage"), "estimate"] < 0
