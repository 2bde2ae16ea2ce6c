import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm
from tests.unit.chapters.school_differences import made

from analysis.chapters.school_differences.models import certainty, exams, funnel, levels, prediction, rule, scores
from analysis.stats.binomial_mixed import NestedLogit


def nested(lasting, passing):
    none = np.zeros((1, 1))
    return NestedLogit(none[0], none, *[lasting] * 3, *[passing] * 3, 0.1, 0.0, 40, 4000.0)


def fitted(lasting, passing, centre=0.0, n=20):
    return exams.Fitted(nested(lasting, passing), centre, pd.DataFrame({"candidates": [n, n]}))


@pytest.mark.parametrize(("passing", "share"), [(0.0, 1.0), (0.3, 0.64)])
def test_a_part_that_lasts_has_no_interval_and_a_reason_where_either_part_is_zero(passing, share):
    ends = (0.4, float("nan"), float("nan"), passing, float("nan"), float("nan"), float("nan"), 0.0, 40, 4000.0)
    zero = exams.Fitted(NestedLogit(np.zeros(1), np.zeros((1, 1)), *ends), 0.0, pd.DataFrame())
    rows = exams.lasting({"havo": zero, "vwo": fitted(0.4, 0.3)}).set_index(["group", "term"])
    row = rows.loc["havo", "lasting share"]
    assert row["estimate"] == pytest.approx(share)
    assert np.isnan(row["ci_low"])
    assert row["reason"] == exams.AT_ZERO
    assert rows.loc[("vwo", "lasting share"), "reason"] == ""
    assert "reason" not in exams.lasting({"vwo": fitted(0.4, 0.3)})


def test_levels_of_two_schools_are_counted_by_stream():
    rows = made.exams(12)
    rows = rows[(rows["level"] != "vwo") | rows["location"].isin(sorted({*rows["location"]})[:2])]
    account = levels.account(rows).iloc[0]
    assert account[["schools_out", "schools_kept"]].tolist() == [2, 4 * 12]
    assert account["pupils_out"] == rows.loc[rows["level"] == "vwo", "candidates"].sum()
    assert levels.without_fit(rows).to_dict("list") == {"group": ["vwo"], "reason": ["too few schools"]}
    assert levels.without_fit(made.exams(12)).empty


def test_schools_with_another_test_or_without_schoolweging_leave_and_are_counted():
    rows = made.scores(10)
    rows.loc[0, "provider"], rows.loc[1, "schoolweging"] = "IEP", np.nan
    kept, account = scores.select(rows)
    assert len(kept) == 8
    assert account["schools_out"].tolist() == [1, 1]


def test_what_was_put_in_comes_out_of_means_alone():
    spread = scores.spread(scores.fits(made.scores(1500), df=4)).set_index(["controls", "term"])
    for term, truth in (("within schools", made.SIGMA), ("between schools", made.TAU)):
        row = spread.loc["schoolweging", term]
        assert row["ci_low"] < truth < row["ci_high"]
    assert spread.loc["none", "between schools"]["estimate"] > made.TAU  # what schoolweging explains is in it


def test_the_expected_range_of_two_draws_is_twice_sd_over_root_pi():
    assert scores.expected_range([3.0], 2) == pytest.approx(2 * 3 / np.sqrt(np.pi), abs=1e-4)


def test_a_range_of_a_mixture_lies_between_those_of_its_parts():
    parts = [scores.expected_range([sd], 50) for sd in (1.0, 4.0)]
    assert parts[0] < scores.expected_range([1.0, 4.0], 50) < parts[1]


def test_by_size_luck_is_sigma_over_the_root_of_the_pupils():
    rows = made.scores(300)
    found = scores.fits(rows, df=4)["schoolweging"]
    classes = scores.by_size(rows, found, 4, [20.0, 40.0])
    of_small = rows.loc[rows["tested"] < 20, "tested"]
    assert classes.loc[0, "luck"] == pytest.approx(np.sqrt((found.sigma**2 / of_small).mean()))
    assert classes["schools"].sum() == 300


