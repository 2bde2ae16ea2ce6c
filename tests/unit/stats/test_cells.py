import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from analysis.errors import ModelError
from analysis.stats import cell_regressions
from analysis.stats.cells import PupilCells, collapse
from analysis.stats.logit import NoMaximumError
from analysis.stats.regression import fit


def pupils(seed: int = 1, schools: int = 8, each: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"location": np.repeat([f"S{i}" for i in range(schools)], each)})
    frame["a"] = rng.integers(0, 2, len(frame)).astype(float)
    frame["b"] = rng.integers(0, 2, len(frame)).astype(float)
    frame["x"] = rng.integers(0, 5, len(frame)) / 4
    return frame.assign(y=(rng.uniform(size=len(frame)) < 0.3 + 0.2 * frame["a"]).astype(float))


def counted(frame: pd.DataFrame, terms: list[str]) -> PupilCells:
    return collapse(frame, terms, lambda rows: rows[terms])


def test_cells_count_pupils_and_outcomes() -> None:
    frame = pd.DataFrame({"location": list("pppq"), "a": [0, 0, 1, 0], "y": [1, 0, 1, 1]})
    cells = counted(frame, ["a"])
    assert cells.X["a"].tolist() == [0, 1]
    assert cells.count.tolist() == [3, 1]
    assert cells.outcome.tolist() == [1 + 0 + 1, 1]
    assert cells.n.toarray().tolist() == [[2, 1], [1, 0]]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_pupils_in_cells_give_what_pupils_give(seed: int) -> None:
    frame, terms = pupils(seed), ["a", "b", "x"]
    within = cell_regressions.school_effects(counted(frame, terms))
    other = fit(frame, "y", terms, cluster="location", entity="location")
    assert_allclose(within.coefficients, other.coefficients, atol=1e-10)
    assert_allclose(within.std_errors, other.std_errors, rtol=1e-8)
    plain, same = cell_regressions.least_squares(counted(frame, terms)), fit(frame, "y", terms, cluster="location")
    assert_allclose(plain.coefficients, same.coefficients, atol=1e-10)
    assert_allclose(plain.std_errors, same.std_errors, rtol=1e-8)


def test_fewer_terms_leave_the_same_pupils_in_fewer_cells() -> None:
    frame = pupils()
    some = counted(frame, ["a", "b", "x"]).only(["a"])
    assert len(some.X) == 2
    assert some.count.sum() == len(frame)
    direct = cell_regressions.school_effects(counted(frame, ["a"]))
    assert_allclose(cell_regressions.school_effects(some).std_errors, direct.std_errors, rtol=1e-10)


def test_an_average_effect_changes_the_whole_factor() -> None:
    """Every pupil once as `a`, once as the reference: nobody is both a and b."""
    frame = pupils(3).assign(b=lambda rows: rows["b"] * (1 - rows["a"]))
    cells = counted(frame, ["a", "b", "x"])
    fitted = cell_regressions.logit(cells)
    effects = cell_regressions.average_effects(cells, fitted, {"both": ["a", "b"]})
    log_odds = fitted.coefficients["intercept"] + fitted.coefficients["x"] * frame["x"]
    shares = [1 / (1 + np.exp(-(log_odds + extra))) for extra in (fitted.coefficients["a"], 0.0)]
    assert effects.coefficients["a"] == pytest.approx((shares[0] - shares[1]).mean(), abs=1e-12)


def test_a_group_in_which_everybody_has_the_outcome_has_no_maximum() -> None:
    frame = pupils().assign(y=lambda rows: rows["y"].where(rows["a"] == 0, 1.0))
    with pytest.raises(NoMaximumError):
        cell_regressions.logit(counted(frame, ["a", "b"]))


def test_a_rare_band_with_another_share_does_not_make_a_step_overshoot() -> None:
    """Four pupils of whom three have the outcome, beside 30,000 of whom 2% have it: a full first step lands nowhere."""
    sizes = {0.0: (30_000, 600), 1.0: (4, 3)}
    y = np.concatenate([np.repeat([1.0, 0.0], [with_it, n - with_it]) for n, with_it in sizes.values()])
    frame = pd.DataFrame({"a": np.repeat(list(sizes), [n for n, _ in sizes.values()]), "y": y})
    fitted = cell_regressions.logit(counted(frame.assign(location=np.arange(len(frame)) % 50), ["a"])).coefficients
    assert_allclose(fitted, [np.log(600 / 29_400), np.log(3 / 1) - np.log(600 / 29_400)], rtol=1e-8)


def test_terms_that_are_collinear_and_missing_values_are_refused() -> None:
    frame = pupils().assign(c=lambda rows: rows["a"] + rows["b"])
    with pytest.raises(ModelError, match="terms are collinear"):
        cell_regressions.least_squares(counted(frame, ["a", "b", "c"]))
    of_school = frame.assign(s=(frame["location"] < "S3").astype(float))
    with pytest.raises(ModelError, match="s: absorbed by the effects of schools"):
        cell_regressions.school_effects(counted(of_school, ["a", "s"]))
    with pytest.raises(ModelError, match=r"values are missing in a \(1\)"):
        counted(frame.assign(a=frame["a"].where(frame.index > 0)), ["a"])
