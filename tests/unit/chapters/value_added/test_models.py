import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from analysis.chapters.value_added import models as value_added


@pytest.fixture(scope="module")
def by_pupil():
    """Pupils of forty schools: the later language score has half a point per point before, and schools that add."""
    rng = np.random.default_rng(2)
    school = np.repeat(np.arange(40), 25)
    iq = rng.normal(12, 2, school.size)
    before = 10 + 2 * iq + rng.normal(0, 3, school.size)
    after = 5 + 0.5 * before + iq + 2 * rng.normal(size=40)[school] + rng.normal(0, 3, school.size)
    return pd.DataFrame(
        {
            "school": school,
            "iq_verbal": iq,
            "ses": rng.normal(28, 10, school.size),
            "minority": rng.random(school.size) < 0.1,
            "language_pre": before,
            "language_post": after,
        }
    )


def term(estimates, model, name):
    return estimates[(estimates["model"] == model) & (estimates["term"] == name)].iloc[0]


def test_standard_scores_are_those_of_the_pupils(by_pupil):
    rows = value_added.standardised(by_pupil, ["language"])
    assert_allclose(rows[["language_pre", "language_post", "iq_verbal", "ses"]].mean(), 0, atol=1e-12)
    assert_allclose(rows[["language_pre", "language_post", "iq_verbal", "ses"]].std(), 1)


def test_the_textbook_centres_iq(by_pupil):
    estimates = value_added.textbook(by_pupil)
    assert list(dict.fromkeys(estimates["model"])) == ["empty", "iq", "iq_slope"]
    assert term(estimates, "empty", "variance_intercept")["estimate"] > 0
    # 0.5 x 2 by way of the earlier test, and 1 besides.
    assert_allclose(term(estimates, "iq", "iq")["estimate"], 2.0, atol=0.2)


def test_growth_and_the_later_score_at_equal_earlier_score_answer_differently(by_pupil):
    estimates = value_added.growth_by_background(by_pupil, ["language"])
    gain, ancova = (term(estimates, model, "iq_verbal")["estimate"] for model in ("gain", "ancova"))
    earlier = term(estimates, "ancova", "earlier_test")["estimate"]
    assert 0 < earlier < 1
    assert gain < ancova
    assert set(estimates["unit"]) == {"sd of the test"}


def test_value_added_is_less_than_raw_differences_and_never_by_school(by_pupil):
    estimates, spread = value_added.value_added(by_pupil, ["language"])
    raw, added = (term(estimates, model, "variance_residual")["estimate"] for model in ("raw", "value_added"))
    assert added < raw
    assert "school" not in spread.columns
    assert spread["n_schools"].unique().tolist() == [40]
    between = term(estimates, "value_added", "variance_intercept")["estimate"]
    # All schools have 25 pupils, so all have one reliability.
    assert_allclose(spread["reliable"], between / (between + added / 25))


def test_ranks_by_score_and_by_value_added_are_compared(by_pupil):
    agreement = value_added.rank_agreement(by_pupil, ["language"]).iloc[0]
    assert 0 < agreement["rank_correlation"] <= 1
    assert agreement["n_schools"] == 40