def test_luck_of_more_years_is_a_smaller_part_and_parts_add_up():
    parts = exams.luck({"havo": fitted(0.5, 0.3)}, years=3).set_index("averaged")
    assert parts[["luck", "passing", "lasting"]].sum(axis=1).tolist() == pytest.approx([1, 1])
    ratio = parts["luck"] / parts["lasting"]
    assert ratio[3] == pytest.approx(ratio[1] / 3)


def test_without_differences_between_schools_all_is_luck():
    parts = exams.luck({"havo": fitted(1e-9, 1e-9)}, years=1)
    assert parts["luck"].item() == pytest.approx(1)


def test_a_year_without_passing_differences_is_binomial():
    one = rule.of_one_year(4, np.full((1, len(exams.NODES)), 0.5))
    assert one[0] == pytest.approx(binom.pmf(range(5), 4, 0.5))


def test_the_rule_errs_by_counting():
    # schools are hardly apart, so that the signal is a half: of 2 candidates none pass in 1 of 4 cases, which is below
    assert rule.around(2) == [2]
    errors = rule.errors({"havo": fitted(1e-6, 1e-9)}, [2], years=1, quantile=0.25)
    assert errors["false_alarm"].item() == pytest.approx(0.25, abs=1e-4)
    assert errors["miss"].item() == pytest.approx(0.75, abs=1e-4)


def test_more_years_and_more_candidates_err_less():
    errors = rule.errors({"havo": fitted(0.5, 0.1, 2.0)}, [10, 100], years=3, quantile=0.25)
    total = errors.assign(total=errors["false_alarm"] + errors["miss"]).set_index(["candidates", "averaged"])["total"]
    assert total[100, 3] < total[10, 3]
    assert total[100, 3] < total[100, 1]


def test_chance_alone_puts_about_one_in_twenty_outside():
    rows = made.exams(200, levels=("havo",), seed=3)
    rows["passed"] = np.random.default_rng(4).binomial(rows["candidates"], 0.85)
    found = exams.outside(rows, 0.1, 0.05).query("limit == 0.95 and level == 'havo'").iloc[0]
    assert found["expected"] == pytest.approx(0.05, abs=0.02)
    assert abs(found["observed"] - found["expected"]) < 3.5 * np.sqrt(0.05 * 0.95 / 200)


def test_schools_that_differ_are_outside_until_their_differences_are_allowed_for():
    found = exams.outside(made.exams(200, levels=("havo",)), 0.1, 0.05).query("limit == 0.95").iloc[0]
    assert found["observed"] > 2 * found["expected"]
    assert found["freed"] < found["observed"]


def test_the_last_years_are_not_seen_by_the_predictions():
    rows = made.exams(40, levels=("havo",))
    before = prediction.predicted(rows, 2)
    last = rows["year"] > 2017
    same = prediction.predicted(rows.assign(passed=rows["passed"].where(~last, 0)), 2)
    # nobody passes in the last years: the squared error is then the square of the prediction itself, which is the same
    raw = rows[~last].groupby("location")[["passed", "candidates"]].sum()
    share = (raw["passed"] / raw["candidates"]).to_numpy()
    assert same.query("predictor == 'raw share'")["square"].to_numpy() == pytest.approx(share**2)
    assert len(before) == len(same) == 4 * 40


def test_a_gain_is_one_minus_the_ratio_of_weighted_squares():
    rows = pd.DataFrame(
        {
            "location": ["a", "b"] * 4,
            "level": "havo",
            "predictor": np.repeat(prediction.PREDICTORS, 2),
            "candidates": [10, 30] * 4,
            "square": [0.02, 0.02, 0.04, 0.04, 0.01, 0.02, 0.04, 0.04],
            "log_score": 0.4,
        }
    )
    gains = prediction.gains(rows).set_index(["group", "term"])["estimate"]
    # shrunken: (10 * .01 + 30 * .02) / (40 * .04) = .7 / 1.6
    assert gains["havo", "shrunken"] == pytest.approx(1 - 0.7 / 1.6)
    assert gains["all levels", "mean of all"] == pytest.approx(0.5)


def test_the_sizes_averaged_lie_around_the_one_shown():
    assert rule.around(100) == [80, 90, 100, 110, 120]


