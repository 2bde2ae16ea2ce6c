"""The estimates of a model by each method: random effects of schools, two steps and one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.effects import RANDOM_EFFECTS, RandomEffects, SchoolEffects
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.two_step import TwoStep, TwoSteps, two_step_covariance

ONE_STEP, TWO_STEPS = "one_step", "two_steps"


@dataclass(frozen=True, eq=False)
class Estimated:
    """The estimates of one model by one method.

    Parameters
    ----------
    method
        Name of the method.
    params, covariance
        Of the terms of the model.
    share
        Probabilities by the model: situations x schools.
    df
        Degrees of freedom of Student's t for intervals and p-values; normal where infinite.
    """

    method: str
    params: pd.Series
    covariance: pd.DataFrame
    share: Floats
    df: float = np.inf

    @classmethod
    def in_one_step(cls, fit: GroupFit) -> Estimated:
        """Return what the model itself estimates."""
        return cls(ONE_STEP, fit.result.params, fit.covariance, fit.probabilities)

    @classmethod
    def in_two_steps(cls, fit: GroupFit, found: TwoStep) -> Estimated:
        """Return what two steps estimate; the probabilities are those of one."""
        return cls(TWO_STEPS, *two_step_covariance(fit, found), fit.probabilities, found.df)

    @classmethod
    def with_effects(cls, found: RandomEffects) -> Estimated:
        """Return what random effects of schools estimate."""
        return cls(RANDOM_EFFECTS, found.params, found.covariance, found.share, found.df)


def methods(fit: GroupFit, effects: SchoolEffects, steps: TwoSteps) -> Iterator[Estimated]:
    """Yield the estimates of a model that there are."""
    key = fit.model, fit.group
    if key in effects.found:
        yield Estimated.with_effects(effects.found[key])
    if key in steps.found:
        yield Estimated.in_two_steps(fit, steps.found[key])
    yield Estimated.in_one_step(fit)
