"""How the share of newcomers and internationals changed: by hand, against statsmodels, and over many worlds."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.chapters.newcomers.models import rates
from analysis.errors import InputError
from analysis.synthetic.origins import OriginTruth, make_origins
from analysis.synthetic.pupils import CONTINENTS

TRUTH = OriginTruth()
COLUMN = {"newcomers": "newcomers", "internationals": "international"}


def city(schools, n, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "pupil": np.arange(1, n + 1),
            "groep": rng.integers(1, 9, n),
            "location": rng.choice([f"s{number:03d}" for number in range(schools)], n),
            "continent": rng.choice(CONTINENTS, n, p=[0.4, 0.23, 0.18, 0.08, 0.11]),
        }
    )


def made(by_pupil, seed, truth=TRUTH):
    return make_origins(by_pupil, pd.Series(dtype=float), truth, np.random.SeedSequence(seed))


@pytest.fixture(scope="module")
def by_pupil_origin():
    return made(city(40, 12_000), 4)


@pytest.fixture(scope="module")
def pupils(by_pupil_origin):
    return rates.select(by_pupil_origin, 2017, 2019)[0]


def table(*rows):
    """Make pupils from how many are at a school in a year, and how many of them are newcomers from Asia."""
    parts = []
    for year, location, n, new in rows:
        part = pd.DataFrame({"year": year, "location": location, "newcomer": np.arange(n) < new}, index=range(n))
        parts.append(part.assign(continent="Asia"))
    made = pd.concat(parts, ignore_index=True).assign(pupil=lambda own: np.arange(len(own)))
    # One who is no newcomer is there in all years, at the school that stands last.
    made.loc[made.groupby("year").tail(1).index, "pupil"] = len(made)
    return made


def test_a_rate_ratio_by_hand():
    """20 of 1,000 pupils, then 33 of 1,100: .03 / .02 is 1.5; ten schools, of which one alone has grown otherwise."""
    rows = [(2017, f"s{number}", 100, 2) for number in range(10)]
    rows += [(2019, f"s{number}", 110, 3) for number in range(9)] + [(2019, "s9", 110, 6)]
    pupils, _ = rates.select(table(*rows), 2017, 2019)
    row = rates.changes(pupils, 2017, 2019).set_index("term").loc[rates.ALL]
    assert row["ratio"] == pytest.approx(1.5)
    assert row["estimate"] == pytest.approx(0.5)
    # Without s0 to s8: 30 / 18 of 990 / 900; without s9: 27 / 18.
    without = np.log(np.array([30 / 18] * 9 + [27 / 18]) / 1.1)
    error = np.sqrt(9 * without.var())
    assert row["std_error"] == pytest.approx(1.5 * error)
    assert row["against_poisson"] == pytest.approx(error / np.sqrt(1 / 20 + 1 / 33))
    assert row[["n_first", "n_obs", "n_clusters"]].tolist() == [20, 33, 10]


def test_the_estimate_and_the_error_of_poisson_are_those_of_statsmodels(pupils):
    ends = pupils[pupils["year"].isin([2017, 2019])]
    cells = ends.groupby(["year", "seen"], as_index=False).agg(y=("international", "sum"), n=("pupil", "size"))
    later = sm.add_constant((cells["year"] == 2019).astype(float))
    fit = sm.GLM(cells["y"], later, family=sm.families.Poisson(), exposure=cells["n"]).fit()
    row = rates.changes(pupils, 2017, 2019).set_index(["group", "term"]).loc[(rates.INTERNATIONALS, rates.ALL)]
    assert np.log(row["ratio"]) == pytest.approx(fit.params["year"])
    own = row["std_error"] / row["ratio"]
    assert own / row["against_poisson"] == pytest.approx(fit.bse["year"])
    clustered = sm.GLM(cells["y"], later, family=sm.families.Poisson(), exposure=cells["n"]).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(cells["seen"])[0]}
    )
    assert own == pytest.approx(clustered.bse["year"], rel=0.06)


def test_children_who_only_change_schools_add_no_error():
    """The same twenty children in both years, half of them elsewhere: nothing came, nothing left, and no error."""
    first = table(*((2017, f"s{number:02d}", 50, 2) for number in range(20)))
    later = first.assign(year=2019, location=np.roll(first["location"], 50))
    pupils, _ = rates.select(pd.concat([first, later], ignore_index=True), 2017, 2019)
    row = rates.changes(pupils, 2017, 2019).iloc[0]
    assert row["ratio"] == pytest.approx(1)
    assert np.isnan(row["std_error"]) or row["std_error"] < 1e-9


def test_counts_by_continent_add_up_and_stand_beside_all_pupils(pupils):
    counts = rates.counts(pupils)
    whole = counts["continent"] == rates.ALL
    parts = counts[~whole].groupby(["group", "year"])["pupils"].sum()
    assert parts.equals(counts[whole].set_index(["group", "year"])["pupils"].sort_index())
    assert counts["share"].to_numpy() == pytest.approx((counts["pupils"] / counts["pupils_at_school"]).to_numpy())
    assert counts["continent"].iloc[0] == rates.ALL


def test_an_office_without_internationals_has_newcomers_alone(by_pupil_origin):
    pupils, _ = rates.select(by_pupil_origin.drop(columns="international"), 2017, 2019)
    assert set(rates.counts(pupils)["group"]) == set(rates.changes(pupils, 2017, 2019)["group"]) == {rates.NEWCOMERS}


def test_who_leaves_is_counted_by_year_and_why(by_pupil_origin):
    rows = by_pupil_origin.astype({"newcomer": "boolean"}).copy()
    rows.loc[rows.index[:30], "newcomer"] = pd.NA
    rows.loc[rows.index[-50:], "continent"] = None
    kept, account = rates.select(rows, 2017, 2019)
    left = account[account["pupils_out"] > 0].set_index("year")[["reason", "pupils_out"]]
    assert left.loc[2017].tolist() == ["newcomer not known", 30]
    assert left.loc[2019].tolist() == ["continent not known", 50]
    assert len(kept) == len(rows) - 80


def test_a_year_that_the_table_lacks_is_named(by_pupil_origin):
    with pytest.raises(
        InputError, match=r"(?s)newcomers\.first_year: by_pupil_origin has no pupils of 2016.*2017, 2018"
    ):
        rates.select(by_pupil_origin, 2016, 2019)


def test_a_table_of_newcomers_alone_and_numbers_that_differ_by_year_are_named(by_pupil_origin):
    with pytest.raises(
        InputError, match=r"(?s)by_pupil_origin: newcomer: every pupil is a newcomer.*all pupils of each"
    ):
        rates.select(by_pupil_origin[by_pupil_origin["newcomer"]], 2017, 2019)
    other = by_pupil_origin.assign(pupil=by_pupil_origin["pupil"] * 10 + by_pupil_origin["year"] % 10)
    with pytest.raises(InputError, match=r"(?s)by_pupil_origin: pupil: no pupil of 2017 has the same number in 2019"):
        rates.select(other, 2017, 2019)


def test_few_schools_and_nobody_have_a_reason_and_no_number():
    few = [(year, f"s{number}", 100, 3 if number < 9 else 0) for year in (2017, 2019) for number in range(30)]
    pupils, _ = rates.select(table(*few), 2017, 2019)
    assert set(rates.changes(pupils, 2017, 2019)["reason"]) == {"too few clusters"}
    none = [(2017, "s0", 100, 0), (2019, "s0", 100, 5)]
    pupils, _ = rates.select(table(*none), 2017, 2019)
    assert set(rates.changes(pupils, 2017, 2019)["reason"]) == {"nobody of this kind"}


def test_a_change_is_not_told_where_one_of_its_counts_is_withheld(pupils):
    counts = rates.counts(pupils).astype({"pupils": "Int64"})
    asia = (counts["group"] == rates.NEWCOMERS) & (counts["continent"] == "Asia")
    counts.loc[asia & (counts["year"] == 2017), "pupils"] = pd.NA
    changes = rates.changes(pupils, 2017, 2019)
    told = rates.as_told(changes, counts, 2017, 2019).set_index(["group", "term"])
    numbers = ["estimate", "ci_low", "ratio", "n_first", "n_obs", "n_clusters"]
    assert told.loc[(rates.NEWCOMERS, "Asia"), numbers].isna().all()
    assert told.loc[(rates.NEWCOMERS, "Asia"), "reason"] == rates.WITHHELD
    others = told.drop(index=(rates.NEWCOMERS, "Asia"))
    assert others[numbers].notna().all(axis=None)
    middle = counts.assign(pupils=counts["pupils"].mask(asia & (counts["year"] == 2018)).fillna(0))
    assert "reason" not in rates.as_told(changes, middle, 2017, 2019)


WORLDS = 400


def _truly(group, term):
    continents = [*TRUTH.continents] if term == rates.ALL else [term]
    shares = [sum(TRUTH.share(one, year, COLUMN[group]) for one in continents) for year in (2019, 2017)]
    return shares[0] / shares[1]


@pytest.mark.slow
def test_intervals_hold_the_ratio_of_the_rates_and_those_of_poisson_do_not(record_property):
    by_pupil = city(213, 61_919)
    rows = [rates.changes(rates.select(made(by_pupil, [6, seed]), 2017, 2019)[0], 2017, 2019) for seed in range(WORLDS)]
    table = pd.concat(rows, ignore_index=True)
    true = np.array([_truly(group, term) for group, term in zip(table["group"], table["term"], strict=True)])
    table["held"] = (table["ci_low"] + 1 <= true) & (true <= table["ci_high"] + 1)
    poisson = 1.96 * table["std_error"] / table["ratio"] / table["against_poisson"]
    table["poisson"] = np.abs(np.log(table["ratio"] / true)) <= poisson
    for (group, term), own in table.groupby(["group", "term"]):
        record_property(f"{group}, change of the share, {term}", float(own["held"].mean()))
        assert 0.92 <= own["held"].mean() <= 0.995, (group, term)
    naive = table.groupby("group")["poisson"].mean()
    record_property("newcomers, change of the share, Poisson's own error (too narrow)", float(naive["newcomers"]))
    assert naive["newcomers"] < 0.92


@pytest.mark.parametrize("column", ["newcomer", "international", "continent"])
@pytest.mark.parametrize("years", [(2017,), (2019,), (2017, 2018, 2019)])
def test_what_is_known_of_nobody_in_a_year_is_named_with_its_column(by_pupil_origin, column, years):
    rows = by_pupil_origin.astype({"newcomer": "boolean", "international": "boolean"})
    rows[column] = rows[column].mask(rows["year"].isin(years))
    with pytest.raises(InputError, match=f"by_pupil_origin: {column}: of no pupil of {years[0]}") as refused:
        rates.select(rows, 2017, 2019)
    assert ("leave the column out" in str(refused.value)) == (column == "international")


def test_who_is_of_the_other_group_alone_is_counted_where_the_group_is_part_of_it():
    """Of 5 internationals from Asia 3 are newcomers, which leaves 2; from Africa are a newcomer alone and another."""
    rows = pd.DataFrame({"newcomer": [1, 1, 1, 0, 0, 1, 0, 0], "international": [1, 1, 1, 1, 1, 0, 1, 0]}).astype(bool)
    rows = rows.assign(continent=[*["Asia"] * 5, *["Africa"] * 2, "Netherlands"], year=2019)
    table = rates.counts(rows).set_index(["group", "continent"])["pupils_besides"]
    assert table["newcomers"].to_dict() == {rates.ALL: 4, "Africa": 1, "Asia": 2}
    assert table["internationals"].to_dict() == {rates.ALL: 6, "Africa": 1, "Asia": 5}
