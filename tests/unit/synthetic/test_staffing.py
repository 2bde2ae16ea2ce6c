"""The national staffing panel: formulas exact, truths recovered, and a changed truth seen by the estimate."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import yaml
from linearmodels.panel import PanelOLS

from analysis.errors import InputError
from analysis.synthetic.moments_staffing import MOMENTS, toelage_effect
from analysis.synthetic.staffing import COLUMNS, StaffingTruth, make_staffing
from analysis.synthetic.staffing_noise import fading, lasting, normal_scores
from analysis.synthetic.staffing_schools import toelage_cutoff, with_threshold
from analysis.synthetic.staffing_shortage import hurdle_beta_quantile
from analysis.synthetic.staffing_truth import OUTCOMES, YEARS, HurdleBeta, Noise

TRUTH = StaffingTruth()
PUBLISHED = sorted((Path(__file__).parents[3] / "params" / "published").glob("*-staffing.yml"))
OUTCOME_COLUMNS = {"wage": "log_wage"}  # the wage's effect is a share, so its logarithm is what the model explains


@cache
def panel(seed: int = 1, scale: float = 0.1) -> pd.DataFrame:
    return make_staffing(TRUTH, scale, np.random.SeedSequence(seed))


def world(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"by_location_year": frame}


def with_effects(**effects: float) -> StaffingTruth:
    return replace(TRUTH, toelage_effects={"wage": 0.065, **effects})


def expected(truth: StaffingTruth, outcome: str) -> float:
    effect = truth.effect(outcome)
    return float(np.log1p(effect)) if outcome == "wage" else effect


def scored_in_2016(frame: pd.DataFrame) -> pd.Series:
    base = frame[frame["year"] == 2016].set_index("location")["achterstandsscore"]
    return frame["location"].map(base) > 0


def two_way(frame: pd.DataFrame, outcome: str, terms: pd.DataFrame):
    """School and year effects, errors clustered by board."""
    index = pd.MultiIndex.from_frame(frame[["location", "year"]])
    board = pd.DataFrame({"board": pd.factorize(frame["board"])[0]}, index=index)
    y = pd.Series(frame[outcome].to_numpy(), index=index)
    model = PanelOLS(y, terms.set_axis(index), entity_effects=True, time_effects=True)
    return model.fit(cov_type="clustered", clusters=board)


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """Schools that had a score in 2016; among all schools the older trend in the ratio would pass for an effect."""
    frame = frame.assign(log_wage=np.log(frame["wage"]), pupils_per_teacher=frame["pupils"] / frame["teachers_fte"])
    return frame[scored_in_2016(frame).to_numpy()]


def toelage_fit(frame: pd.DataFrame, outcome: str):
    frame = prepared(frame)
    treated = (frame["amt"] & (frame["year"] >= 2021)).astype(float).to_frame("toelage")
    return two_way(frame, OUTCOME_COLUMNS.get(outcome, outcome), treated)


def by_hand(frame: pd.DataFrame, outcome: str) -> tuple[float, float]:
    """The same estimate and error in closed form, for a balanced panel: a hundred times as fast."""
    frame = prepared(frame)
    y = frame[OUTCOME_COLUMNS.get(outcome, outcome)].to_numpy().reshape(-1, len(YEARS))
    d = (frame["amt"] & (frame["year"] >= 2021)).to_numpy(float).reshape(-1, len(YEARS))
    y, d = (v - v.mean(axis=1, keepdims=True) - v.mean(axis=0) + v.mean() for v in (y, d))
    estimate = (d * y).sum() / (d**2).sum()
    board = pd.factorize(frame["board"].to_numpy()[:: len(YEARS)])[0]
    scores = np.bincount(board, (d * (y - estimate * d)).sum(axis=1))
    free = y.size - sum(y.shape)  # linearmodels counts every school and year as a coefficient
    return estimate, np.sqrt((scores**2).sum() * y.size / free) / (d**2).sum()


def covers(fit, term: str, truth: float) -> bool:
    low, high = fit.conf_int().loc[term]
    return bool(low <= truth <= high)


def test_the_panel_has_the_named_columns_one_row_a_school_and_year_and_nothing_missing() -> None:
    frame = panel()
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == frame["location"].nunique() * 10
    assert not frame.duplicated(["location", "year"]).any()
    assert not frame.isna().any(axis=None)
    assert frame["location"].str.fullmatch(r"\d{2}[A-Z]{2}\d{2}").all()
    assert frame["board"].str.fullmatch(r"\d{5}").all()
    shares = frame[["inflow", "outflow", "retention", "shortage", "unqualified"]]
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)


def test_the_same_seed_gives_the_same_panel_and_another_seed_another() -> None:
    first, again, other = (make_staffing(TRUTH, 0.02, np.random.SeedSequence(seed)) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first["shortage"].equals(other["shortage"])


def test_scale_multiplies_the_schools() -> None:
    small, large = (make_staffing(TRUTH, scale, np.random.SeedSequence(1)) for scale in (0.05, 0.5))
    assert small["location"].nunique() == pytest.approx(315, abs=2)
    assert large["location"].nunique() == pytest.approx(3150, abs=2)


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_world_without_size_is_refused(scale: float) -> None:
    with pytest.raises(InputError, match="scale"):
        make_staffing(TRUTH, scale, np.random.SeedSequence(1))


@pytest.mark.parametrize(("name", "do"), [("retention", "outflow: retention is 1 - outflow"), ("inflo", "inflow")])
def test_an_effect_on_what_is_no_outcome_is_refused(name: str, do: str) -> None:
    with pytest.raises(InputError, match=do):
        StaffingTruth(toelage_effects={name: 0.1})


def test_a_change_in_one_part_leaves_the_draws_of_the_others_alone() -> None:
    base, moved = (
        make_staffing(truth, 0.05, np.random.SeedSequence(1)) for truth in (TRUTH, with_effects(outflow=-0.05))
    )
    changed = [name for name in COLUMNS if not base[name].equals(moved[name])]
    assert changed == ["outflow", "retention"]


def test_the_threshold_takes_twelve_percent_of_pupils_at_the_distance_of_an_average_low_scorer() -> None:
    # E = 100 pupils: the threshold is 100 x 0.12 x (535.26 - 529.46) = 69.6.
    scores = with_threshold(np.array([102.62, 69.6, 19.46]), np.array([100, 100, 100]), TRUTH)
    assert scores.tolist() == [33.02, 0.0, 0.0]


def test_oab_money_is_price_times_the_score_above_the_threshold_in_every_row() -> None:
    frame = panel()
    price = frame["year"].map({year: TRUTH.price(year) for year in YEARS})
    score = np.maximum(0, frame["achterstandsscore_raw"] - 0.696 * frame["pupils"]).round(2)
    np.testing.assert_allclose(frame["oab_euro"], (price * score), atol=0.0051)
    assert TRUTH.price(2020) == 559.50
    assert frame["score_per_pupil"].equals(frame["achterstandsscore"] / frame["pupils"])


def test_the_kink_has_no_jump() -> None:
    frame = panel(scale=1.0)
    distance = frame["achterstandsscore_raw"] - 0.696 * frame["pupils"]
    near = frame["oab_euro"][distance.between(-1, 1)]
    assert len(near) > 50
    assert near.max() <= TRUTH.price(2024) * 1.0051


@pytest.mark.parametrize(
    ("scores", "receive"),
    [
        (np.arange(1.0, 21.0), 3),  # 15% of twenty
        (np.array([0.0] * 16 + [2.0, 2.0, 2.0, 3.0]), 4),  # three tie at the cut-off: all are in
        (np.array([0.0] * 19 + [1.0]), 1),  # a zero never receives
        (np.zeros(20), 0),
    ],
)
def test_the_toelage_goes_to_the_top_by_score_per_pupil_ties_included(scores: np.ndarray, receive: int) -> None:
    assert (scores >= toelage_cutoff(scores, 0.15)).sum() == receive


def test_the_toelage_is_sharp_in_the_score_of_2020_and_paid_from_2021() -> None:
    frame = panel()
    selection = frame[frame["year"] == 2020]
    assert (
        selection.loc[selection["amt"], "score_per_pupil"].min()
        > selection.loc[~selection["amt"], "score_per_pupil"].max()
    )
    assert ((frame["amt_euro"] > 0) == (frame["amt"] & (frame["year"] >= 2021))).all()
    large = frame[(frame["amt_euro"] > 0) & (frame["pupils"] >= 145)]
    np.testing.assert_allclose(large["amt_euro"], 523.80 * large["pupils"], atol=0.0051)
    small = frame[(frame["amt_euro"] > 0) & (frame["pupils"] < 140)]
    np.testing.assert_allclose(small["amt_euro"], 17_333.45 + (523.80 - 119.96) * small["pupils"], atol=0.0051)


@pytest.mark.parametrize(
    ("region", "mean", "zero", "above"), [(TRUTH.g5, 0.158, 0.16, 0.17), (TRUTH.outside, 0.066, 0.53, 0.03)]
)
def test_the_hurdle_beta_hits_the_published_mean_zeros_and_tail(region, mean, zero, above) -> None:
    drawn = hurdle_beta_quantile(np.random.default_rng(1).random(400_000), region.shortage)
    assert region.shortage.mean == pytest.approx(mean, abs=0.0005)
    assert drawn.mean() == pytest.approx(mean, abs=0.001)
    assert (drawn == 0).mean() == pytest.approx(zero, abs=0.003)
    assert (drawn > 0.30).mean() == pytest.approx(above, abs=0.002)


def test_the_quantile_function_by_hand() -> None:
    # Beyond the hurdle of one half, Beta(1, 1) is uniform: a chance of .75 lies half way.
    assert hurdle_beta_quantile(np.array([0.2, 0.5, 0.75, 1.0]), HurdleBeta(0.5, 1, 1)).tolist() == [0, 0, 0.5, 1]


def test_shortage_rises_with_schoolweging_and_follows_its_loading() -> None:
    def slope(loading: float) -> float:
        frame = make_staffing(replace(TRUTH, shortage_weging=loading), 0.2, np.random.SeedSequence(1))
        return float(
            sm.OLS(frame["shortage"], sm.add_constant(frame[["schoolweging", "g5"]].astype(float)))
            .fit()
            .params["schoolweging"]
        )

    assert abs(slope(0.0)) < 0.001
    assert 0.002 < slope(0.48) < slope(1.5)


def test_unqualified_staff_are_part_of_the_shortage() -> None:
    frame = panel()
    assert (frame["unqualified"] <= frame["shortage"]).all()
    filled = frame.groupby("g5")["unqualified"].sum() / frame.groupby("g5")["shortage"].sum()
    assert filled[True] == pytest.approx(0.25, abs=0.03)
    assert filled[False] == pytest.approx(0.10, abs=0.03)


def test_noise_has_the_correlations_of_its_parts() -> None:
    rng = np.random.default_rng(1)
    board = np.repeat(np.arange(20_000), 2)
    drawn = lasting(rng, board, Noise(board=1.0, school=1.0, board_year=0.0, year=1.0, rho=0.5))
    first, second = drawn[::2], drawn[1::2]
    assert drawn.var() == pytest.approx(3, abs=0.06)
    assert np.mean(first * second) == pytest.approx(1, abs=0.06)  # of one board
    assert np.mean(drawn[:, 0] * drawn[:, 1]) == pytest.approx(2.5, abs=0.06)  # lasting 2, fading 0.5
    faded = fading(rng, 50_000, 0.5)
    assert np.corrcoef(faded[:, 0], faded[:, 2])[0, 1] == pytest.approx(0.25, abs=0.02)
    assert normal_scores(np.array([3.0, 1.0, 2.0])).round(3).tolist() == [0.967, -0.967, 0.0]


def test_the_inspectorate_judges_by_the_size_of_the_shortage() -> None:
    frame = panel(scale=1.0)
    share = frame.groupby(frame["shortage"] >= 0.05)["insufficient"].mean()
    assert share[True] == pytest.approx(0.30, abs=0.015)
    assert share[False] == pytest.approx(0.095, abs=0.01)


def test_pupils_per_teacher_follow_the_planted_event_study() -> None:
    frame = panel(scale=1.0)
    frame = frame.assign(pupils_per_teacher=frame["pupils"] / frame["teachers_fte"])
    high = scored_in_2016(frame).to_numpy()
    terms = pd.DataFrame({year: (high & (frame["year"] == year)).astype(float) for year in YEARS if year != 2016})
    fit = two_way(frame, "pupils_per_teacher", terms)
    truth = pd.Series({year: TRUTH.pupils_per_teacher.change(year) for year in terms.columns})
    assert truth[2024] == pytest.approx(1.6)
    assert ((fit.params - truth).abs() / fit.std_errors).max() < 3.5


def test_the_wage_jumps_at_the_cut_off() -> None:
    """Local linear regression on either side of the cut-off, of the growth in log wage in the first year."""
    frame = panel(scale=1.0)
    wage = np.log(frame.pivot_table(index="location", columns="year", values="wage"))
    score = frame[frame["year"] == 2020].set_index("location")["score_per_pupil"]
    cutoff = toelage_cutoff(score.to_numpy(), 0.15)
    near = (score - cutoff).loc[lambda d: (d.abs() < 0.5) & (score > 0)]
    above = (near >= 0).astype(float)
    X = pd.DataFrame({"const": 1.0, "above": above, "distance": near, "steeper": above * near})
    fit = sm.OLS((wage[2021] - wage[2020]).loc[near.index], X).fit(cov_type="HC1")
    assert abs(fit.params["above"] - np.log1p(0.065)) < 3 * fit.bse["above"]
    assert fit.params["above"] > 10 * fit.bse["above"]


@pytest.mark.parametrize(
    ("outcome", "effect"),
    [("wage", 0.20), ("hours", 1.5), ("inflow", 0.06), ("outflow", -0.06), ("pupils_per_teacher", -2.0)],
)
def test_a_changed_truth_moves_the_estimate(outcome: str, effect: float) -> None:
    base, moved = (
        toelage_fit(make_staffing(truth, 0.2, np.random.SeedSequence(3)), outcome)
        for truth in (TRUTH, with_effects(**{outcome: effect}))
    )
    truth = expected(with_effects(**{outcome: effect}), outcome)
    shift = moved.params["toelage"] - base.params["toelage"]
    assert shift == pytest.approx(truth - expected(TRUTH, outcome), rel=0.25)
    assert covers(moved, "toelage", truth)
    assert not covers(moved, "toelage", expected(TRUTH, outcome))


def coverage(worlds: int, truth: StaffingTruth, estimator) -> pd.Series:
    hits: dict[str, list[bool]] = {outcome: [] for outcome in OUTCOMES}
    for seed in range(worlds):
        frame = make_staffing(truth, 0.1, np.random.SeedSequence([7, seed]))
        for outcome in OUTCOMES:
            estimate, error = estimator(frame, outcome)
            hits[outcome].append(abs(estimate - expected(truth, outcome)) <= 1.96 * error)
    return pd.DataFrame(hits).mean()


def with_panel_ols(frame: pd.DataFrame, outcome: str) -> tuple[float, float]:
    fit = toelage_fit(frame, outcome)
    return fit.params["toelage"], fit.std_errors["toelage"]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_panel_ols_and_the_closed_form_agree(outcome: str) -> None:
    ours, theirs = by_hand(panel(), outcome), with_panel_ols(panel(), outcome)
    assert ours[0] == pytest.approx(theirs[0], abs=1e-10)
    assert ours[1] == pytest.approx(theirs[1], rel=1e-8)


def test_intervals_cover_the_truth_in_forty_worlds() -> None:
    share = coverage(40, TRUTH, by_hand)
    assert share.min() >= 0.85
    assert 0.91 <= share.mean() <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "estimator"),
    [(TRUTH, with_panel_ols), (with_effects(hours=0.5, inflow=0.02, outflow=-0.02, pupils_per_teacher=-1.0), by_hand)],
    ids=["null", "planted"],
)
def test_intervals_cover_the_truth_in_two_hundred_worlds(truth: StaffingTruth, estimator, record_property) -> None:
    share = coverage(200, truth, estimator)
    kind = "no effect" if truth is TRUTH else "planted effects"
    for outcome, covered in share.items():
        record_property(f"toelage on {outcome}, difference in differences, {kind}", covered)
    # Of 200 intervals that are right 95% of the time, the share that cover has a standard deviation of 1.5 points.
    assert share.between(0.92, 0.98).all(), share
    assert 0.92 <= share.mean() <= 0.98


def test_among_all_schools_the_older_trend_passes_for_an_effect_on_pupils_per_teacher() -> None:
    frame = panel(scale=1.0)
    all_schools = frame.assign(pupils_per_teacher=frame["pupils"] / frame["teachers_fte"])
    treated = (frame["amt"] & (frame["year"] >= 2021)).astype(float).to_frame("toelage")
    assert two_way(all_schools, "pupils_per_teacher", treated).params["toelage"] > 0.3
    assert abs(toelage_effect(world(frame), outcome="pupils_per_teacher")) < 0.1


def test_every_published_figure_has_a_moment_and_every_moment_a_figure() -> None:
    figures = [f for path in PUBLISHED for f in yaml.safe_load(path.read_text("utf8"))["figures"]]
    ids = [figure["id"] for figure in figures]
    assert sorted(ids) == sorted(MOMENTS)
    for figure in figures:
        assert figure["tolerance"] >= figure["rounding"] >= 0, figure["id"]
        assert figure.get("contradicts", ids[0]) in ids


def test_published_figures_lie_within_tolerance_or_say_why_not() -> None:
    frames = world(make_staffing(TRUTH, 1.0, np.random.SeedSequence(20201101)))
    figures = [f for path in PUBLISHED for f in yaml.safe_load(path.read_text("utf8"))["figures"]]
    missed = {f["id"] for f in figures if abs(MOMENTS[f["id"]](frames) - f["value"]) > f["tolerance"]}
    assert missed <= {f["id"] for f in figures if "note" in f}
    assert len(missed) <= 0.05 * len(figures)
