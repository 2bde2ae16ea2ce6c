import numpy as np
import pandas as pd
import pytest

from analysis.chapters.leergroei.models import headlines, tables
from analysis.errors import ModelError, Reason
from analysis.stats.estimates import ESTIMATE_COLUMNS


def growth(years=4, schools=12, seed=1):
    """Rows of percentile growth in some years, the last one the closure year."""
    rng = np.random.default_rng(seed)
    number = schools * years * 20
    start = 2020 - years + np.arange(number) // schools % years
    rows = pd.DataFrame({"location": (np.arange(number) % schools).astype(str), "start": start})
    rows["year"] = [f"{year}/{year - 1999}" for year in start]
    rows["closure"] = (start == 2019).astype(float)
    rows["days"] = rng.integers(120, 160, number)
    rows["education"], rows["sex"] = rng.choice(["laag", "hoog"], number), rng.choice(["m", "v"], number)
    rows["groep"] = rng.integers(4, 6, number)
    rows["m_percentile"], rows["prior_percentile"] = rng.uniform(20, 80, (2, number))
    rows["growth"] = 2 - 3 * rows["closure"] + rng.normal(size=number)
    return rows.assign(outcome="rekenen", e_percentile=rows["m_percentile"] + rows["growth"], pupil=range(number))


def test_all_variations_come_in_one_form():
    told = tables.pnas(growth())
    assert list(told.columns) == [*ESTIMATE_COLUMNS, *tables.DISTINGUISHED]
    assert {"pnas_overall", "pnas_one_control", "pnas_ses", "placebo", "weekly", "ancova"} <= set(told["model"])


def test_one_control_year_has_no_placebo():
    assert "placebo" not in set(tables.pnas(growth(years=2))["model"])


def test_the_least_counts_the_smaller_side_of_the_closure():
    rows = pd.DataFrame({"n_closure": [30, 80, 0], "n_before": [70, 20, 100], "n_pupils": [90, 90, 60]})
    # of the control years alone all rows count
    assert tables.with_least(rows)["n_least"].tolist() == [30, 20, 100]


def test_a_mixed_model_that_cannot_be_fitted_keeps_its_place(monkeypatch):
    def fails(*_):
        raise ModelError("no maximum", Reason.NO_CONVERGENCE)

    monkeypatch.setattr(tables.mixed, "closure_slopes", fails)
    estimates, spread = tables.mixed_models(growth())
    assert estimates[["model", "outcome", "n_obs"]].to_numpy().tolist() == [["mixed", "rekenen", 960]]
    assert np.isnan(estimates["estimate"].item())
    assert spread["schools"].tolist() == [12]


def test_mixed_models_tell_estimates_and_spread():
    estimates, spread = tables.mixed_models(growth())
    closure = estimates.set_index("term").loc["closure"]
    assert closure["estimate"] == pytest.approx(-3, abs=0.5)
    assert closure["n_least"] == 240
    assert spread["quantile"].tolist() == [0.1, 0.25, 0.5, 0.75, 0.9]


def test_headlines_are_the_closure_terms_of_the_main_models():
    rows = pd.DataFrame(
        [
            ("ois_standardised", "", "closure", -0.1),
            ("ois_standardised", "groep", "closure", -0.2),
            ("pnas_overall", "", "year", 0.7),
            ("pnas_overall", "", "closure", -3.0),
            ("ancova", "", "closure", -2.0),
        ],
        columns=["model", "by", "term", "estimate"],
    ).assign(outcome="lezen", group="lezen", category="")
    told = headlines.as_headlines(rows, "ipw")
    assert told["estimate"].tolist() == [-0.1, -3.0]
    assert told["by"].tolist() == ["ois_standardised", "pnas_overall"]
    assert told["group"].tolist() == ["lezen, ois_standardised", "lezen, pnas_overall"]
    assert set(told["model"]) == {"ipw"}
