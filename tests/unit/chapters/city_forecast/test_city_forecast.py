import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.chapters.city_forecast.models import change, contest, forecasts, pictures, stay, years
from analysis.chapters.city_forecast.models.series import CITY, check_years, series
from analysis.errors import InputError
from analysis.stats.forecast.cohort_model import draw_paths, fit_cohorts, years_drawn
from analysis.synthetic.counts import CountsTruth, make_counts
from analysis.synthetic.retention import RetentionTruth, make_retention


@pytest.fixture(scope="module")
def by_pupil():
    rng = np.random.default_rng(1)
    n = 20_000
    groep, area = rng.integers(1, 9, n), rng.choice(["Noord", "Zuid"], n)
    school = [f"s{number}" for number in rng.integers(0, 20, n)]
    education = rng.choice(["laag", "middelbaar", "hoog", "onbekend"], n)
    return pd.DataFrame(
        {"age": groep + 3, "groep": groep, "stadsdeel": area, "location": school, "education": education}
    )


@pytest.fixture(scope="module")
def frames(by_pupil):
    return make_counts(by_pupil, CountsTruth(), np.random.SeedSequence(3))


@pytest.fixture(scope="module")
def data(frames):
    return series(frames["by_stadsdeel_age_year"], frames["by_stadsdeel_children"])


@pytest.fixture(scope="module")
def followed(by_pupil):
    return make_retention(by_pupil, RetentionTruth(), 0.2, np.random.SeedSequence(4))


def test_a_missing_count_is_named(frames):
    lacking = frames["by_stadsdeel_children"].drop(index=0)
    with pytest.raises(
        InputError, match=r"by_stadsdeel_children: 1 counts are missing, the first of Noord, age 0, 2000"
    ):
        series(frames["by_stadsdeel_age_year"], lacking)


def test_the_stadsdelen_add_up_to_the_city_in_every_year(data):
    middle = forecasts.paths(data, 16, 1, 0.8, None)
    drawn = forecasts.paths(data, 16, 200, 0.8, np.random.default_rng(1))
    rows = forecasts.forecast(data, middle, drawn)
    city, parts = (rows[(rows["area"] == CITY) == whole].groupby("year")["estimate"].sum() for whole in (True, False))
    assert city.to_numpy() == pytest.approx(parts.to_numpy())
    width = (rows["ci_high"] - rows["ci_low"])[rows["area"] == CITY]
    assert width.iloc[-1] > width.iloc[0] > 0


def test_a_forecast_of_an_earlier_year_knows_nothing_of_later_ones(data):
    known = contest.tried(data, 2015, 2, 100, 0.8, 1).city
    cut = contest.tried(data.until(2017), 2015, 2, 100, 0.8, 1).city
    own = known[(known["origin"] == 2015) & (known["years_ahead"] <= 2)]
    pd.testing.assert_frame_equal(own.reset_index(drop=True), cut[cut["origin"] == 2015].reset_index(drop=True))
    assert set(contest.contest(known, 1000)["method"]) == {*forecasts.METHODS}


def test_the_change_of_every_year_is_exact(data):
    rows = change.change(data)
    parts = rows["flow_share"] + rows["moved_share"]
    assert parts.to_numpy() == pytest.approx(rows["change_share"].to_numpy())
    since = change.since(data, 2014).iloc[0]
    assert since["flow_share"] + since["moved_share"] == pytest.approx(since["change_share"])
    assert since["pupils_after"] == data.totals[:, -1].sum()


def test_parts_of_ages_add_up_to_the_difference_of_expected_years(data):
    rows = years.expected(data, 2014, 100, np.random.default_rng(1)).set_index("term")["estimate"]
    assert rows[years.DIFFERENCE] == pytest.approx(rows[years.AFTER] - rows[years.BEFORE])
    assert rows[rows.index.str.startswith("age")].sum() == pytest.approx(rows[years.DIFFERENCE])


def test_marginal_effects_are_those_of_statsmodels(followed):
    rows = stay.effects(followed)
    X = pd.DataFrame({f"cohort {cohort}": followed["cohort"] == cohort for cohort in (2010, 2012, 2014)})
    X = X.assign(**{name: followed["education"] == name for name in stay.EDUCATIONS[1:]}).astype(float)
    outcome = pd.Categorical(followed["outcome"], stay.OUTCOMES).codes
    groups = {"groups": pd.factorize(followed["location"])[0]}
    fitted = sm.MNLogit(outcome, sm.add_constant(X)).fit(disp=False, cov_type="cluster", cov_kwds=groups)
    theirs = fitted.get_margeff(dummy=False).margeff
    ours = rows.pivot_table(index="term", columns="group", values="estimate").loc[[*X], [*stay.OUTCOMES]]
    # Derivatives of a curve are close to its differences where effects are small, and have their signs.
    assert ours.to_numpy() == pytest.approx(theirs, abs=0.02)


