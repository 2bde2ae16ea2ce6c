"""Every n of the chapters is counted once more from the pupils themselves, by other code."""

import re

import pandas as pd
import pytest

GROEPEN = {"lezen": [5, 6, 7], "rekenen": [4, 5, 6, 7], "dmt": [3, 4], "spelling": [4, 5, 6, 7]}
OIS, PNAS = ("lezen", "rekenen", "dmt"), ("lezen", "rekenen", "spelling")
TWO = ("2018/19", "2019/20")


@pytest.fixture(scope="module")
def growth(pages):
    return pages["04_leergroei", 1]


@pytest.fixture(scope="module")
def advice(pages):
    return pages["05_advisering", 1]


@pytest.fixture(scope="module")
def tests(growth):
    """Tests of regular schools with consent, not adaptive, in the groepen that are compared."""
    rows = growth.frames["by_pupil_test"].merge(growth.frames["by_location"][["location", "special"]], on="location")
    rows = rows[rows["consent"] & ~rows["adaptive"] & ~rows["special"]]
    chosen = pd.concat([rows[(rows["subject"] == s) & rows["groep"].isin(g)] for s, g in GROEPEN.items()])
    return chosen.assign(both=chosen["m_score"].notna() & chosen["e_score"].notna())


def persons(rows):
    return len(set(rows["pupil"]))


def test_pupils_of_the_headlines_are_counted_once(growth, tests):
    two = tests[tests["both"] & tests["year"].isin(TWO)]
    for subject in OIS:
        of = two[two["subject"] == subject]
        assert growth.found.loc[f"growth_{subject}", "n"] == _rounded(persons(of)), subject
        assert persons(of) < len(of)  # pupil-years
    every = tests[tests["both"] & tests["subject"].isin(PNAS)]
    assert growth.found.loc["pnas", "n"] == _rounded(persons(every))


def test_a_difference_counts_both_groups(growth, tests):
    every = tests[tests["both"] & tests["subject"].isin(PNAS) & (tests["education"] != "onbekend")]
    assert growth.found.loc["education", "n"] == _rounded(persons(every))


@pytest.mark.parametrize("subject", OIS)
def test_two_levels_are_counted_and_not_all(growth, tests, subject):
    sentence = growth.found.loc[f"levels_{subject}", "sentence"]
    levels = re.findall(r"pupils of level (\w+)", sentence)
    of = tests[tests["both"] & tests["year"].isin(TWO) & (tests["subject"] == subject) & tests["level_m"].isin(levels)]
    assert len(levels) == 2
    assert growth.found.loc[f"levels_{subject}", "n"] == persons(of)


def test_other_findings_on_growth(growth, tests):
    found, two = growth.found["n"], tests[tests["year"].isin(TWO)]
    assert found["shortage"] == persons(two[two["both"] & two["subject"].isin(OIS)])
    alike = two[two["both"] & (two["subject"] == "rekenen") & (two["groep"] == 7) & (two["level_m"] == "I")]
    assert found["example_20"] == found["example_60"] == _rounded(persons(alike))
    had = two[two["m_score"].notna() & (two["subject"] == "rekenen") & two["level_m"].isin(["I", "V"])]
    assert "arithmetic" in growth.found.loc["absent", "sentence"]
    assert found["absent"] == persons(had)
    top = two[two["both"] & (two["year"] == TWO[1]) & (two["subject"] == "rekenen") & (two["level_m"] == "I")]
    assert "arithmetic" in growth.found.loc["regression_to_mean", "sentence"]
    assert found["regression_to_mean"] == _rounded(persons(top))
    assert growth.found["unit"].drop("consent").eq("pupils").all()


