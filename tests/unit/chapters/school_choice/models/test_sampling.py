import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.distances import distances
from analysis.chapters.school_choice.models.logit import design, fit_logit, probabilities
from analysis.chapters.school_choice.models.sampling import sampled, some
from analysis.errors import ModelError
from analysis.stats import conditional_logit

FORMULA = "distance_km + log_distance + share_hoog"
TRUTH = pd.Series({"distance_km": -0.3, "log_distance": -1.0, "share_hoog": 0.3})


@pytest.fixture(scope="module")
def town():
    """Three thousand pupils who choose from forty schools by `TRUTH`."""
    rng = np.random.default_rng(8)
    n, j = 3000, 40
    places = {"lat": lambda size: rng.uniform(52.32, 52.42, size), "lon": lambda size: rng.uniform(4.80, 4.98, size)}
    homes = pd.DataFrame({name: draw(n) for name, draw in places.items()}, index=pd.RangeIndex(n, name="situation"))
    homes = homes.assign(group="all", pc4=np.arange(n) // 20)
    names = pd.Index([f"s{number:02}" for number in range(j)], name="location")
    schools = pd.DataFrame({name: draw(j) for name, draw in places.items()}, index=names)
    schools = schools.assign(share_hoog=rng.random(j))
    km, names_of = distances(homes, schools), ["situation", "location"]
    nobody = pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[], []], names=names_of))
    shares = probabilities(design(Choosers(homes, schools, km, nobody), FORMULA), TRUTH)
    chosen = (shares.cumsum(axis=1) > rng.random(n)[:, None]).argmax(axis=1)
    index = pd.MultiIndex.from_arrays([homes.index, names[chosen]], names=names_of)
    return Choosers(homes, schools, km, pd.Series(1, index=index))


def test_a_set_holds_the_nearest_schools_the_school_attended_and_a_sample_of_the_rest(town):
    sample = sampled(town, FORMULA, number=6, seed=1)
    sets = sample.attributes.groupby(level=0).size()
    assert set(sets) == {14}
    assert sample.attributes.index.is_unique
    assert sample.choices.index.isin(sample.attributes.index).all()
    nearest = town.schools.index[town.distance_km[5].argsort()[:8]]
    assert list(sample.attributes.loc[5].index[:8]) == list(nearest)
    # 32 schools are far, of which 6 are in the set: a chance of 6 in 32.
    assert sample.offset.loc[5].tolist() == pytest.approx([0.0] * 8 + [np.log(32 / 6)] * 6)


def test_attributes_are_those_of_the_full_set(town):
    sample, full = sampled(town, FORMULA, number=3, seed=1), design(town, FORMULA).rows()
    assert sample.attributes.to_numpy() == pytest.approx(full.loc[list(sample.attributes.index)].to_numpy())


def test_with_the_offset_the_estimates_are_those_of_the_full_set_within_error(town):
    full = fit_logit(town, FORMULA)
    result = sampled(town, FORMULA, number=6, seed=1).estimate()
    # Less data, so a larger error: what the sample adds has the variance by which the two differ (Hausman 1978).
    extra = np.sqrt(np.diag(result.covariance) - np.diag(full.covariance))
    assert (np.abs(result.params - full.params) < 3 * extra).all()
    assert (extra < np.sqrt(np.diag(full.covariance))).all()


def test_without_the_offset_they_would_be_of_the_sampling_and_are_refused(town):
    sample, full = sampled(town, FORMULA, number=6, seed=1), fit_logit(town, FORMULA)
    with pytest.raises(ModelError, match="no offset corrects it"):
        conditional_logit.fit(sample.attributes, sample.choices)
    unmarked = pd.DataFrame(sample.attributes.to_numpy(), sample.attributes.index, sample.attributes.columns)
    wrong = conditional_logit.fit(unmarked, sample.choices)
    error = np.sqrt(np.diag(full.covariance))
    assert np.abs((wrong.params - full.params) / error).max() > 5


def test_a_sample_of_all_far_schools_is_the_full_set(town):
    few = town.to_schools(town.schools.index[:12])
    few_far, full = sampled(few, FORMULA, number=4, seed=1), fit_logit(few, FORMULA)
    assert (few_far.offset == 0).all()
    assert few_far.estimate().params.to_numpy() == pytest.approx(full.params.to_numpy(), rel=1e-6)


def test_a_seed_gives_the_same_sample(town):
    one, same, other = (sampled(town, FORMULA, number=4, seed=seed).attributes for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_some_choosers_can_be_kept_with_all_schools(town):
    drawn = some(town, 50, seed=1)
    assert (drawn.number, len(drawn.situations), len(drawn.schools)) == (50, 50, 40)
    assert drawn.chosen.index.isin(town.chosen.index).all()
    assert some(town, 3000, seed=1) is town


def test_a_sample_needs_a_far_school(town):
    with pytest.raises(ModelError, match="at least one far school"):
        sampled(town, FORMULA, number=0, seed=1)
