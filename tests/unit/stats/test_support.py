"""A term that one cluster alone determines has no clustered error: its score is zero in every cluster."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError, Reason
from analysis.stats.estimates import t_interval
from analysis.stats.fractional import fit_fractional, fit_where_determined
from analysis.stats.panel import fit_panel
from analysis.stats.regression import fit
from analysis.stats.support import of_one_cluster


def rows(n=200, clusters=10, seed=3):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"c": np.arange(n) % clusters, "x": rng.normal(size=n), "y": rng.normal(size=n)})
    odd = np.arange(n) // clusters % 2 == 1
    return frame.assign(
        own=((frame["c"] == 3) & odd).astype(float),  # within one cluster
        whole=(frame["c"] == 3).astype(float),  # one cluster itself
        two=(frame["c"].isin([3, 4]) & odd).astype(float),
        share=rng.uniform(size=n),
        w=rng.uniform(0.5, 2, n),
    )


def test_the_score_of_such_a_term_is_zero_in_every_cluster():
    """The sandwich of a plain regression then has its error from the other terms alone: here .04, where sd 1 of ten
    rows against ten of one cluster is known to about .45 (sqrt(1/10 + 1/190) at best).
    """
    frame = rows()
    X = np.column_stack([np.ones(len(frame)), frame["own"]])
    left = frame["y"] - X @ np.linalg.lstsq(X, frame["y"], rcond=None)[0]
    assert np.abs((frame["own"] * left).groupby(frame["c"]).sum()).max() < 1e-12


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("term", ["own", "whole", "whole:x"])
def test_a_term_of_one_cluster_is_refused(term, weights):
    for estimate in (
        lambda: fit(rows(), "y", ["x", term], cluster="c", weights=weights),
        lambda: fit_fractional(rows(), "share", ["x", term], cluster="c", weights=weights),
    ):
        with pytest.raises(ModelError, match=f"one cluster alone determines {term}:") as error:
            estimate()
        assert error.value.reason is Reason.TOO_FEW_CLUSTERS
    assert fit_where_determined(rows(), "share", ["x", term], cluster="c").reason == "too few clusters"


def test_with_effects_of_clusters_too():
    with pytest.raises(ModelError, match="alone determines own:"):
        fit(rows(), "y", ["x", "own"], cluster="c", entity="c")


def test_all_but_one_cluster_is_one_cluster():
    """Of a term that all clusters have but one, the reference is one cluster."""
    with pytest.raises(ModelError, match="alone determines others:"):
        fit(rows().assign(others=lambda f: 1 - f["whole"]), "y", ["x", "others"], cluster="c")


def test_two_clusters_say_something():
    assert fit(rows(), "y", ["x", "two"], cluster="c").std_errors["two"] > 0
    assert not of_one_cluster(rows()[["x", "two"]].to_numpy(), rows()["c"].to_numpy()).any()


def test_units_and_origins_change_nothing():
    frame = rows().assign(own=lambda f: 1e-3 * f["own"] + 5, x=lambda f: 1e6 * f["x"])
    with pytest.raises(ModelError, match="alone determines own:"):
        fit(frame, "y", ["x", "own"], cluster="c")


@pytest.mark.parametrize("engine", ["linearmodels", "within"])
def test_one_treated_board_is_refused_and_two_are_not(engine):
    """Effects of years spread the term over all boards, but all that is known of it is known of one."""
    rng = np.random.default_rng(5)
    panel = pd.DataFrame([(s, year, s % 8) for s in range(24) for year in range(2015, 2020)])
    panel = panel.set_axis(["location", "year", "board"], axis=1).assign(y=rng.normal(size=120))
    treated = [
        panel.assign(d=(panel["board"].isin(own) & (panel["year"] > 2017)).astype(float)) for own in ([3], [3, 4])
    ]
    with pytest.raises(ModelError, match="alone determines d:"):
        fit_panel(treated[0], "y", ["d"], engine=engine)
    assert fit_panel(treated[0], "y", ["d"], cluster="location", engine=engine).std_errors["d"] > 0  # three schools
    assert fit_panel(treated[1], "y", ["d"], engine=engine).std_errors["d"] > 0


def test_no_more_rows_than_terms_is_an_error_of_the_data():
    with pytest.raises(ModelError, match="2 rows are too few for 2 terms"):
        fit(rows().iloc[:2], "y", ["x"], cluster="c")


@pytest.mark.parametrize("outcome", [3.0, 0.1, 0.0])
@pytest.mark.parametrize("entity", [None, "c"])
def test_an_outcome_that_does_not_vary_has_no_error(outcome, entity):
    """Its residuals are rounding; 3.0 had an error of 6e-16 and a p-value of 0."""
    estimates = fit(rows().assign(y=outcome), "y", ["x"], cluster="c", entity=entity).estimates("m", "", "u")
    assert estimates[["std_error", "ci_low", "ci_high", "p_value"]].isna().all(axis=None)


def test_one_salary_for_all_has_no_interval():
    intervals = t_interval(pd.Series([3000.0, 1.0]), pd.Series([0.0, 0.5]), 20)
    assert intervals["estimate"].tolist() == [3000, 1]
    assert intervals[["std_error", "ci_low", "ci_high", "p_value"]].isna().all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize("engine", ["linearmodels", "within"])
def test_a_panel_that_does_not_vary_has_no_error(engine):
    panel = pd.DataFrame([(s, year, s % 8) for s in range(24) for year in range(2015, 2020)])
    panel = panel.set_axis(["location", "year", "board"], axis=1).assign(y=lambda f: 0.1 * f["location"])
    panel = panel.assign(x=np.random.default_rng(5).normal(size=120))
    estimates = fit_panel(panel, "y", ["x"], engine=engine).estimates("m", "", "u")
    assert estimates[["std_error", "p_value"]].isna().all(axis=None)
