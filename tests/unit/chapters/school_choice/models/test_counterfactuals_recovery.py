"""Over many small villages: do the intervals of other worlds hold what truly happens there?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models.counterfactuals import modelled
from analysis.chapters.school_choice.models.groups import fit_groups
from analysis.chapters.school_choice.models.logit import design, fit_logit, probabilities
from analysis.chapters.school_choice.models.population import summary
from analysis.chapters.school_choice.models.residence import shapley
from analysis.chapters.school_choice.models.worlds import FACTORS, FIT, NO_TASTE, Models, simulate

from .conftest import FORMULA, TASTES, known

WORLDS = 250
DRAWS = 60


def changes_of(drawn):
    """Draws of dissimilarity as the models predict it, of its change without a taste for composition, and of a part."""
    values = {name: each[:, 0] for name, each in drawn.indices.items()}
    parts = shapley({name: each for name, each in values.items() if isinstance(name, frozenset)}, FACTORS)
    return {
        "dissimilarity as the models predict": values[FIT],
        "change of dissimilarity without a taste for composition": values[NO_TASTE] - values[FIT],
        "residence in dissimilarity (Shapley)": parts["residence"],
    }


@pytest.mark.slow
def test_intervals_of_other_worlds_hold_what_happens_in_a_cohort(village, record_property):
    """The same homes and tastes every time; a cohort chooses, models are estimated, another cohort is predicted."""
    village = replace(village, situations=village.situations.assign(pc4=np.arange(600) // 5))
    shares = {group: probabilities_of(village, group, tastes) for group, tastes in TASTES.items()}
    common = fit_logit(expecting(village, shares), FORMULA)
    truth = Models(
        FORMULA, {group: known(each) for group, each in TASTES.items()}, known(common.params), ["share_hoog"]
    )
    happens = changes_of(simulate(village, truth, {}, draws=WORLDS, seed=1))
    held = dict.fromkeys(happens, 0)
    for world in range(WORLDS):
        cohort = chosen_by(village, shares, np.random.default_rng(world))
        choosers, models = modelled(
            cohort, fit_groups({"entry_cohort": cohort}, FORMULA).of("entry_cohort"), ["share_hoog"]
        )
        for name, draws in changes_of(simulate(choosers, models, {}, draws=DRAWS, seed=world)).items():
            interval = summary(draws)
            held[name] += interval["ci_low"] <= happens[name][world] <= interval["ci_high"]
    for name, number in held.items():
        record_property(f"school choice, {name}, drawn cohort", number / WORLDS)
        assert 0.92 <= number / WORLDS <= 0.98, (name, number)


def probabilities_of(village, group, tastes):
    return probabilities(design(village.of(group), FORMULA), pd.Series(tastes))


def expecting(village, shares):
    """Return the choosers with probabilities for choices: what one model of all choosers comes to in the long run."""
    whole = np.empty(village.distance_km.shape)
    for group, each in shares.items():
        whole[(village.situations["group"] == group).to_numpy()] = each
    index = pd.MultiIndex.from_product(
        [village.situations.index, village.schools.index], names=village.chosen.index.names
    )
    return replace(village, chosen=pd.Series(whole.ravel(), index=index))


def chosen_by(village, shares, rng):
    """Let every chooser choose anew."""
    chosen = np.empty(len(village.situations), dtype=int)
    for group, each in shares.items():
        rows = (village.situations["group"] == group).to_numpy()
        chosen[rows] = (each.cumsum(axis=1) > rng.random(len(each))[:, None]).argmax(axis=1)
    index = pd.MultiIndex.from_arrays(
        [village.situations.index, village.schools.index[chosen]], names=village.chosen.index.names
    )
    return replace(village, chosen=pd.Series(1, index=index))
