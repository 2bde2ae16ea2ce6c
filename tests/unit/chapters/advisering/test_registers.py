"""The chapter on real registers: columns that an office lacks, values that are missing, other tests, a year without."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering import CHAPTER
from analysis.chapters.advisering.models import by_score
from analysis.chapters.advisering.needs import OPTIONAL, REQUIRED, TEST_ADVICE, columns
from analysis.chapters.advisering.parameters import AdviseringBlock
from analysis.chapters.country.parameters import CountryBlock
from analysis.errors import StaatError

TABLE, BOOK = "by_pupil_advice", "05_advisering"
EMPTIED = ("background", "income", "sex", "share_hoog", "lovs", "advice_first", "one_parent", "year1", "year3")


@pytest.fixture(scope="session")
def registered(worlds) -> pd.DataFrame:
    """Three cohorts of a small city, as a register has them: no column that the chapter adds."""
    truth = worlds.truth.__class__(years=(2015, 2016, 2017))
    return worlds.raw(3, truth).sort_values("pupil", ignore_index=True)


@pytest.fixture(scope="session")
def thin(run_cells, registered):
    """The chapter on what an office must have, and the advice of a test."""
    return run_cells(BOOK, {TABLE: registered[[*REQUIRED, *TEST_ADVICE]]}, cut_scores={})


def without(rows: pd.DataFrame, share: float = 0.1) -> pd.DataFrame:
    """Take a share of the values of every column of `EMPTIED` away, each at random."""
    rng, taken = np.random.default_rng(11), rows.copy()
    for name in EMPTIED:
        known = pd.Series(rng.uniform(size=len(rows)) >= share, rows.index)
        taken[name] = (rows[name].astype(object) if rows[name].dtype == bool else rows[name]).where(known)
    return taken


@pytest.fixture(scope="session")
def gaps(run_cells, registered):
    """The chapter with a tenth of the values missing, half of the pupils at another test and a cohort without one."""
    rng = np.random.default_rng(5)
    rows = without(registered)
    other = rng.uniform(size=len(rows)) < 0.5
    sat = rows["cet"].notna() & (rows["year"] != 2016)
    test = pd.Series(np.where(other, "iep", "CET"), rows.index).where(sat)
    score = rows["cet"].where(~other, 70.0).where(sat)  # another test, on another scale
    advice = {name: rows[name].where(sat) for name in TEST_ADVICE}
    held = {"advice_final": rows["advice_final"].where(rows["year"] != 2016, registered["advice_first"])}
    rows = rows.assign(test=test, cet=score, **advice, **held, revised=rows["revised"] & (rows["year"] != 2016))
    return rows, run_cells(BOOK, {TABLE: rows}, years_without_test=["2016/17"], language="nl")


def test_what_an_office_must_have_is_enough_and_the_page_says_what_is_left_out(thin) -> None:
    assert all(what in thin.shown["note left_out"] for what in OPTIONAL.values())
    assert set(thin.names["estimates"]["factor"]) == {"education", "year"}
    assert set(thin.names["decomposed"]["term"]) == {"laag"}
    assert thin.names["gated"]["category"].isin(["education", ""]).sum() > 0
    assert not thin.names["gated"]["category"].isin(["origin", "income", "household", "sex"]).any()
    assert not {"measurement_error", "position_year3", "score_below_vwo"} & set(thin.names["findings"]["name"])


@pytest.mark.slow
@pytest.mark.parametrize("column", [*OPTIONAL, *TEST_ADVICE])
def test_every_optional_column_may_be_absent(run_cells, registered, column) -> None:
    ran = run_cells(BOOK, {TABLE: registered.drop(columns=column, errors="ignore")})
    said = [html for name, html in ran.shown.items() if name == "note left_out"]
    assert len(said) == (column in OPTIONAL)
    assert all(f": {OPTIONAL[column]}." in html for html in said)


def test_a_column_is_required_or_optional_or_not_used(registered) -> None:
    (uses,) = columns({"advisering": AdviseringBlock()}).values()
    assert not uses.required & {*uses.optional}
    assert {*registered.columns} == uses.required | {*uses.optional} | {*TEST_ADVICE}
    (strict,) = columns({"advisering": AdviseringBlock(cut_scores={})}).values()
    assert strict.required == uses.required | {*TEST_ADVICE}


@pytest.mark.parametrize("column", REQUIRED[1:])  # without the first, the pupil's number, it stops only at year 3
def test_without_a_required_column_nothing_is_counted(run_cells, registered, column) -> None:
    with pytest.raises((KeyError, StaatError)):
        run_cells(BOOK, {TABLE: registered.drop(columns=column)})


def test_without_any_advice_of_a_test_the_chapter_says_what_it_takes(run_cells, registered) -> None:
    with pytest.raises(StaatError, match="no advice of a test"):
        run_cells(BOOK, {TABLE: registered.drop(columns=["cet", *TEST_ADVICE])})


def test_regions_are_used_where_gaps_are_estimated_by_them() -> None:
    block = AdviseringBlock(table="by_pupil_country", gaps_by=("year", "region"))
    needs = columns({"advisering": block})
    assert list(needs) == ["by_pupil_country"]
    assert {*needs["by_pupil_country"].optional} & {"region", "urbanicity"} == {"region"}


def test_who_leaves_for_a_missing_value_is_counted(gaps) -> None:
    rows, ran = gaps
    account = ran.names["accounts"]
    assert (account["pupils_in"] - account["pupils_out"] == account["pupils_kept"]).all()
    for outcome, selected in (ran.names["by_outcome"] | ran.names["parts"]).items():
        steps = account[account["outcome"] == outcome]
        if outcome == "gaps by year":
            assert steps.empty  # every pupil has a year
            continue
        assert (steps["pupils_in"].iloc[1:].to_numpy() == steps["pupils_kept"].iloc[:-1].to_numpy()).all()
        assert steps["pupils_kept"].iloc[-1] == len(selected.rows)
    shares = account[account["outcome"] == "shares by origin"]
    assert shares["pupils_out"].tolist() == [rows["background"].isna().sum()]
    used = {"first advice known", "background known", "income known", "household known", "sex known", "school known"}
    for outcome in ("under", "over", "revised"):
        assert used <= set(account.loc[account["outcome"] == outcome, "step"])
        assert "earlier score known" not in set(account.loc[account["outcome"] == outcome, "step"])
    assert "earlier score known" in set(account.loc[account["outcome"] == "error of the test", "step"])


def test_a_pupil_of_any_test_is_tested_and_scores_are_those_of_the_cet(gaps) -> None:
    rows, ran = gaps
    defined, outcome = ran.names["defined"], ran.names["by_outcome"]["under"]
    assert (defined["test_advice"].notna() == rows["test"].notna()).all()
    assert (defined["cet"].notna() == (rows["test"] == "CET")).all()
    sat = outcome.account.set_index("step").loc["test sat"]
    assert sat["pupils_kept"] == (rows["test"].notna() & (rows["year"] >= 2014)).sum()
    assert set(outcome.rows["test"]) == {"iep", "CET"}
    assert set(ran.names["parts"]) == {*by_score.USED, "gaps by year"}
    assert set(ran.names["parts"]["error of the test"].rows["test"]) == {"CET"}
    assert set(ran.names["counted"].query("model == 'at_score'")["n_obs"]) <= set(range((rows["cet"] > 500).sum()))


def test_a_cohort_without_test_is_nobodys_choice(gaps) -> None:
    rows, ran = gaps
    counted, account = ran.names["counted"], ran.names["accounts"].set_index(["outcome", "step"])
    assert "2016/17" in set(counted.loc[counted["model"] == "advice_by_education", "school_year"])
    compared = ("deviation_by_year", "deviation_as_published", "revised_by_year", "scenario_no_test")
    assert "2016/17" not in set(counted.loc[counted["model"].isin(compared), "school_year"])
    assert account.loc[("under", "year with a test"), "pupils_out"] == (rows["year"] == 2016).sum()
    assert ran.names["breaks"] == ["2017/18"]
    assert "2016/17" in ran.shown["note years_without_test"]


def test_a_cohort_whose_tests_are_lost_stops_the_chapter(run_cells, registered) -> None:
    lost = registered["year"] == 2016
    rows = registered.assign(**{name: registered[name].mask(lost) for name in ("cet", *TEST_ADVICE)})
    with pytest.raises(StaatError, match="nobody has the advice of a test in 2016/17; name it in years_without_test"):
        run_cells(BOOK, {TABLE: rows})


@pytest.mark.parametrize(
    ("blocks", "refused"),
    [
        ({}, None),
        ({"country": CountryBlock()}, "goes with the block country"),
    ],
)
def test_what_parameters_alone_decide(blocks, refused) -> None:
    why = CHAPTER.refusal({"advisering": AdviseringBlock(), **blocks})
    assert why is None if refused is None else refused in why
