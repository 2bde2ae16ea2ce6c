"""Noise that lasts: within schools, within boards, from year to year."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from analysis.synthetic.staffing_truth import YEARS, Noise

Floats = NDArray[np.float64]


def fading(rng: np.random.Generator, rows: int, rho: float) -> Floats:
    """Draw stationary first-order autoregressions with variance one: rows x years."""
    shocks = rng.standard_normal((rows, len(YEARS)))
    shocks[:, 1:] *= np.sqrt(1 - rho**2)
    for year in range(1, len(YEARS)):
        shocks[:, year] += rho * shocks[:, year - 1]
    return shocks


def lasting(rng: np.random.Generator, board: NDArray[np.int64], noise: Noise) -> Floats:
    """Draw noise of schools (rows) over years (columns), shared in part by the schools of one board (its number)."""
    boards = int(board.max()) + 1
    by_board = noise.board * rng.standard_normal((boards, 1)) + noise.board_year * fading(rng, boards, noise.rho)
    by_school = noise.school * rng.standard_normal((len(board), 1)) + noise.year * fading(rng, len(board), noise.rho)
    return np.asarray(by_board[board] + by_school)


def normal_scores(values: Floats) -> Floats:
    """Replace values, column by column, by the standard normal quantiles of their ranks."""
    ranks = pd.DataFrame(values).rank().to_numpy().reshape(values.shape)
    return np.asarray(ndtri((ranks - 0.5) / len(values)))
