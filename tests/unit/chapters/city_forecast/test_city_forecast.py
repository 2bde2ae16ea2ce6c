import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.chapters.city_forecast.models import change, contest, forecasts, pictures, stay, years
from analysis.chapters.city_forecast.models.series import CITY, series
from analysis.errors import InputError
from analysis.synthetic.counts import CountsTruth, make_counts
from analysis.synthetic.retention import RetentionTruth, make_retention

LEVELS = (0.67, 0.95)


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
    rows = forecasts.forecast(data, middle, drawn, LEVELS)
    city, parts = (rows[(rows["area"] == CITY) == whole].groupby("year")["estimate"].sum() for whole in (True, False))
    assert city.to_numpy() == pytest.approx(parts.to_numpy())
    width = (rows["ci_high"] - rows["ci_low"])[rows["area"] == CITY]
    assert width.iloc[-1] > width.iloc[0] > 0


def test_a_forecast_of_an_earlier_year_knows_nothing_of_later_ones(data):
    known = contest.tried(data, 2015, 2, LEVELS, 100, 0.8, 1).city
    cut = contest.tried(data.until(2017), 2015, 2, LEVELS, 100, 0.8, 1).city
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
    rows = years.expected(data, 2014).set_index("term")["estimate"]
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
    expected = forecasts.forecast(data, middle, np.repeat(middle, 3, axis=0), LEVELS)
    printed = [(2024, 19_000, 19_100), (2050, 1, 2)]
    drawn = pictures.fans(data, expected, printed)
    assert drawn.loc[drawn["series"] == pictures.PRINTED, "area"].tolist() == [CITY] * 2
    assert pictures.against_print(expected, printed)["year"].tolist() == [2024]
    assert pictures.fans(data, expected, [])["series"].nunique() == 2
