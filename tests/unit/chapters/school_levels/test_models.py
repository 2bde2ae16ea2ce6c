import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from tests.unit.chapters.school_levels import made

from analysis.chapters.school_levels.models import latent, outside, shares, spread
from analysis.stats.binomial_mixed import Counts, OpenCounts, fit_one_term


@pytest.fixture(scope="module")
def pupils():
    rows = made.pupils(schools=60)
    return shares.select(rows.drop(columns="schoolweging"), made.schools_of(rows), made.EDGES)[0]


@pytest.fixture(scope="module")
def fitted(pupils):
    every = pd.concat([pupils.assign(subject=subject) for subject in ("lezen", "taal", "rekenen")])
    return spread.fits(every, made.schools_of(every), 1)


def test_pupils_of_a_school_without_schoolweging_leave_and_are_counted():
    rows = made.pupils(schools=5)
    schools = made.schools_of(rows)
    schools.loc[schools["location"] == "10AA00", "schoolweging"] = np.nan
    kept, account = shares.select(rows.drop(columns="schoolweging"), schools, made.EDGES)
    assert len(kept) == 4 * 75
    assert account.set_index("subject").loc["lezen", ["pupils_out", "schools_out"]].tolist() == [75, 1]


def test_a_share_is_of_the_pupils_of_its_band_and_year(pupils):
    table = shares.shares(pupils).set_index(["outcome", "year", "band"])
    row = table.loc["at target", "2017/18", "24-28"]
    part = pupils[(pupils["year"] == "2017/18") & pupils["schoolweging"].between(24, 28, inclusive="left")]
    assert row["estimate"] == pytest.approx((part["level"] == "target").mean())
    assert (row["pupils"], row["schools"]) == (len(part), part["location"].nunique())
    assert row["ci_low"] < row["estimate"] < row["ci_high"]


def test_gap_and_shift_of_shares_are_slopes_over_the_groups(pupils):
    found = latent.contrasts(pupils).set_index(["model", "term"])
    sizes = pupils.groupby(["year", "band"], observed=True).agg(
        share=("level", lambda part: (part == "target").mean()), n=("pupil", "size")
    )
    weging = pupils.groupby("band", observed=True)["schoolweging"].mean()
    at = sizes.reset_index()
    X = np.column_stack([np.ones(len(at)), weging.loc[at["band"]], at["year"].str[:4].astype(int) - 2016])
    root = np.sqrt(at["n"].to_numpy())
    slopes = np.linalg.lstsq(X * root[:, None], at["share"] * root)[0]
    assert found.loc[("at target", "gap"), "estimate"] == pytest.approx(10 * slopes[1])
    assert found.loc[("at target", "shift"), "estimate"] == pytest.approx(slopes[2])


def test_on_the_latent_scale_gap_and_shift_are_those_of_the_scores(pupils):
    found = latent.contrasts(pupils).set_index(["model", "term"])
    for term, truth in (("gap", made.GAP), ("shift", made.SHIFT)):
        row = found.loc["latent scale", term]
        assert abs(row["estimate"] - truth / made.total_sd()) < 3 * row["std_error"]
    means = latent.groups(pupils)
    assert (means["pupils"] * means["estimate"]).sum() == pytest.approx(0, abs=1e-6 * len(pupils))


def test_what_everybody_reaches_has_no_latent_scale(pupils):
    alike = pupils.assign(level="target")
    assert latent.contrasts(alike).empty
    assert latent.groups(alike).empty


def test_2_5_for_masked_counts_hides_differences_that_summing_over_them_finds(fitted):
    table = spread.spread(fitted).query("group == 'lezen' and term == 'below 1F'").set_index("model")
    known, summed, middle = (table.loc[name, "estimate"] for name in (spread.KNOWN, spread.SUMMED, spread.MIDDLE))
    assert middle < min(known, summed)
    assert table.loc[spread.SUMMED, "ci_low"] < known < table.loc[spread.SUMMED, "ci_high"]


def test_luck_of_three_years_is_a_third_as_large_against_what_differs(fitted):
    table = spread.luck(fitted).query("subject == 'taal' and outcome == 'at target'").set_index("averaged")["luck"]
    odds = table / (1 - table)
    assert odds[3] == pytest.approx(odds[1] / 3)


def test_schools_from_low_to_high_are_at_normal_quantiles(fitted):
    row = spread.apart(fitted).query("subject == 'taal' and outcome == 'at target'").iloc[0]
    tau = fitted["taal", "at target"].fits[spread.SUMMED].tau
    middle, tenth, ninetieth = (logit(row[name]) for name in ("middle", "tenth", "ninetieth"))
    assert ninetieth - middle == pytest.approx(1.2816 * tau, rel=1e-3)
    assert middle - tenth == pytest.approx(ninetieth - middle)


def test_as_many_lie_outside_as_a_count_says(fitted):
    table = outside.outside(fitted, 0.1).set_index(["subject", "outcome", "limit"])
    assert table.loc[("lezen", "at target", 0.95), "expected"] == pytest.approx(0.05, abs=0.02)
    assert (table["observed"] * table["schools"]).round(6).mod(1).eq(0).all()
    assert (table["freed"] <= table["observed"]).all()


@pytest.mark.slow
def test_intervals_of_gap_and_shift_cover(record_property):
    truth = {"gap": made.GAP / made.total_sd(), "shift": made.SHIFT / made.total_sd()}
    inside = []
    for seed in range(200):
        rows = made.pupils(seed=1000 + seed)
        kept = shares.select(rows.drop(columns="schoolweging"), made.schools_of(rows), made.EDGES)[0]
        found = latent.contrasts(kept).set_index(["model", "term"]).loc["latent scale"]
        inside.append(
            {term: found.loc[term, "ci_low"] <= value <= found.loc[term, "ci_high"] for term, value in truth.items()}
        )
    for term, share in pd.DataFrame(inside).mean().items():
        record_property(f"school levels, {term} on the latent scale, clustered by school", share)
        assert 0.92 <= share <= 0.98


@pytest.mark.slow
def test_the_interval_of_the_spread_covers_where_counts_are_masked(record_property):
    tau, covered = 0.45, np.zeros(2)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        w, u, school = rng.standard_normal(60), rng.standard_normal(60), np.repeat(np.arange(60), 3)
        n = np.maximum(rng.poisson(28, 180), 6)
        below = rng.binomial(n, expit(-2.6 + 0.5 * w + tau * u)[school])
        target = rng.binomial(n - below, 0.65)
        ends = [(np.where((x > 0) & (x < 5), end, x)) for x in (below, n - below - target, target) for end in (1, 4)]
        X = np.column_stack([np.ones(180), w[school]])
        summed = OpenCounts.of(ends[0], ends[1], ends[2] + ends[4], ends[3] + ends[5])
        middle = Counts.known(sum(ends) / 2, (ends[0] + ends[1]) / 2)
        fits = (fit_one_term(summed, X, school), fit_one_term(middle, X, school))
        covered += [fit.tau_low <= tau <= fit.tau_high for fit in fits]
    summed, middle = covered / 200
    record_property("school levels, spread below 1F, masked counts summed over", summed)
    record_property("school levels, spread below 1F, 2.5 for every masked count (far too low)", middle)
    assert 0.92 <= summed <= 0.98
    assert middle < 0.9
