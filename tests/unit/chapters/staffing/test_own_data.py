"""The chapter on the registers of an office: columns that it does not have, and values that are missing."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.chapters.staffing import CHAPTER, OPTIONAL, REQUIRED
from analysis.chapters.staffing.models import toelage
from analysis.chapters.staffing.parameters import StaffingBlock
from analysis.language import catalogue
from analysis.synthetic.staffing import make_staffing
from analysis.synthetic.staffing_truth import StaffingTruth
from analysis.topics.staffing.models.eligibility import changes, unknown

SMALL = {"bootstrap_draws": 99, "placebo_outcome": "hours", "placebo_cutoffs": [5.0], "donut_radii": [1.0]}
NEEDS = CHAPTER.columns({"staffing": StaffingBlock(placebo_outcome="hours")})["by_location_year"]
FACTS = {"optional": {"staffing": {"by_location_year": dict(NEEDS.optional)}}}
DROPPED = {
    "wage": ("log_wage", "amt_first_stage"),
    "retention": ("retention", ""),
    "shortage": ("shortage", "shortage_any"),
    "oab_euro": ("dose", "oab_dose"),
    "insufficient": ("insufficient", "judgement_lpm"),
    "teachers_fte": ("pupils_per_teacher", "oab_event"),
}


@pytest.fixture(scope="module")
def panel():
    made = make_staffing(StaffingTruth(), 0.06, np.random.SeedSequence(5))
    return made[[*sorted(REQUIRED), *sorted(OPTIONAL)]]


@pytest.fixture(scope="module")
def ran(run_cells):
    return lambda panel, **more: run_cells("06_staffing", {"by_location_year": panel}, facts=FACTS, **{**SMALL, **more})


@pytest.fixture(scope="module")
def whole(ran, panel):
    return ran(panel)


def with_gaps(panel, column, seed=1):
    gone = np.random.default_rng(seed).random(len(panel)) < 0.1
    return panel.assign(**{column: panel[column].astype(object if panel[column].dtype == bool else float).mask(gone)})


def rests_on(run, model, outcome):
    rows = run.names["estimates"]
    chosen = rows[(rows["model"] == model) & (rows["outcome"] == outcome) & (rows["cluster"] == "board")]
    return int(chosen["n_obs"].iloc[0])


@pytest.mark.slow
def test_all_columns_that_it_uses_are_enough(whole):
    assert "note left_out" not in whole.shown
    assert not whole.has("unknown")
    assert set(toelage.ALL) <= set(whole.table("estimates")["outcome"])


def test_an_office_with_one_outcome_has_a_chapter_about_it_in_dutch(ran, panel):
    found = ran(panel[sorted(NEEDS.required)], language="nl")
    assert all(catalogue("nl")[what] in found.shown["note left_out"] for what in NEEDS.optional.values())
    assert set(found.table("estimates")["outcome"]) == {"hours"}


@pytest.mark.slow
@pytest.mark.parametrize("column", sorted(NEEDS.optional))
def test_an_outcome_without_its_column_drops_out_of_tables_and_charts(ran, panel, whole, column):
    found = ran(panel.drop(columns=column))
    outcome, model = DROPPED.get(column, (column, ""))
    before, after = (run.table("estimates") for run in (whole, found))
    assert outcome in set(before["outcome"]) - set(after["outcome"])
    assert model not in set(after["model"])
    assert OPTIONAL[column] in found.shown["note left_out"]
    # What does not use the column is as it was.
    same = before[(before["model"] == "amt_did") & (before["outcome"] == "hours")]
    assert (
        after[(after["model"] == "amt_did") & (after["outcome"] == "hours")]["estimate"].tolist()
        == same["estimate"].tolist()
    )


GAPS = ("wage", "inflow", "shortage", "unqualified", "schoolweging", "teachers_fte")


@pytest.fixture(scope="module")
def gaps(panel):
    for seed, column in enumerate(GAPS):
        panel = with_gaps(panel, column, seed)
    return panel


def test_missing_values_cost_the_outcome_that_uses_them_and_are_counted(gaps):
    missing = unknown(gaps).groupby("column")[["n_known", "n_unknown"]].sum()
    assert set(missing.index) == set(GAPS)
    assert (missing.sum(axis=1) == len(gaps)).all()
    assert (missing["n_unknown"] / len(gaps)).between(0.07, 0.13).all()
    study = toelage.study(gaps, selection_year=2020, start=2021, share=0.15)
    found = toelage.before_and_after(study)
    rests_on = found[found["cluster"] == "board"].set_index("outcome")["n_obs"]
    assert rests_on["hours"] == rests_on["retention"] == len(study.panel)
    for outcome, column in {"inflow": "inflow", "log_wage": "wage", "pupils_per_teacher": "teachers_fte"}.items():
        assert rests_on[outcome] == study.panel[column].notna().sum() < len(study.panel)


@pytest.mark.slow
def test_a_page_on_registers_with_gaps_counts_them(ran, gaps):
    found = ran(gaps)
    assert set(found.table("unknown")["column"]) == set(GAPS)
    assert set(toelage.ALL) <= set(found.table("estimates")["outcome"])


def test_the_change_of_a_school_is_over_the_years_in_which_the_outcome_is_known(panel):
    one = panel["location"] == panel["location"].iloc[0]
    hidden = one & (panel["year"] >= 2021)
    found = changes(panel.assign(hours=panel["hours"].mask(hidden)), ["hours", "inflow"], start=2021).set_index(
        "location"
    )
    location = panel["location"].iloc[0]
    assert np.isnan(found.loc[location, "hours"])
    assert np.isfinite(found.loc[location, "inflow"])


def test_the_outcome_of_the_placebo_runs_is_required():
    of = lambda outcome: CHAPTER.columns({"staffing": StaffingBlock(placebo_outcome=outcome)})["by_location_year"]  # noqa: E731
    assert "wage" not in of("hours").required
    assert "teachers_fte" in of("pupils_per_teacher").required
    assert "shortage" in of("shortage").required - set(of("shortage").optional)
