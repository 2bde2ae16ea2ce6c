import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from tests.unit.chapters.school_levels import made

from analysis.chapters.school_levels.models import latent, outside, shares, spread
from analysis.errors import InputError
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
    row = account.set_index(["subject", "step"]).loc[("lezen", "schoolweging")]
    assert row[["pupils_out", "schools_out"]].tolist() == [75, 1]


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
    assert found.loc[("at target", latent.GAP), "estimate"] == pytest.approx(10 * slopes[1])
    assert found.loc[("at target", latent.SHIFT), "estimate"] == pytest.approx(slopes[2])


def test_on_the_latent_scale_gap_and_shift_are_those_of_the_scores(pupils):
    found = latent.contrasts(pupils).set_index(["model", "term"])
    for term, truth in ((latent.GAP, made.GAP), (latent.SHIFT, made.SHIFT)):
        row = found.loc["latent scale", term]
        assert abs(row["estimate"] - truth / made.total_sd()) < 3 * row["std_error"]
    means = latent.groups(pupils)
    assert (means["pupils"] * means["estimate"]).sum() == pytest.approx(0, abs=1e-6 * len(pupils))


def test_what_everybody_reaches_has_no_latent_scale(pupils):
    alike = pupils.assign(level="target")
    for table, why in ((latent.contrasts(alike), "nobody of this kind"), (latent.groups(alike), "perfect prediction")):
        assert table["estimate"].isna().all()
        assert set(table["reason"]) == {why}


def test_one_group_at_one_end_leaves_and_the_others_stay(pupils):
    first = (pupils["year"] == "2016/17") & (pupils["band"] == "below 24")
    odd = pupils.assign(level=pupils["level"].mask(first, "target"))
    means, found = latent.groups(odd), latent.contrasts(odd)
    assert means.loc[means["reason"] != "", ["year", "band"]].to_numpy().tolist() == [["2016/17", "below 24"]]
    assert means["estimate"].isna().sum() == 1
    assert set(found["n_obs"]) == {len(pupils) - first.sum()}
    assert found["estimate"].notna().all()


@pytest.mark.parametrize(
    ("column", "value", "lost"), [("band", "24-28", latent.GAP), ("year", "2017/18", latent.SHIFT)]
)
def test_one_band_has_no_gap_and_one_year_no_shift(pupils, column, value, lost):
    found = latent.contrasts(pupils[pupils[column] == value])
    assert set(found.loc[found["estimate"].isna(), "term"]) == {lost}
    assert set(found.loc[found["term"] == lost, "reason"]) == {"collinear terms"}
    assert found.loc[found["term"] != lost, "std_error"].notna().all()


def test_bands_of_two_schools_have_no_part_in_gaps(pupils):
    """One or two schools of a band, whose schoolweging is public, would follow from the gap and the other bands."""
    band = pupils["band"] == "36 or more"
    two = pupils.loc[band, "location"].unique()[:2]
    few = pupils[~band | pupils["location"].isin(two)]
    assert set(latent.contrasts(few)["n_obs"]) == {(~band).sum()}
    rows = latent.groups(few)
    assert set(rows.loc[rows["band"] == "36 or more", "reason"]) == {"too few clusters"}


def test_errors_of_few_schools_are_those_of_leaving_each_out(pupils):
    """Near the linearised ones where no school weighs much."""
    few = pupils[pupils["location"].isin(pupils["location"].unique()[:49])]
    found = latent.contrasts(few)["std_error"].to_numpy()
    linearised = pytest.MonkeyPatch()
    linearised.setattr(latent, "JACKKNIFED", 0)
    try:
        other = latent.contrasts(few)["std_error"].to_numpy()
    finally:
        linearised.undo()
    assert found == pytest.approx(other, rel=0.25)
    assert (found >= other).mean() > 0.7


def test_a_band_of_each_year_determines_neither(pupils):
    """Years and bands that go together: what is of the one cannot be taken from what is of the other."""
    one = pupils[((pupils["year"] == "2016/17") & (pupils["band"] == "24-28"))
                 | ((pupils["year"] == "2017/18") & (pupils["band"] == "28-32"))]  # fmt: skip
    assert latent.contrasts(one)["estimate"].isna().all()


def test_the_shares_between_and_at_both_ends_move_together(pupils):
    found = latent.contrasts(pupils).set_index(["term", "model"])["estimate"]
    for term in latent.TERMS:
        assert found[term, shares.BETWEEN] == pytest.approx(-found[term, shares.TARGET] - found[term, shares.BELOW])