def test_numbers_in_captions_on_growth(growth, tests):
    two = tests[tests["both"] & tests["year"].isin(TWO) & tests["subject"].isin(OIS)]
    every = tests[tests["both"] & tests["subject"].isin(PNAS)]
    for name in ("change_by_groep", "change_by_level", "change_by_band"):
        assert _n(growth, name) == (persons(two), "pupils")
    assert _n(growth, "pnas") == (persons(every), "pupils")
    assert "n = " not in growth.captions["figure pnas_groups"]  # its lines rest on different pupils


@pytest.mark.parametrize(("by", "column"), [("groep", "groep"), ("level_m", "level_m")])
def test_every_row_of_changes_counts_pupils_and_pupil_years(growth, tests, by, column):
    rows = growth.tables["estimates"]
    rows = rows[(rows["model"] == "ois_standardised") & (rows["by"] == by)].dropna(subset=["n_pupils"])
    assert len(rows) > 5
    for row in rows.itertuples():
        value = row.category.rpartition(" ")[2]
        of = tests[tests["both"] & tests["year"].isin(TWO) & (tests["subject"] == row.outcome)]
        of = of[of[column].astype(str) == value]
        assert (row.n_pupils, row.n_obs) == (_rounded(persons(of)), _rounded(len(of))), row.group


def test_no_row_counts_more_pupils_than_pupil_years(growth):
    for name, table in growth.tables.items():
        if {"n_pupils", "n_obs"} <= set(table):
            known = table.dropna(subset=["n_pupils", "n_obs"])
            assert (known["n_pupils"].astype(float) <= known["n_obs"].astype(float)).all(), name


def test_schools_without_consent_are_counted(growth):
    rows = growth.frames["by_pupil_test"].merge(growth.frames["by_location"][["location", "special"]], on="location")
    rows = pd.concat([rows[(rows["subject"] == s) & rows["groep"].isin(g)] for s, g in GROEPEN.items()])
    rows = rows[~rows["special"]]
    told = growth.tables["consent"].set_index("consent")["n_schools"]
    assert told["without consent"] == rows.loc[~rows["consent"], "location"].nunique()
    assert growth.found.loc["consent", ["n", "unit"]].tolist() == [rows["location"].nunique(), "schools"]


def test_a_pupil_is_advised_once(advice):
    pupils = advice.frames["by_pupil_advice"]
    assert persons(pupils) == len(pupils)


def test_numbers_in_captions_on_the_advice(advice):
    pupils = advice.frames["by_pupil_advice"]
    tested = pupils[pupils["cet"].notna()]
    recent = tested[tested["year"] >= 2014]
    assert _n(advice, "advice_by_education")[0] == len(pupils)
    assert _n(advice, "deviation_by_year")[0] == len(tested)
    for name in ("advice_by_test_advice", "deviation_by_group"):
        assert _n(advice, name)[0] == len(recent)
    assert _n(advice, "deviation_by_test_advice")[0] == (recent["education"] != "onbekend").sum()
    middle = (recent["test_advice_low"] + recent["test_advice_high"]) / 2
    assert _n(advice, "revised_by_year")[0] == (recent["advice_first"] < middle).sum()


def test_findings_on_the_advice_count_whom_they_compare(advice):
    pupils, found = advice.frames["by_pupil_advice"], advice.found["n"]
    last = pupils[pupils["year"] == pupils["year"].max()]
    assert found["deviation_half"] == found["deviation_whole"] == _rounded(last["cet"].notna().sum())
    assert found["no_test"] == _rounded(len(last))
    years = [int(year) for year in re.findall(r"in (\d{4})/", advice.found.loc["revised", "sentence"])]
    middle = (pupils["test_advice_low"] + pupils["test_advice_high"]) / 2
    assert found["revised"] == ((pupils["advice_first"] < middle) & pupils["year"].isin(years)).sum()


def _n(page, figure):
    number, unit = re.search(r"n = ([\d,]+) (\w+)", page.captions[f"figure {figure}"]).groups()
    return int(number.replace(",", "")), unit


def _rounded(n):
    """As the default profile rounds counts: to fives, halves to the even one."""
    return round(n / 5) * 5
