"""Samples, headlines, interactions and decomposition on a small world."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.models import instrument, regressions
from analysis.chapters.advisering.models.decomposition import RAW, gelbach
from analysis.chapters.advisering.models.sample import estimation_sample, samples
from analysis.chapters.school_advice import models as school_level
from analysis.errors import ModelError
from analysis.stats.estimates import ESTIMATE_COLUMNS


def origin_of(background: pd.Series) -> pd.Series:
    return background.where(background.isin(["none", "western"]), "non-western").astype("category")


@pytest.fixture(scope="module")
def defined(worlds) -> pd.DataFrame:
    return worlds(7)


@pytest.fixture(scope="module")
def by_outcome(defined):
    return samples(defined)


@pytest.fixture(scope="module")
def estimates(by_outcome) -> pd.DataFrame:
    return regressions.headline(by_outcome)


def test_a_sample_holds_only_pupils_in_whom_the_outcome_can_happen(by_outcome) -> None:
    assert (by_outcome["over"].rows["test_advice_low"] < 5).all()
    assert (by_outcome["revised"].rows["advice_first"] < by_outcome["revised"].rows["test_advice"]).all()
    assert (by_outcome["up_year3"].rows["advice_final"] < 5).all()
    assert by_outcome["under"].rows["cet"].notna().all()


def test_an_account_adds_up_from_all_pupils_to_the_sample(defined, by_outcome) -> None:
    for outcome, sample in by_outcome.items():
        rows = sample.account
        assert set(rows["outcome"]) == {outcome}
        assert rows["pupils_in"].iloc[0] == len(defined)
        assert (rows["pupils_in"] - rows["pupils_out"] == rows["pupils_kept"]).all()
        assert rows["pupils_kept"].iloc[-1] == len(sample.rows)


def test_schools_with_all_0_and_all_1_are_counted(by_outcome) -> None:
    counted = by_outcome["revised"].one_sided.iloc[0]
    shares = by_outcome["revised"].rows.groupby("location", observed=True)["y"].mean()
    assert (counted["outcome"], counted["schools"]) == ("revised", len(shares))
    assert (counted["all_0"], counted["all_1"]) == ((shares == 0).sum(), (shares == 1).sum())


def test_an_unknown_outcome_and_an_empty_sample_are_refused(defined) -> None:
    with pytest.raises(ModelError, match="no outcome 'below'"):
        estimation_sample(defined, "below")
    with pytest.raises(ModelError, match="fewer than two schools"):
        estimation_sample(defined, "under", years=[1999])


def test_every_model_has_both_controls_in_the_one_form(estimates) -> None:
    assert list(estimates.columns[: len(ESTIMATE_COLUMNS)]) == list(ESTIMATE_COLUMNS)
    for outcome in ("under", "over", "revised", "up_year3", "down_year3"):
        for model in ("lpm_fe", "lpm", "logit_ame"):
            rows = estimates[estimates["model"] == f"{outcome}_{model}"]
            assert set(rows["controls"]) == {"mutual", "alone"}
            assert "laag" in set(rows["term"])
    assert not estimates.duplicated(["model", "controls", "term"]).any()


def test_school_effects_absorb_the_schools_composition_and_the_others_have_it(estimates) -> None:
    with_it = set(estimates.loc[estimates["term"] == "share_hoog", "model"])
    assert {"under_lpm", "under_logit_ame"} <= with_it
    assert not any(model.endswith("_fe") for model in with_it)


def test_how_a_pupil_was_advised_is_a_term_of_year_3_only(estimates) -> None:
    models = estimates.loc[estimates["factor"] == "advising", "model"].str.split("_lpm|_logit", regex=True).str[0]
    assert set(models) == {"up_year3", "down_year3", "position_year3"}


def test_control_takes_part_of_a_raw_gap_and_the_parts_add_up_to_it(by_outcome, estimates) -> None:
    parts = gelbach(by_outcome["under"])
    for term in ("laag", "nonwestern"):
        rows = parts[parts["term"] == term]
        raw = rows.loc[rows["part"] == RAW, "estimate"].item()
        assert rows.loc[rows["part"] != RAW, "estimate"].sum() == pytest.approx(raw, abs=1e-12)
        full = estimates.query("model == 'under_lpm_fe' and controls == 'mutual' and term == @term")
        assert rows["estimate"].iloc[-1] == pytest.approx(full["estimate"].item(), abs=1e-10)
        assert rows["std_error"].iloc[-1] == pytest.approx(full["std_error"].item(), rel=1e-8)


def test_the_error_of_a_part_is_that_of_schools_drawn_again(by_outcome) -> None:
    sample = by_outcome["under"]
    estimates = gelbach(sample, ["laag"]).set_index("part")
    rng, schools = np.random.default_rng(1), sample.rows["location"].unique()
    by_school = dict(iter(sample.rows.astype({"location": str}).groupby("location")))
    drawn = []
    for _ in range(40):
        chosen = [by_school[name].assign(location=f"{n}") for n, name in enumerate(rng.choice(schools, len(schools)))]
        again = type(sample)("under", pd.concat(chosen, ignore_index=True), sample.account)
        drawn.append(gelbach(again, ["laag"]).set_index("part")["estimate"])
    sd = pd.concat(drawn, axis=1).std(axis=1)
    # The error of a standard deviation of 40 draws is 11%.
    for part in ("raw", "test band", "background", "income", "school", "rest"):
        assert estimates.loc[part, "std_error"] == pytest.approx(sd[part], rel=0.35), part


def test_gaps_by_year_are_those_of_each_year_alone(defined, by_outcome) -> None:
    estimates = (
        regressions.by_category({"under": by_outcome["under"]}, "year").query("term == 'laag'").set_index("group")
    )
    alone = {}
    for year in (2015, 2016):
        rows = regressions.headline({"under": estimation_sample(defined, "under", years=[year])})
        alone[year] = rows.query("model == 'under_lpm_fe' and controls == 'mutual' and term == 'laag'")[
            "estimate"
        ].item()
        assert estimates.loc[str(year), "estimate"] == pytest.approx(alone[year], abs=1e-10)
    assert estimates.loc["2016 - 2015", "estimate"] == pytest.approx(alone[2016] - alone[2015], abs=1e-10)


def test_the_three_ways_to_take_the_score_in(by_outcome) -> None:
    estimates = instrument.measurement_error(by_outcome["under"]).set_index(["model", "term"])["estimate"]
    assert estimates["under_ols", "laag"] > estimates["under_lovs", "laag"] > 0
    assert estimates["under_ols", "laag"] > estimates["under_iv", "laag"]
    assert instrument.first_stage(by_outcome["under"])["f_statistic"].item() > 100


def schools() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"brin": [f"{i:02d}AB" for i in range(90)] * 3, "year": np.repeat([2019, 2020, 2021], 90)})
    weging, score = rng.uniform(22, 38, 90), rng.normal(size=90)
    level = 3.5 - 0.05 * (np.tile(weging, 3) - 30) + 0.2 * np.tile(score, 3) - 0.1 * (frame["year"] == 2019)
    return frame.assign(
        municipality=[f"M{i % 45}" for i in range(90)] * 3,
        locations=[1] * 89 * 3 + [2, 2, 2],
        advices=rng.integers(10, 60, 270),
        level=level,
        score=np.tile(score, 3),
        schoolweging=np.tile(weging, 3),
    )


def test_schools_are_selected_and_counted_and_their_coefficients_found() -> None:
    chosen, account = school_level.select(schools())
    assert account["pupils_out"].sum() == schools()["advices"].sum() - chosen["advices"].sum()
    estimates = school_level.estimates(chosen).set_index(["model", "controls", "term"])["estimate"].sort_index()
    assert estimates["school_level", "mutual"].to_dict() == pytest.approx(
        {"score": 0.2, "weging": -0.5, "no_test": -0.1}
    )
    assert estimates["school_level_within", "mutual", "no_test"] == pytest.approx(-0.1)
    city, _ = school_level.select(schools(), "m3")
    assert set(city["municipality"]) == {"M3"}


def test_points_are_means_over_advices() -> None:
    chosen, _ = school_level.select(schools())
    estimates = school_level.points(chosen, [26.0, 34.0])
    low = chosen[(chosen["schoolweging"] < 26) & (chosen["year"] == 2020)]
    expected = np.average(low["level"], weights=low["advices"])
    assert estimates.query("band == 'below 26' and year == 2020")["level"].item() == pytest.approx(expected)


@pytest.fixture(scope="module")
def few_western(by_outcome):
    """The world with one western pupil, with three of them at one school, and with three at three schools."""
    sample = by_outcome["under"]
    tested = sample.rows[sample.rows["background"] == "none"]
    first = tested.groupby("location", observed=True).head(4)
    at_one = first.index[first["location"] == first["location"].iloc[0]][:3]
    at_three = first.drop_duplicates("location").index[:3]
    chosen = {"one": at_one[:1], "one school": at_one, "three schools": at_three}

    def with_western(rows: pd.Index) -> dict[str, object]:
        background = sample.rows["background"].astype(str)
        background[rows] = "western"
        groups = {"background": background.astype("category"), "origin": origin_of(background)}
        return {"under": replace(sample, rows=sample.rows.assign(**groups))}

    return {name: with_western(rows) for name, rows in chosen.items()}


def test_a_term_of_one_school_has_no_estimate(few_western) -> None:
    """With school effects its score is zero in every school: its error was that of the other terms alone."""
    estimates = regressions.headline(few_western["one school"])
    western = estimates[estimates["term"] == "western"]
    assert western["n_least"].tolist() == [3] * len(western)
    assert western[["estimate", "std_error", "ci_low", "ci_high", "p_value"]].isna().all(axis=None)
    others = estimates[(estimates["term"] != "western") & ~estimates["model"].str.endswith("logit_ame")]
    assert others[["estimate", "std_error", "p_value"]].notna().all(axis=None)
    within = regressions.by_category(few_western["one school"], "year")
    assert "western" not in within["term"].unique()


def test_a_term_of_three_schools_has_one(few_western) -> None:
    estimates = regressions.headline(few_western["three schools"])
    lpm = estimates[(estimates["term"] == "western") & (estimates["model"] == "under_lpm")]
    assert (lpm["std_error"] > 0).all()


def test_a_lone_pupil_of_a_kind_is_not_counted_with_the_reference(few_western) -> None:
    """Who alone is western is not of those without a background: the model is the one without this pupil."""
    sample = few_western["one"]["under"]
    alone = sample.rows["background"] == "western"
    without = {"under": replace(sample, rows=sample.rows[~alone].reset_index(drop=True))}
    with_one, expected = regressions.headline({"under": sample}), regressions.headline(without)
    assert "western" not in with_one["term"].unique()
    pd.testing.assert_frame_equal(with_one, expected)
