from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.codes import Codes
from analysis.data.microdata import microdata
from analysis.data.microdata_origins import CONTINENTS as CODES
from analysis.synthetic.origins import ASIA, EUROPE, SETTLED, OriginTruth, make_origins
from analysis.synthetic.pupils import CONTINENTS

TRUTH = OriginTruth()
TOTALS = pd.Series({2017: 20_400, 2018: 20_200, 2019: 20_000})
N = 20_000


@pytest.fixture(scope="module")
def by_pupil():
    rng = np.random.default_rng(1)
    school = np.array([f"00AA{number:02d}" for number in range(60)])
    return pd.DataFrame(
        {
            "pupil": np.arange(1, N + 1),
            "groep": rng.integers(1, 9, N),
            "location": rng.choice(school, N),
            "continent": rng.choice(CONTINENTS, N, p=[0.4, 0.23, 0.18, 0.08, 0.11]),
        }
    )


@pytest.fixture(scope="module")
def worlds(by_pupil):
    return [make_origins(by_pupil, TOTALS, TRUTH, np.random.SeedSequence([5, seed])) for seed in range(12)]


def test_it_meets_its_contract_and_the_last_year_is_that_of_the_pupils(by_pupil, worlds):
    microdata(Codes())["by_pupil_origin"].validate(worlds[0])
    last = worlds[0][worlds[0]["year"] == 2019].set_index("pupil")["location"].sort_index()
    assert last.tolist() == by_pupil.set_index("pupil")["location"].sort_index().tolist()
    assert worlds[0].groupby("year").size().to_dict() == TOTALS.to_dict()
    assert set(worlds[0]["continent"]) <= {*CODES}


@pytest.mark.parametrize("kind", ["international", "newcomers"])
def test_shares_of_all_pupils_are_on_average_those_of_the_truth(worlds, kind):
    column = {"newcomers": "newcomer"}.get(kind, kind)
    counts = [rows[rows[column]].groupby(["continent", "year"]).size() for rows in worlds]
    counts = pd.concat(counts, axis=1).fillna(0)
    for continent in TRUTH.continents:
        for year, total in TOTALS.items():
            own = counts.loc[(continent, year)]
            expected = TRUTH.share(continent, year, kind) * total
            # Families of 1.7 on average: a variance of at most twice that of Poisson, and twelve worlds.
            assert own.mean() == pytest.approx(expected, abs=4.5 * np.sqrt(2 * expected / len(worlds)))


def test_growth_is_that_from_the_first_year_to_the_last():
    ratio = TRUTH.share(ASIA, 2019, "newcomers") / TRUTH.share(ASIA, 2017, "newcomers")
    assert ratio == pytest.approx(1 + TRUTH.continents[ASIA].newcomers_growth)


def test_newcomers_were_nowhere_before_and_are_international(worlds):
    rows = worlds[0]
    assert rows.loc[rows["newcomer"], "international"].all()
    assert not (rows["continent"] == SETTLED)[rows["international"]].any()
    first = rows.groupby("pupil")["year"].min()
    assert (
        rows.loc[rows["newcomer"], "year"].to_numpy() == first[rows.loc[rows["newcomer"], "pupil"]].to_numpy()
    ).all()


def test_many_internationals_are_the_same_in_both_years(worlds):
    of = {year: set(rows["pupil"]) for year, rows in worlds[0][worlds[0]["international"]].groupby("year")}
    stayed = len(of[2017] & of[2019]) / len(of[2017])
    # Three quarters are young enough; two in a hundred twice, and newcomers since, are not among them.
    assert 0.5 < stayed < 0.75


def test_a_family_is_of_one_school_and_continent_and_comes_whole(worlds):
    last = worlds[0][worlds[0]["year"] == 2019].groupby("household")
    assert (last[["location", "continent", "international", "newcomer"]].nunique().to_numpy() == 1).all()
    assert last.size().max() == len(TRUTH.households)


def test_without_differences_schools_have_them_by_chance(by_pupil):
    alike = replace(TRUTH, apart_international=0.0, apart_newcomers=0.0, apart_year=0.0)
    apart = replace(TRUTH, apart_international=1.5)

    def spread(truth):
        rows = make_origins(by_pupil, TOTALS, truth, np.random.SeedSequence(3))
        return rows[rows["year"] == 2019].groupby("location")["international"].mean().std()

    # A share of .13 of 333 pupils with families of 1.7: a standard deviation of .026.
    assert spread(alike) < 0.04 < 0.08 < spread(apart)


def test_a_continent_that_nobody_is_of_has_no_newcomers(by_pupil):
    rows = make_origins(by_pupil[by_pupil["continent"] != "Asia"], TOTALS, TRUTH, np.random.SeedSequence(3))
    assert ASIA not in set(rows["continent"])
    assert EUROPE in set(rows.loc[rows["newcomer"], "continent"])