def test_one_subject_is_enough_and_one_school_is_not():
    rows = made.pupils(40)
    schools = made.schools_of(rows)
    kept = shares.select(rows.drop(columns="schoolweging"), schools, made.EDGES)[0]
    assert {key[0] for key in spread.fits(kept, schools, 2)} == {"lezen"}
    alone = kept[kept["location"] == kept["location"].iloc[0]]
    table = spread.spread(spread.fits(alone, schools, 2))
    assert table["estimate"].isna().all()
    assert set(table["reason"]) == {"too few clusters"}
    assert set(latent.contrasts(alone)["reason"]) == {"nobody of this kind"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.assign(schoolweging=np.nan), "no pupil's school has one"),
        (lambda rows: rows.assign(year="2001/02"), "no pupil's school has one"),
        (lambda rows: rows.assign(schoolweging=rows["schoolweging"] + np.arange(len(rows)) % 2), "have several in a"),
    ],
)
def test_schools_without_one_schoolweging_are_named_by_their_file(change, message):
    pupils = pd.concat([made.pupils(12, subject=name) for name in ("lezen", "taal")])
    with pytest.raises(InputError, match=f"by_school_level: schoolweging: .*{message}"):
        shares.select(pupils.drop(columns="schoolweging"), change(made.schools_of(pupils)), made.EDGES)


def test_pupils_whose_school_is_not_in_the_file_are_counted():
    rows = made.pupils(12)
    schools = made.schools_of(rows)
    gone = schools["location"].iloc[0]
    account = shares.select(rows.drop(columns="schoolweging"), schools[schools["location"] != gone], made.EDGES)[1]
    first = account[account["subject"] == "lezen"].set_index("step")["pupils_out"]
    assert first.to_dict() == {"school": 75, "schoolweging": 0}


def test_2_5_for_masked_counts_hides_differences_that_summing_over_them_finds(fitted):
    table = spread.spread(fitted).query("group == 'lezen' and term == 'below 1F'").set_index("model")
    known, summed, middle = (table.loc[name, "estimate"] for name in (spread.KNOWN, spread.SUMMED, spread.MIDDLE))
    assert middle < min(known, summed)
    assert table.loc[spread.SUMMED, "ci_low"] < known < table.loc[spread.SUMMED, "ci_high"]


def test_luck_of_three_years_is_a_third_as_large_against_what_differs(fitted):
    table = spread.luck(fitted).query("subject == 'taal' and outcome == 'at target'").set_index("averaged")["luck"]
    odds = table / (1 - table)
    assert odds[3] == pytest.approx(odds[1] / 3)


def test_the_interval_of_luck_is_that_of_the_spread_turned_around(fitted):
    row = spread.luck(fitted).query("subject == 'taal' and outcome == 'at target' and averaged == 1").iloc[0]
    one = fitted["taal", "at target"]
    assert row["ci_low"] < row["luck"] < row["ci_high"]
    assert row["ci_low"] == pytest.approx(spread._sampling(one, one.fits[spread.SUMMED].tau_high, 1))
    assert spread._sampling(one, 0.0, 1) == 1


@pytest.mark.parametrize(("schools", "df", "known"), [(9, 1, False), (10, 1, True), (23, 4, False), (24, 4, True)])
def test_the_spread_is_told_from_ten_schools_and_six_for_each_term_of_the_curve_on(schools, df, known):
    rows = made.pupils(schools=schools)
    kept = shares.select(rows.drop(columns="schoolweging"), made.schools_of(rows), made.EDGES)[0]
    table = spread.spread(spread.fits(kept, made.schools_of(rows), df)).query("term == 'at target'")
    assert table["estimate"].notna().all() == known
    assert ("reason" in table and set(table["reason"]) == {"too few clusters"}) != known


def test_schools_from_low_to_high_are_at_normal_quantiles(fitted):
    row = spread.apart(fitted).query("subject == 'taal' and outcome == 'at target'").iloc[0]
    tau = fitted["taal", "at target"].fits[spread.SUMMED].tau
    middle, tenth, ninetieth = (logit(row[name]) for name in ("middle", "tenth", "ninetieth"))
    assert ninetieth - middle == pytest.approx(1.2816 * tau, rel=1e-3)
    assert middle - tenth == pytest.approx(ninetieth - middle)


def test_as_many_lie_outside_as_a_count_says(fitted):
    table = outside.outside(fitted, 0.1).set_index(["subject", "outcome"])
    assert table.loc[("lezen", "at target"), "expected"] == pytest.approx(0.05, abs=0.02)
    assert (table["observed"] * table["schools"]).round(6).mod(1).eq(0).all()
    assert (table["freed"] <= table["observed"]).all()
    counts = (table[["observed", "freed"]].mul(table["schools"], axis=0)).round().astype(int)
    apart = counts.assign(less=counts["observed"] - counts["freed"], inside=table["schools"] - counts["observed"])
    assert table["schools_least"].tolist() == apart.where(apart > 0).min(axis=1).astype(int).tolist()


@pytest.mark.slow
def test_intervals_of_gap_and_shift_cover(record_property):
    truth = {latent.GAP: made.GAP / made.total_sd(), latent.SHIFT: made.SHIFT / made.total_sd()}
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
        fits = [fit_one_term(counts, X, school, restricted=True) for counts in (summed, middle)]
        covered += [fit.tau_low <= tau <= fit.tau_high for fit in fits]
    summed, middle = covered / 200
    record_property("school levels, spread below 1F, masked counts summed over", summed)
    record_property("school levels, spread below 1F, 2.5 for every masked count (far too low)", middle)
    assert 0.92 <= summed <= 0.98
    assert middle < 0.9