def test_the_orders_of_a_decomposition_add_up_to_the_same_difference(followed):
    rows = stay.decomposition(followed, (2012, 2014), 100, np.random.default_rng(1))
    share = (followed["outcome"] == stay.SAME).groupby(followed["cohort"]).mean()
    by_order = rows.groupby("order")["estimate"].sum()
    assert by_order.to_numpy() == pytest.approx([share[2014] - share[2012]] * 3)


def test_a_forecast_in_print_is_a_point_of_the_city_alone(data):
    middle = forecasts.paths(data, 16, 1, 0.8, None)
    expected = forecasts.forecast(data, middle, np.repeat(middle, 3, axis=0))
    printed = [(2024, 19_000, 19_100), (2050, 1, 2)]
    drawn = pictures.fans(data, expected, printed)
    assert drawn.loc[drawn["series"] == pictures.PRINTED, "area"].tolist() == [CITY] * 2
    assert pictures.against_print(expected, printed)["year"].tolist() == [2024]
    assert pictures.fans(data, expected, [])["series"].nunique() == 2


def test_what_is_counted_is_written_once_and_drawn_from_what_the_gate_let_through(data):
    middle = forecasts.paths(data, 2, 1, 0.8, None)
    rows = pictures.fans(data, forecasts.forecast(data, middle, np.repeat(middle, 3, axis=0)), [])
    counted = rows["series"] == pictures.COUNTED
    assert rows.loc[counted, "estimate"].isna().all()
    drawn = pictures.drawn(rows.assign(pupils=(rows["pupils"] / 10).round() * 10))
    assert (drawn.loc[counted, "estimate"] % 10 == 0).all()
    assert drawn.loc[~counted, "estimate"].equals(rows.loc[~counted, "estimate"])


def test_a_stadsdeel_without_children_has_none_later(frames):
    empty = {
        name: frames[name].assign(**{column: frames[name][column].where(frames[name]["area"] != "Noord", 0)})
        for name, column in (("by_stadsdeel_age_year", "pupils"), ("by_stadsdeel_children", "children"))
    }
    none = series(empty["by_stadsdeel_age_year"], empty["by_stadsdeel_children"])
    drawn = forecasts.paths(none, 10, 50, 0.8, np.random.default_rng(1))
    assert (drawn[:, :, none.areas.index("Noord")] == 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda pupils, children: (pupils, children[children["area"] != "Zuid"]),
            "by_stadsdeel_children: area: .*Zuid",
        ),
        (lambda pupils, children: (pupils[pupils["area"] != "Zuid"], children), "by_stadsdeel_age_year: area: .*Zuid"),
        (
            lambda pupils, children: [rows.replace({"area": {"Zuid": CITY}}) for rows in (pupils, children)],
            "is the sum of all",
        ),
    ],
)
def test_stadsdelen_that_files_do_not_share_are_named(frames, change, message):
    with pytest.raises(InputError, match=f"(?s){message}"):
        series(*change(frames["by_stadsdeel_age_year"], frames["by_stadsdeel_children"]))


@pytest.mark.parametrize(
    ("first", "changed", "message"),
    [(2003, 2014, "first_origin"), (2019, 2014, "first_origin"), (2008, 2001, "changed_from"), (2008, 2018, "changed")],
)
def test_years_that_the_counts_do_not_have_are_named(data, first, changed, message):
    """Counts of 2000 to 2019: origins from 2004 to 2018, two pairs of years before and since from 2002 to 2017."""
    with pytest.raises(InputError, match=rf"(?s)city_forecast\.{message}.*allowed"):
        check_years(data, first, changed, 16)
    check_years(data, 2004, 2002, 16)
    check_years(data, 2018, 2017, 16)


def test_a_year_in_print_that_is_not_forecast_is_named_with_its_key(data):
    """Counts end in 2019: ten years ahead are 2020 to 2029. Such years were left out of the table without a word."""
    check_years(data, 2008, 2014, 10, [2020, 2029])
    with pytest.raises(InputError, match=r"city_forecast\.printed_years: years that are not forecast") as refused:
        check_years(data, 2008, 2014, 10, [2019, 2024, 2035])
    assert all(words in str(refused.value) for words in ("2019, 2035", "2020 to 2029", "raise city_forecast.horizon"))


def test_too_few_years_are_named(data):
    with pytest.raises(InputError, match="too few years"):
        check_years(data.until(2004), 2003, 2002, 16)


