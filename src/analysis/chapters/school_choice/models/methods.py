"""The estimates of a model by each method: random effects of schools, two steps and one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Floats
from analysis.chapters.school_choice.models.effects import RANDOM_EFFECTS, RandomEffects
from analysis.chapters.school_choice.models.groups import GroupFit
from analysis.chapters.school_choice.models.two_step import TWO_STEPS, TwoStep


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


def methods(fit: GroupFit, effects: RandomEffects | None = None, steps: TwoStep | None = None) -> Iterator[Estimated]:
    """Yield the estimates of a model by every method: random effects, two steps and one.

    Parameters
    ----------
    fit
        The model, estimated in one step.
    effects, steps
        Its estimates by the other methods; None where there are none.

    Returns
    -------
    iterator of Estimated
        Those of two steps have the probabilities of one.
    """
    if effects is not None:
        yield Estimated(RANDOM_EFFECTS, effects.params, effects.covariance, effects.share, effects.df)
    if steps is not None:
        yield Estimated(TWO_STEPS, *steps.all_terms(list(fit.design.terms)), fit.probabilities, steps.df)
    yield Estimated("one_step", fit.result.params, fit.covariance, fit.probabilities)
