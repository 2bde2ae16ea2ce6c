"""Schools without consent: weights bring back what goes with who they are, bounds hold what may be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from analysis.chapters.leergroei.models import consent, growth, weights
from analysis.chapters.leergroei.models.weights import WEIGHT
from analysis.errors import ModelError


def without(rows, schools):
    return rows.assign(reason=np.where(rows["location"].isin(schools), "no_consent", "both"))


def by_school(simulate, change, **options):
    """Schools whose growth in the closure year changes by `change`, of pupils without noise between schools."""
    rows = simulate(schools=len(change), **options)
    return rows.assign(
        growth=rows["growth"] + rows["closure"] * np.asarray(change)[rows["location"].str[1:].astype(int)]
    )


def test_schools_with_and_without_consent_are_described(simulate, design):
    rows = without(simulate(schools=10), ["s09", "s08"])  # shares at risk 0, 0.1 ... 0.9
    estimates = consent.make_up(rows, design).set_index("consent")
    assert estimates["n_schools"].tolist() == [8, 2]
    assert estimates["n_pupils"].tolist() == [480, 120]
    assert_allclose(estimates["share_at_risk"], [0.35, 0.85])


def test_weights_bring_back_schools_that_differ_by_their_pupils_at_risk(simulate, design):
    """Schools lose 5 points times their share at risk: 2.45 over all, less over those with consent."""
    rng = np.random.default_rng(3)
    share = np.arange(80) / 80
    rows = by_school(simulate, -5 * share, per_school=40, noise=1.0)
    gone = [f"s{number:02d}" for number in np.flatnonzero(rng.random(80) < 0.8 * share)]
    rows = without(rows, gone)
    weighted = weights.for_consent(rows, design, 0.0)
    seen = weighted[weighted["reason"] == "both"]
    assert weighted.loc[weighted["reason"] == "no_consent", WEIGHT].isna().all()
    everybody = rows["share_at_risk"].mean()
    assert seen["share_at_risk"].mean() < everybody - 0.08
    assert np.average(seen["share_at_risk"], weights=seen[WEIGHT]) == pytest.approx(everybody, abs=0.03)


def test_where_all_gave_consent_all_weigh_one(simulate, design):
    assert weights.for_consent(simulate(), design, 0.01)[WEIGHT].eq(1).all()


def test_schools_that_are_separated_have_no_weights(simulate, design):
    rows = without(simulate(schools=12), [f"s{number:02d}" for number in range(8, 12)])
    with pytest.raises(ModelError) as caught:
        weights.for_consent(rows, design, 0.01)
    assert caught.value.reason.of_the_data


def test_how_far_the_mean_may_lie_from_what_is_seen():
    """A fifth unseen: z = 0.842, lambda = 0.350; 0.350 / sqrt(1 - 0.295 - 0.1225) = 0.459 of what is seen."""
    assert consent.beyond(0.2) == pytest.approx(0.4586, abs=5e-4)
    assert consent.beyond(0.0) == 0.0
    values = np.sort(stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000))
    for share in (0.05, 0.2, 0.5):
        seen = values[: int(len(values) * (1 - share))]  # the highest are not seen
        assert seen.mean() + consent.beyond(share) * seen.std() == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("poorest", "bound"), [(True, "lower"), (False, "upper")])
def test_the_bounds_are_reached_when_the_worst_or_the_best_schools_are_not_seen(simulate, design, poorest, bound):
    """Schools change by -1 point (sd 1.5), in standard deviations of growth of 5: -0.2 and 0.3."""
    change = np.sort(stats.norm.ppf((np.arange(100) + 0.5) / 100)) * 1.5 - 1
    rows = by_school(simulate, change, per_school=80, noise=5.0)
    gone = range(20) if poorest else range(80, 100)
    rows = without(rows, [f"s{number:02d}" for number in gone])
    seen = growth.standardised(rows, design)
    estimates = consent.bounds(seen, rows, growth.change(seen, design), design, draws=50, seed=1).set_index("term")
    assert estimates.loc[bound, "estimate"] == pytest.approx(-0.2, abs=0.05)
    assert (estimates["ci_low"] < estimates["estimate"]).all()
    assert (
        estimates.loc["lower", "estimate"]
        < growth.change(seen, design)["estimate"].item()
        < estimates.loc["upper", "estimate"]
    )


def test_without_enough_schools_there_are_no_bounds(simulate, design):
    rows = without(simulate(schools=5), ["s04"])
    seen = growth.standardised(rows, design)
    estimates = consent.bounds(seen, rows, growth.change(seen, design), design, draws=50, seed=1)
    assert estimates["estimate"].isna().all()
