"""Whom a regression of the advice is about: the outcome, its at-risk set, and who left and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

OUTCOMES = ("under", "over", "revised", "up_year3", "down_year3")


@dataclass(frozen=True)
class Sample:
    """The estimation sample of one outcome.

    Parameters
    ----------
    outcome
        One of `OUTCOMES`: ``under`` (first advice below the test's), ``over`` (above it), ``revised`` (bijstelling given
        under-advice), ``up_year3, down_year3`` (position in year 3 above, below the final advice).
    rows
        One row per pupil of the at-risk set: the columns that came in, ``y`` (0 or 1), ``distance`` (year 3 only: levels
        between position and advice) and ``band`` (text: the test's advice, and its scheme).
    account
        One row per step, in the form of `chapter.Chapter.account`: ``step, reason, pupils_in, pupils_out, pupils_kept,
        schools_out, schools_kept``. The last rows count schools with all 0 and all 1: they stay, as a linear model
        with school effects needs them for its mean, and tell nothing about differences within schools.
    """

    outcome: str
    rows: pd.DataFrame
    account: pd.DataFrame


def estimation_sample(
    by_pupil_advice: pd.DataFrame, outcome: str, *, years: Sequence[int] | None = None, step: float = 0.5
) -> Sample:
    """Select the pupils in whom an outcome can happen.

    Parameters
    ----------
    by_pupil_advice
        As `data.microdata` describes ``by_pupil_advice`` or ``by_pupil_advice_national``.
    outcome
        One of `OUTCOMES`.
    years
        First calendar years of the school years told; by default those in which bijstelling exists (2014/15 and later).
    step
        From how many levels on an advice deviates: 0.5 or 1.

    Raises
    ------
    ModelError
        For an unknown outcome, or if nobody is left.
    """
    raise NotImplementedError


def samples(
    by_pupil_advice: pd.DataFrame, outcomes: Sequence[str] = OUTCOMES, *, step: float = 0.5
) -> dict[str, Sample]:
    """Make the sample of every outcome, by name; see `estimation_sample`."""
    raise NotImplementedError


def accounts(by_outcome: dict[str, Sample]) -> pd.DataFrame:
    """Put the accounts of several samples under each other, ``outcome`` first."""
    raise NotImplementedError
