"""A matched comparison near the cut-off: every eligible school beside the most alike school that just missed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit
from analysis.stats.placebo import BOARD, RANK
from analysis.stats.regression import fit_where_determined

ALIKE = 1e-9  # a deviation below this part of the values is rounding, and a direction below it a copy of the others


@dataclass(frozen=True)
class Matched:
    """Schools within the window that are compared.

    Parameters
    ----------
    rows : Eligible schools (``eligible`` 1, ``weight`` 1) and their matches (``weight``: how often each is one).
    balance
        Per trait: ``trait, eligible, all_others`` (within the window), ``matched`` means, and ``gap_before, gap_after``
        in standard deviations.
    n_unmatched : Eligible schools in the window without a match (no other school with the same `exact` traits).
    """

    rows: pd.DataFrame
    balance: pd.DataFrame
    n_unmatched: int

    def effect(self, outcome: str) -> Fit:
        """Compare the outcome of eligible schools with that of their matches; the term is ``eligible``."""
        return fit_where_determined(self.rows, outcome, ["eligible"], cluster=BOARD, weights="weight")


def match(by_school: pd.DataFrame, traits: Sequence[str], *, window: float, exact: Sequence[str] = ()) -> Matched:
    r"""Match every eligible school near the cut-off to its nearest neighbour among the others, with replacement.

    Parameters
    ----------
    by_school
        One row per school: ``rank`` (percent of the locations from the cut-off), traits from before the start, and
        what is compared later.
    traits : Numeric; distance is Mahalanobis', :math:`(x_i - x_j)' S^{-1} (x_i - x_j)`, `S` over the window.
    window : Schools at most this far from the cut-off.
    exact : Columns that must be equal.

    Returns
    -------
    Matched
        The schools that are compared, and their balance.

    Notes
    -----
    The error of the comparison treats the matches as given; schools are clustered by board, also across pairs.

    Raises
    ------
    ModelError
        If a trait is missing, or no eligible school has a match.
    """
    check_complete(by_school, [RANK, *traits, *exact], "matching")
    near = by_school[by_school[RANK].abs() <= window].reset_index(drop=True)
    eligible = (near[RANK] >= 0).to_numpy()
    if eligible.all() or not eligible.any():
        raise ModelError(f"within {window} of the cut-off there are schools on one side only", Reason.EMPTY)
    partner = _partners(near, eligible, traits, exact)
    matched = partner[partner >= 0]
    if len(matched) == 0:
        raise ModelError(f"no school within {window} of the cut-off has a match", Reason.EMPTY)
    weight = np.bincount(matched, minlength=len(near)).astype(float)
    weight[np.flatnonzero(eligible)[partner >= 0]] = 1.0
    rows = near.assign(eligible=eligible.astype(float), weight=weight)[weight > 0]
    return Matched(rows, _balance(near, eligible, rows, traits), int((partner < 0).sum()))


def _partners(
    near: pd.DataFrame, eligible: NDArray[np.bool_], traits: Sequence[str], exact: Sequence[str]
) -> NDArray[np.intp]:
    """Row of the nearest other school of every eligible one; -1 where none is alike in the exact traits."""
    X = near[list(traits)].to_numpy(float)
    X = X @ _whitening(X)
    cell = near.groupby(list(exact)).ngroup().to_numpy() if exact else np.zeros(len(near), dtype=np.int64)
    others = np.flatnonzero(~eligible)
    gaps = ((X[eligible][:, None] - X[others][None]) ** 2).sum(axis=2)
    gaps = np.where(cell[eligible][:, None] == cell[others][None], gaps, np.inf)
    nearest = gaps.argmin(axis=1)
    return np.where(np.isfinite(gaps[np.arange(len(gaps)), nearest]), others[nearest], -1)


def _whitening(X: Floats) -> Floats:
    """Scale traits so that their distance is Mahalanobis', standardised first: units do not decide what is alike."""
    sd = X.std(axis=0, ddof=1)
    differs = sd > ALIKE * np.abs(X).max(axis=0, initial=0.0)
    scale = np.divide(1.0, sd, out=np.zeros_like(sd), where=differs)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X * scale, rowvar=False)))
    varies = values > ALIKE * max(values.max(initial=0.0), 1.0)
    return np.asarray(scale[:, None] * vectors[:, varies] / np.sqrt(values[varies]))


def _balance(
    near: pd.DataFrame, eligible: NDArray[np.bool_], rows: pd.DataFrame, traits: Sequence[str]
) -> pd.DataFrame:
    names = list(traits)
    matches = rows[rows["eligible"] == 0]
    treated = rows.loc[rows["eligible"] == 1, names].mean()
    others = near.loc[~eligible, names].mean()
    matched = matches[names].mul(matches["weight"], axis=0).sum() / matches["weight"].sum()
    sd = near[names].std()
    return pd.DataFrame(
        {
            "trait": names,
            "eligible": treated.to_numpy(),
            "all_others": others.to_numpy(),
            "matched": matched.to_numpy(),
            "gap_before": ((treated - others) / sd).to_numpy(),
            "gap_after": ((treated - matched) / sd).to_numpy(),
        }
    )
