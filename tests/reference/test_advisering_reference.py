"""The models of advice against textbooks and against other software."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.datasets import mroz
from linearmodels.iv import IV2SLS, AbsorbingLS
from linearmodels.panel import PanelOLS
from numpy.testing import assert_allclose
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.chapters.advisering.models import instrument, ordered
from analysis.chapters.advisering.models.definitions import Definitions, define
from analysis.chapters.advisering.models.sample import estimation_sample
from analysis.chapters.advisering.models.terms import Terms, cells_of, group_terms, indicators
from analysis.stats import cell_regressions
from analysis.stats.cells import PupilCells, collapse
from analysis.stats.ordered import fit_ordered
from analysis.stats.regression import fit
from analysis.synthetic.advice_national import NationalPeople, make_advice_national, national_advice_truth

WOMEN = ["nwifeinc", "educ", "exper", "expersq", "age", "kidslt6", "kidsge6"]


def statsmodels_fit(model, clusters, **options):
    """Fit with errors clustered as ours, by statsmodels."""
    how = {"groups": pd.factorize(clusters)[0], "use_correction": True}
    return model.fit(cov_type="cluster", cov_kwds=how, use_t=True, **options)


def in_cells(frame: pd.DataFrame, outcome: str, terms: list[str]) -> PupilCells:
    rows = frame.assign(location=np.arange(len(frame)))
    return collapse(rows, terms, lambda chosen: chosen[terms], outcome)


@pytest.fixture(scope="module")
def women() -> pd.DataFrame:
    return mroz.load()


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    return sm.datasets.spector.load_pandas().data


@pytest.fixture(scope="module")
def sample():
    pupils = make_advice_national(
        national_advice_truth(), 0.02, np.random.SeedSequence(5), NationalPeople(pupils=60_000)
    )
    return estimation_sample(define(pupils, Definitions()), "under")


@pytest.fixture(scope="module")
def pupils(sample) -> tuple[pd.DataFrame, list[str]]:
    """The pupils of the sample with a column per term of the headline."""
    cells = cells_of(sample.rows, without=("advising",))
    terms = Terms.of(cells, ("advising", "share_hoog")).names
    rows = sample.rows
    bands = indicators(rows["band"].astype(str), list(rows["band"].value_counts().index), "band")
    years = indicators(rows["year"], sorted(rows["year"].unique()), "year")
    X = group_terms(rows).join([bands, years])[terms]
    return X.assign(y=rows["y"], location=rows["location"].astype(str)), terms


def test_the_logit_of_spector_and_mazzeo_is_that_of_greene(students) -> None:
    fitted = cell_regressions.logit(in_cells(students, "GRADE", ["GPA", "TUCE", "PSI"])).coefficients
    assert_allclose(fitted, [-13.02135, 2.826113, 0.0951577, 2.378688], rtol=1e-6)


def test_average_effects_are_those_of_get_margeff_with_dummies_as_dummies(students) -> None:
    cells = in_cells(students, "GRADE", ["GPA", "TUCE", "PSI"])
    effects = cell_regressions.average_effects(cells, cell_regressions.logit(cells), {name: [name] for name in cells.X})
    other = statsmodels_fit(
        sm.Logit(students["GRADE"], sm.add_constant(students[["GPA", "TUCE", "PSI"]])),
        pd.Series(np.arange(len(students))),
        disp=False,
        tol=1e-10,
    ).get_margeff(dummy=True)
    assert_allclose(effects.coefficients, other.margeff, rtol=1e-7)
    assert_allclose(effects.std_errors, other.margeff_se, rtol=1e-6)
    # As if the dummy were a number: another answer.
    derivative = float((effects.coefficients["GPA"] / 2.826113) * 2.378688)
    assert abs(effects.coefficients["PSI"] - derivative) > 0.02


def test_labour_force_participation_is_that_of_wooldridge(women) -> None:
    cells = in_cells(women, "inlf", WOMEN)
    linear, logit = cell_regressions.least_squares(cells).coefficients, cell_regressions.logit(cells).coefficients
    assert_allclose(linear, [0.5855, -0.0034, 0.0380, 0.0395, -0.00060, -0.0161, -0.2618, 0.0130], atol=6e-5)
    assert_allclose(logit, [0.425, -0.021, 0.221, 0.206, -0.0032, -0.088, -1.443, 0.060], atol=6e-4)


def test_the_return_to_education_with_the_fathers_as_instrument_is_that_of_wooldridge(women) -> None:
    working = women[women["inlf"] == 1]
    frame = working[["lwage", "educ", "fatheduc"]].rename(columns={"lwage": "y"})
    demeaned = (frame - frame.mean()).assign(location=np.arange(len(frame)), nothing=0.0)
    by_hand = (demeaned["fatheduc"] @ demeaned["y"]) / (demeaned["fatheduc"] @ demeaned["educ"])
    fitted = instrument.two_stage(demeaned, [], "educ", "fatheduc").coefficients["educ"]
    assert fitted == pytest.approx(0.059, abs=5e-4)
    assert fitted == pytest.approx(by_hand, rel=1e-10)


def test_two_stage_least_squares_are_those_of_linearmodels(sample, pupils) -> None:
    rows, terms = pupils
    groups = [term for term in terms if not term.startswith("band")]
    frame = rows[["y", *groups]].assign(cet=sample.rows["cet"] / 10, lovs=sample.rows["lovs"])
    school = pd.factorize(rows["location"])[0]
    demeaned = frame - frame.groupby(school).transform("mean")
    fitted = instrument.two_stage(demeaned.assign(location=school), groups, "cet", "lovs")
    model = IV2SLS(demeaned["y"], demeaned[groups], demeaned[["cet"]], demeaned[["lovs"]])
    theirs = model.fit(cov_type="clustered", clusters=pd.Series(school), debiased=True)
    assert_allclose(fitted.coefficients, theirs.params[fitted.coefficients.index], rtol=0, atol=1e-10)
    assert_allclose(fitted.std_errors, theirs.std_errors[fitted.std_errors.index], rtol=1e-9)


def test_school_effects_are_those_of_absorbing_ls_and_of_demeaning_by_hand(sample, pupils) -> None:
    rows, terms = pupils
    fitted = cell_regressions.school_effects(cells_of(sample.rows, without=("advising",)).only(terms))
    demeaned = rows[["y", *terms]] - rows.groupby("location")[["y", *terms]].transform("mean")
    by_hand = np.linalg.lstsq(demeaned[terms], demeaned["y"])[0]
    assert_allclose(fitted.coefficients, by_hand, rtol=0, atol=1e-10)
    absorbed = AbsorbingLS(rows["y"], rows[terms], absorb=rows[["location"]].astype("category")).fit()
    assert_allclose(fitted.coefficients, absorbed.params[terms], rtol=0, atol=1e-10)


def test_errors_by_school_are_those_of_panel_ols_and_of_the_regression_module(sample, pupils) -> None:
    rows, terms = pupils
    fitted = cell_regressions.school_effects(cells_of(sample.rows, without=("advising",)).only(terms))
    other = fit(rows, "y", terms, cluster="location", entity="location")
    assert_allclose(fitted.coefficients, other.coefficients, rtol=0, atol=1e-10)
    assert_allclose(fitted.std_errors, other.std_errors, rtol=1e-9)
    assert (fitted.n_obs, fitted.n_clusters) == (other.n_obs, other.n_clusters)
    panel = rows.assign(school=pd.factorize(rows["location"])[0], pupil=np.arange(len(rows)))
    panel = panel.set_index(["school", "pupil"])
    effects = PanelOLS(panel["y"], panel[terms], entity_effects=True)
    theirs = effects.fit(cov_type="clustered", cluster_entity=True, count_effects=False, group_debias=True)
    assert_allclose(fitted.coefficients, theirs.params, rtol=0, atol=1e-10)
    # Both call it debiased: this house counts G/(G-1) (N-1)/(N-K), linearmodels may count otherwise by a constant.
    ratio = fitted.std_errors / theirs.std_errors
    assert ratio.max() - ratio.min() < 1e-8
    assert ratio.mean() == pytest.approx(1, abs=1e-3)


def test_a_logit_with_clusters_is_that_of_statsmodels(sample) -> None:
    cells = cells_of(sample.rows, without=("advising",))
    terms = Terms.of(cells, ("advising",)).names
    fitted = cell_regressions.logit(cells.only(terms))
    X = _expanded(sample.rows, terms)
    other = statsmodels_fit(sm.Logit(sample.rows["y"], X), sample.rows["location"].astype(str), disp=False, tol=1e-10)
    assert_allclose(fitted.coefficients, other.params, rtol=0, atol=1e-7)
    assert_allclose(fitted.std_errors, other.bse, rtol=1e-6)


def _expanded(rows: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    bands = indicators(rows["band"].astype(str), list(rows["band"].value_counts().index), "band")
    years = indicators(rows["year"], sorted(rows["year"].unique()), "year")
    return sm.add_constant(group_terms(rows).join([bands, years])[terms])


def test_a_conditional_logit_that_drops_one_sided_schools_agrees_in_sign_and_size(sample) -> None:
    """Log odds of a conditional logit times the mean of p (1 - p) are near the differences of the linear model."""
    schools = sample.rows["location"].astype(str).unique()[:12]
    rows = sample.rows[sample.rows["location"].isin(schools)]
    by_school = rows.groupby("location", observed=True)["y"].transform("mean")
    rows = rows[(by_school > 0) & (by_school < 1)]
    terms = ["laag", "middelbaar", "nonwestern", "low_income"]
    X = group_terms(rows)[terms]
    conditional = ConditionalLogit(rows["y"].to_numpy(), X, groups=rows["location"].astype(str).to_numpy())
    log_odds = conditional.fit(disp=0).params
    frame = X.assign(y=rows["y"], location=rows["location"].astype(str))
    linear = cell_regressions.school_effects(collapse(frame, terms, lambda chosen: chosen[terms]))
    share = rows.groupby("location", observed=True)["y"].transform("mean")
    expected = np.asarray(log_odds) * float((share * (1 - share)).mean())
    assert np.abs(expected - linear.coefficients.to_numpy()).max() < 2 * linear.std_errors.max()


def test_the_ordered_logit_is_that_of_statsmodels(sample) -> None:
    rows = sample.rows.sample(900, random_state=1).reset_index(drop=True)
    terms = ["laag", "nonwestern", "score"]
    fitted = fit_ordered(ordered.collapse(rows, "advice_first").only(terms), "the advice")
    X = group_terms(rows).assign(score=(rows["cet"] - 535) / 10)[terms]
    level = rows["advice_first"].rank(method="dense").astype(int).to_numpy() - 1
    other = OrderedModel(level, X, distr="logit").fit(method="bfgs", disp=0, maxiter=500, gtol=1e-7)
    assert_allclose(fitted.coefficients[terms], other.params[terms], atol=1e-5)
    cut_points = other.model.transform_threshold_params(other.params)[1:-1]
    assert_allclose(fitted.coefficients[len(terms) :], cut_points, atol=1e-5)