def test_by_weging_true_means_lie_closer_than_observed_ones():
    rows = made.scores(600)
    bands = scores.by_weging(rows, scores.fits(rows, df=4)["schoolweging"], [28.0, 32.0])
    width = bands.assign(width=bands["high"] - bands["low"]).pivot_table(index="band", columns="kind", values="width")
    assert (width["true"] < width["observed"]).all()
    # within a band schoolweging still matters: half a point per point, over some four to seven points
    assert width["true"].between(2 * 1.645 * 2.0, 2 * 1.645 * 3.5).all()


def test_eight_in_ten_schools_lie_where_the_quantiles_of_the_distribution_put_them():
    row = exams.apart({"havo": fitted(0.5, 1e-9, 1.0)}).iloc[0]
    ends = [1 / (1 + np.exp(-(1.0 + 0.5 * z))) for z in (-1.2816, 0, 1.2816)]
    assert [row["tenth"], row["middle"], row["ninetieth"]] == pytest.approx(ends, abs=1e-4)


def posteriors(candidates, passed, lasting=0.5, years=(2015, 2016)):
    rows = pd.DataFrame({"location": "a", "year": years, "candidates": candidates, "passed": passed})
    none = np.zeros((1, 1))
    model = NestedLogit(np.zeros(len(years)), none, *[lasting] * 3, *[1e-9] * 3, 0.1, 0.0, 1, 1.0)
    return certainty.chance_below(exams.Fitted(model, 0.0, rows), len(years), 0.25).item()


def test_without_counts_to_speak_of_the_chance_is_that_of_all_schools():
    assert posteriors([2, 2], [1, 1], lasting=1e-3) == pytest.approx(0.25, abs=0.01)


def test_the_chance_is_that_of_a_normal_posterior_where_counts_are_large():
    # log odds of 160 of 400 are -.405 with variance 1 / (400 * .4 * .6); the prior is N(0, .25)
    variance = 1 / (400 * 0.4 * 0.6)
    kept = 0.25 / (0.25 + variance)
    line = -0.6745 * 0.5
    z = (line - kept * np.log(0.4 / 0.6)) / np.sqrt(kept * variance)
    assert posteriors([200, 200], [80, 80]) == pytest.approx(norm.cdf(z), abs=0.02)


def test_parts_of_which_something_is_certain_add_up():
    found = {"havo": exams.fitted(made.exams(60, levels=("havo",)))["havo"]}
    row = certainty.certainty(found, 3, 0.25).iloc[0]
    assert row["below"] + row["above"] + row["unclear"] == pytest.approx(1)
    assert row["schools"] == 60


def test_no_hexagon_of_the_funnel_has_fewer_than_three_schools():
    rows = made.exams(600, levels=("havo",))
    drawn = funnel.funnel(rows, 0.1)
    cells = drawn[drawn["part"] == funnel.SCHOOLS]
    assert (cells["schools"] >= 3).all()
    assert funnel.left_out(rows, drawn) == pytest.approx(1 - cells["schools"].sum() / 600)
    assert 0 < funnel.left_out(rows, drawn) < 0.3


def test_limits_that_allow_for_what_schools_differ_are_wider():
    ends = funnel.funnel(made.exams(120, levels=("havo",)), 0.1).dropna(subset="ci_low")
    wide = ends.assign(width=ends["ci_high"] - ends["ci_low"]).pivot_table(index="size", columns="part", values="width")
    assert (wide[funnel.FREED] > wide[funnel.LUCK]).all()


def test_the_rule_errs_as_often_as_in_drawn_schools(monkeypatch):
    monkeypatch.setattr(rule, "around", lambda size: [size])
    fit, rng, schools = fitted(0.6, 0.3, 1.5), np.random.default_rng(9), 200_000
    lasts = fit.model.lasting * rng.standard_normal(schools)
    yearly = 1 / (1 + np.exp(-(fit.centre + lasts[:, None] + 0.3 * rng.standard_normal((schools, 3)))))
    passed, weak = rng.binomial(25, yearly).sum(axis=1), lasts < np.quantile(lasts, 0.25)
    flagged = passed < 75 * fit.signal(0.25)
    row = rule.errors({"havo": fit}, [25], years=3, quantile=0.25).query("averaged == 3").iloc[0]
    assert row["false_alarm"] == pytest.approx(flagged[~weak].mean(), abs=0.006)
    assert row["miss"] == pytest.approx((~flagged)[weak].mean(), abs=0.012)
