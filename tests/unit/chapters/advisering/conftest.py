"""Small worlds for the models of advice, and their true probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from true_effects import advice_probabilities

from analysis.advice_levels import advice_of_test
from analysis.chapters.advisering.models.definitions import Definitions, define
from analysis.synthetic.advice import make_advice, school_effects
from analysis.synthetic.advice_truth import AdviceTruth, group_dummies

TRUTH = replace(AdviceTruth(), years=(2015, 2016))


def small_city(pupils: int = 16_000, schools: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(1)
    school = rng.integers(0, schools, pupils)
    standing = rng.normal(size=pupils) + rng.normal(size=schools)[school]
    education = np.array(["laag", "middelbaar", "hoog"])[np.searchsorted(np.quantile(standing, [0.2, 0.5]), standing)]
    education[rng.uniform(size=pupils) < 0.1] = "onbekend"
    likely = np.where(education == "hoog", 0.3, 0.7)
    income = np.searchsorted([-0.5, 0.7], standing + rng.normal(size=pupils))
    by_pupil = pd.DataFrame(
        {
            "pupil": np.arange(pupils),
            "groep": rng.integers(1, 9, pupils),
            "education": education,
            "background": np.where(rng.uniform(size=pupils) < likely, "moroccan", "none"),
            "income": np.array(["low", "middle", "high"])[income],
            "one_parent": rng.uniform(size=pupils) < 0.25,
            "sex": rng.choice(["m", "v"], pupils),
            "location": np.char.add("S", school.astype(str)),
        }
    )
    share = (by_pupil["education"] == "hoog").groupby(by_pupil["location"]).mean()
    return by_pupil, share.rename("share_hoog").reset_index()


@dataclass(frozen=True)
class Worlds:
    """Worlds that differ in their seed only."""

    by_pupil: pd.DataFrame
    by_location: pd.DataFrame
    truth: AdviceTruth = TRUTH

    def __call__(self, seed: int, truth: AdviceTruth | None = None) -> pd.DataFrame:
        """Make the pupils of one world, as `define` returns them."""
        return define(self.raw(seed, truth), Definitions())

    def raw(self, seed: int, truth: AdviceTruth | None = None) -> pd.DataFrame:
        """Make the pupils of one world, as a register has them."""
        return make_advice(self.by_pupil, self.by_location, truth or self.truth, np.random.SeedSequence(seed))

    def large(self, seed: int, truth: AdviceTruth | None = None) -> pd.DataFrame:
        """Make a world eight times as large, with the true probabilities ``p_under, p_over, p_revised``."""
        truth, root = truth or self.truth, np.random.SeedSequence(seed)
        pupils = make_advice(self.by_pupil.assign(groep=8), self.by_location, truth, root)
        schools = school_effects(self.by_location, truth, root)["advice"]
        true = advice_probabilities(pupils, schools, truth).add_prefix("p_")
        odds = pupils["year"].map(truth.revision_year) + truth.revision.of(group_dummies(pupils))
        odds += truth.revision_whole * (advice_of_test(pupils) - pupils["advice_first"] >= 1)
        return define(pupils, Definitions()).join(true).assign(p_revised=1 / (1 + np.exp(-odds)))


@pytest.fixture(scope="session")
def worlds() -> Callable[..., pd.DataFrame]:
    return Worlds(*small_city())
