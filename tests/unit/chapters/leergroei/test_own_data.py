"""The chapter on the registers of an office: columns that it does not have, values that are missing, other subjects."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.leergroei import CHAPTER
from analysis.chapters.leergroei.models import sample
from analysis.errors import ModelError
from analysis.language import catalogue
from analysis.synthetic.learning import make_learning, schools_with_shortage
from analysis.synthetic.people import make_people
from analysis.synthetic.truth import Truth

NEEDS = CHAPTER.columns({})
FACTS = {"optional": {"leergroei": {table: dict(uses.optional) for table, uses in NEEDS.items()}}}
OF_ONE_SUBJECT = {
    "groepen": {"rekenen": [6, 7]},
    "subjects": ["rekenen"],
    "pnas_subjects": ["rekenen"],
    "control_years": ["2017/18", "2018/19"],
    "risk_edges": [0.4],
    "bootstrap_draws": 50,
}
OPTIONAL = [(table, column) for table, uses in NEEDS.items() for column, what in uses.optional.items()]


@pytest.fixture(scope="module")
def frames():
    people, tests = np.random.SeedSequence(5).spawn(2)
    truth = Truth()
    _, made = make_people(truth, 0.15, people)
    schools = schools_with_shortage(made["by_location"], made["by_location_shortage"])
    by_pupil_test = make_learning(made["by_pupil"], schools, truth.learning, tests)
    by_location = made["by_location"][["location", "share_at_risk", "special"]]
    return {
        "by_pupil_test": by_pupil_test,
        "by_location": by_location,
        "by_location_shortage": made["by_location_shortage"],
    }


@pytest.fixture(scope="module")
def ran(run_cells):
    return lambda frames, **more: run_cells("04_leergroei", frames, facts=FACTS, **{**OF_ONE_SUBJECT, **more})


@pytest.fixture(scope="module")
def whole(ran, frames):
    return ran(frames)


def without(frames, table, column):
    return {**frames, table: frames[table].drop(columns=column)}


def with_gaps(frames, table, column, seed):
    gone = np.random.default_rng(seed).random(len(frames[table])) < 0.1
    return {**frames, table: frames[table].assign(**{column: frames[table][column].mask(gone)})}


def test_an_edition_of_one_subject_has_it_as_its_composite_and_leaves_nothing_out(whole):
    estimates = whole.table("estimates")
    assert set(estimates["outcome"]) == {"rekenen", "composite"}
    pnas = estimates[(estimates["model"] == "pnas_overall") & (estimates["term"] == "closure")]
    assert pnas["estimate"].nunique() == 1
    assert {"ois_standardised", "pnas_overall", "level_drop_ame", "ipw", "consent_ipw"} <= set(estimates["model"])
    assert "note left_out" not in whole.shown


def test_without_all_that_it_can_do_without_the_chapter_says_so_in_dutch(ran, frames):
    bare = {table: frames[table].drop(columns=uses.optional, errors="ignore") for table, uses in NEEDS.items()}
    del bare["by_location_shortage"]
    found = ran(bare, language="nl")
    said = found.shown["note left_out"]
    assert all(catalogue("nl")[what] in said for uses in NEEDS.values() for what in uses.optional.values())
    assert set(found.table("estimates")["model"]) == {"ois_standardised", "unweighted", "ipw", "covered"}
    assert list(found.names["accounting"]) == [
        "subject",
        "year",
        "n_pupils",
        "n_no_m_test",
        "n_no_e_test",
        "n_both",
        "share_both",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column"), OPTIONAL)
def test_without_a_column_the_chapter_runs_and_says_what_it_leaves_out(ran, frames, whole, table, column):
    found = ran(without(frames, table, column))
    assert NEEDS[table].optional[column] in found.shown["note left_out"]
    before, after = whole.table("estimates"), found.table("estimates")
    assert set(after["model"]) <= set(before["model"])
    assert (after["model"] == "ois_standardised").any()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "gone", "stays"),
    [
        (
            "e_percentile",
            {"pnas_overall", "norm_growth", "regression_to_mean", "mixed"},
            {"level_drop_ame", "lee_bounds"},
        ),
        ("level_m", {"level_drop_ame", "lee_bounds", "e_test_share"}, {"pnas_overall", "ipw"}),
        ("consent", {"consent_ipw", "consent_bounds"}, {"ipw", "covered"}),
        ("prior_percentile", {"pnas_ability", "ois_prior_level"}, {"pnas_sex"}),
        ("education", {"pnas_ses"}, {"pnas_sex", "ipw"}),
        ("m_day", {"weekly"}, {"pnas_overall", "placebo"}),
    ],
)
def test_what_needs_a_column_goes_with_it_and_the_rest_stays(ran, frames, column, gone, stays):
    models = set(ran(without(frames, "by_pupil_test", column)).table("estimates")["model"])
    assert not models & gone
    assert stays <= models


@pytest.mark.slow
def test_who_gave_consent_is_not_told_where_nobody_knows(ran, frames):
    found = ran(without(frames, "by_pupil_test", "consent"))
    assert "n_no_consent" not in found.table("tests")
    assert not found.has("consent")


GAPS = ("education", "sex", "e_percentile", "level_e", "m_day")


@pytest.fixture(scope="module")
def gaps(ran, frames):
    """A tenth of each of these columns missing, and the largest school without a share at risk and a shortage."""
    schools, short = frames["by_location"], frames["by_location_shortage"]
    one = frames["by_pupil_test"]["location"].value_counts().index[0]
    known = {
        **frames,
        "by_location": schools.assign(share_at_risk=schools["share_at_risk"].mask(schools["location"] == one)),
        "by_location_shortage": short[short["location"] != one].reset_index(drop=True),
    }
    for seed, column in enumerate(GAPS):
        known = with_gaps(known, "by_pupil_test", column, seed)
    return ran(known)


def test_missing_values_are_counted_and_nobody_leaves_the_sample_for_them(gaps, whole):
    account, rows = gaps.names["accounting"], gaps.names["tests"]
    assert account["n_both"].tolist() == whole.names["accounting"]["n_both"].tolist()
    both = rows[rows["reason"] == "both"]
    missing = sample.unknown(rows).groupby("column")[["n_known", "n_unknown"]].sum()
    assert set(missing.index) == {*GAPS, "share_at_risk", "shortage"}
    assert (missing.sum(axis=1) == account["n_both"].sum()).all()
    for column in missing.index:
        assert missing.loc[column, "n_unknown"] == both[column].isna().sum()
    shares = missing.loc[list(GAPS), "n_unknown"] / account["n_both"].sum()
    assert shares.between(0.07, 0.13).all()
    assert set(gaps.table("unknown")["column"]) == set(missing.index)
    assert not whole.has("unknown")


def test_a_missing_value_costs_the_models_that_use_it_and_no_other(gaps, whole):
    def rows(run):
        found = run.names["year_before"]
        return found[(found["model"] == "ois_standardised") & (found["by"] == "")]["n_obs"].item()

    assert rows(gaps) == rows(whole)  # growth in scores within levels of the M-test: none of these gaps
    growth = gaps.names["by_pupil_growth"]
    growth = growth[growth["outcome"] == "rekenen"]
    both = gaps.names["tests"].query("reason == 'both'")
    assert len(growth) == both[["e_percentile", "m_day"]].notna().all(axis=1).sum()
    pnas = gaps.names["pnas_estimates"].query("outcome == 'rekenen'").groupby("model")["n_obs"].max()
    assert pnas["pnas_overall"] == len(growth)
    assert pnas["pnas_sex"] == growth["sex"].notna().sum() < len(growth)
    assert pnas["pnas_ses"] == (growth["education"].notna() & (growth["education"] != "onbekend")).sum()


def test_two_scales_in_one_subject_are_refused_with_counts(ran, frames):
    tests = frames["by_pupil_test"]
    first = tests.index[(tests["subject"] == "rekenen") & (tests["groep"] == 7) & (tests["year"] == "2018/19")][:3]
    scaled = tests.assign(scale=np.where(tests.index.isin(first), "B", "A"))
    with pytest.raises(ModelError, match="rekenen in groep 7, scale of others: fewer than 10 tests"):
        ran({**frames, "by_pupil_test": scaled})


def test_levels_of_another_name_are_refused(ran, frames):
    tests = frames["by_pupil_test"]
    named = tests.assign(level_m=tests["level_m"].replace({"I": "A"}))
    with pytest.raises(ModelError, match="1 levels, in 1198 tests, are not in `levels`"):
        ran({**frames, "by_pupil_test": named})


def test_all_that_is_missing_of_the_parameters_is_told_at_once(ran, frames):
    tests = frames["by_pupil_test"]
    fewer = tests[~((tests["groep"] == 6) & (tests["year"] == "2017/18"))]
    with pytest.raises(
        ModelError, match="rekenen in groep 6 in 2017/18; rekenen in groep 8 in 2017/18, 2018/19, 2019/20"
    ):
        ran({**frames, "by_pupil_test": fewer}, groepen={"rekenen": [6, 7, 8]})


def test_what_is_left_out_is_said_in_both_languages():
    words = {what for uses in NEEDS.values() for what in uses.optional.values()}
    assert words <= set(catalogue("nl"))


def test_no_column_is_asked_for_that_the_chapter_can_do_without(frames):
    """What is required stands in no list of what is optional, and every column of either is one of the tables."""
    for table, uses in NEEDS.items():
        assert not uses.required & set(uses.optional)
        assert (uses.required | set(uses.optional)) <= set(frames[table])
