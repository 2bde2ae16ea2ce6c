import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from analysis.chapters.leergroei.models import regression_to_mean
from analysis.chapters.leergroei.models.sample import Groups

GROUPS = Groups()


def standings(shift=0.0, correlation=0.89, number=40_000, seed=6):
    """Pupils whose standings on both tests are normal with a correlation; `shift` in the closure year."""
    rng = np.random.default_rng(seed)
    m = rng.normal(size=number)
    closure = (np.arange(number) % 2).astype(float)
    e = correlation * m + np.sqrt(1 - correlation**2) * rng.normal(size=number) + shift * closure
    levels = np.array(["V", "IV", "III", "II", "I"])
    return pd.DataFrame(
        {
            "pupil": np.arange(number) // 2,
            "subject": "rekenen",
            "groep": 7,
            "reason": "both",
            "year": np.where(closure == 1, "2019/20", "2018/19"),
            "closure": closure,
            "location": (np.arange(number) // 2 % 50).astype(str),
            "standing_m": m,
            "standing_e": e,
            "norm_growth": e - m,
            "growth": 20 * (e - m),
            "level_m": levels[(ndtr(m) * 5).astype(int)],
            "level_e": levels[(ndtr(e) * 5).astype(int).clip(max=4)],
            "prior_percentile": 100 * ndtr(0.8 * m + 0.6 * rng.normal(size=number)),
        }
    )


def by_term(rows, design, level="level I"):
    estimates = regression_to_mean.expected_and_observed(rows, design, GROUPS)
    return estimates[estimates["category"] == level].set_index("term")["estimate"]


def test_level_one_falls_without_any_closure(design):
    estimates = by_term(standings(), design)
    # with r = .89 level I, at a mean of 1.40 sd, falls (1 - .89) x 1.40 = .154 sd, and 26.3% drop
    assert estimates["growth_expected"] == pytest.approx(-0.154, abs=0.012)
    assert estimates["drop_expected"] == pytest.approx(0.263, abs=0.008)
    assert estimates["drop_closure"] == pytest.approx(0.263, abs=0.015)


def test_a_closure_shows_as_the_distance_from_what_was_expected(design):
    estimates = by_term(standings(shift=-0.08), design)
    assert estimates["drop_expected"] == pytest.approx(0.263, abs=0.008)
    assert estimates["drop_closure"] == pytest.approx(0.311, abs=0.015)
    assert estimates["growth_closure"] - estimates["growth_expected"] == pytest.approx(-0.08, abs=0.01)


def test_the_lowest_level_has_growth_and_no_drop(design):
    estimates = by_term(standings(), design, "level V")
    assert set(estimates.index) == {"growth_expected", "growth_before", "growth_closure"}
    assert estimates["growth_expected"] == pytest.approx(0.154, abs=0.012)


def test_by_the_level_of_the_year_before_the_closure_is_the_same_for_all(design):
    rows = standings(shift=-0.1)
    estimates = regression_to_mean.change_by_prior_level(rows, design, GROUPS)
    sd = rows.loc[rows["closure"] == 0, "norm_growth"].std()
    assert estimates["category"].tolist() == [f"level {level} the year before" for level in GROUPS.levels]
    assert estimates["estimate"].to_numpy() == pytest.approx(-0.1 / sd, abs=0.08)


def test_pupils_without_a_test_the_year_before_are_left_out(design):
    rows = standings()
    rows.loc[rows.index < 20_000, "prior_percentile"] = np.nan
    estimates = regression_to_mean.change_by_prior_level(rows, design, GROUPS)
    assert estimates["n_obs"].sum() == 20_000