def test_an_education_of_one_cohort_only_has_no_parts(followed):
    other = followed[~((followed["cohort"] == 2014) & (followed["education"] == "laag"))]
    rows = stay.decomposition(other, (2012, 2014), 50, np.random.default_rng(1)).set_index(["order", "part"])
    assert rows["estimate"].notna().tolist() == [True, False, False, False, True]  # what laag did in 2012 is known
    assert set(rows["reason"]) == {"", "nobody of this kind"}
    share = (other["outcome"] == stay.SAME).groupby(other["cohort"]).mean()
    assert rows.loc[("", stay.ALL), "estimate"] == pytest.approx(share[2014] - share[2012])


def test_an_education_that_nobody_has_changes_nothing(followed):
    other = followed[followed["education"] != "onbekend"]
    rows = stay.decomposition(other, (2012, 2014), 50, np.random.default_rng(1))
    assert rows["estimate"].notna().all()


def test_a_cohort_that_nobody_followed_is_named(followed):
    with pytest.raises(InputError, match=r"(?s)city_forecast\.cohorts: nobody is followed.*2008, 2010, 2012, 2014"):
        stay.decomposition(followed, (2012, 2016), 50, np.random.default_rng(1))


def test_effects_of_what_the_data_do_not_have_are_left_out_with_a_reason(followed):
    assert set(stay.effects(followed[followed["outcome"] != stay.LEFT])["group"]) == {*stay.OUTCOMES} - {stay.LEFT}
    without = stay.effects(followed[followed["education"] != "laag"])
    assert without["term"].str.startswith("cohort").all()
    never = followed[~((followed["education"] == "hoog") & (followed["outcome"] == stay.LEFT))]
    assert set(stay.effects(never)["reason"]) == {"perfect prediction"}


def test_a_difference_counts_the_fewest_of_the_shares_that_it_is_of(followed):
    """Six of 2012 who left the city follow from those of 2014 and the difference: it is withheld with them."""
    early, left = followed["cohort"] == 2012, followed["outcome"] == stay.LEFT
    some = followed[~(early & left) | (early & left & (followed[early & left].groupby("cohort").cumcount() < 6))]
    rows = stay.effects(some[some["cohort"].isin([2012, 2014])]).set_index(["group", "term"])
    assert rows.loc[(stay.LEFT, "cohort 2014"), "n_least"] == 6
    parts = stay.decomposition(some, (2012, 2014), 20, np.random.default_rng(1))
    same = (
        some[some["cohort"].isin([2012, 2014])].groupby("cohort")["outcome"].agg(lambda own: (own == stay.SAME).sum())
    )
    assert (parts["n_least"] <= same.min()).all()


def test_intervals_of_shares_stay_within_0_and_1(followed):
    few = followed.groupby("cohort").head(40)
    rows = stay.shares(few)
    assert rows["ci_low"].dropna().between(0, 1).all()
    assert rows["ci_high"].dropna().between(0, 1).all()


def test_births_that_grow_by_three_per_cent_go_on_from_the_last_year():
    """One area, ages 0 to 3 without loss: with all of the growth going on, births are 3% more each year."""
    years = np.arange(12)
    counts = np.stack([1000 * 1.03 ** (years - age) for age in range(4)])[None]
    model = fit_cohorts(counts, [(0, 1, 2)], slice(0, 1))
    path = draw_paths(model, 5, 1, 1.0)[0, :, 0, 0]
    assert path == pytest.approx(1000 * 1.03 ** np.arange(12, 17), rel=1e-3)


def test_ages_that_moved_together_are_drawn_together(data):
    """Years are drawn whole: shocks of two bands are as alike in paths as they were in the years that are known."""
    model = fit_cohorts(data.counts, forecasts.BANDS, forecasts.OF_AREA)
    of = years_drawn(model, 1, 4000, np.random.default_rng(1))
    first, second = (band.year.errors[of[:, 0]] for band in model.bands[2:4])
    known = np.corrcoef(*(band.year.errors for band in model.bands[2:4]))[0, 1]
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(known, abs=0.05)


def test_cohorts_are_counted_or_there_is_no_row(data, followed):
    none = stay.net_and_gross(data.until(2010), stay.shares(followed[followed["cohort"] > 2010]))
    assert none.empty
    assert "pupils_before" in none


def test_a_year_without_anybody_is_named(frames):
    pupils = frames["by_stadsdeel_age_year"]
    nobody = pupils.assign(pupils=pupils["pupils"].where(pupils["year"] != 2003, 0))
    with pytest.raises(InputError, match=r"(?s)by_stadsdeel_age_year: pupils: nobody is counted.*2003"):
        series(nobody, frames["by_stadsdeel_children"])
