"""The test is noisy: the same gap by least squares, with the test instrumented by the LOVS, and given the LOVS."""

from __future__ import annotations

import pandas as pd

from analysis.models.advisering.sample import Sample


def measurement_error(sample: Sample) -> pd.DataFrame:
    """Estimate the gaps at equal test score three ways; school effects swept out, the score linear.

    Returns
    -------
    DataFrame
        As `regressions.headline` (controls ``mutual``): models ``<outcome>_ols`` (the score as it is: the gap of a group
        with lower scores is overstated), ``<outcome>_iv`` (the score instrumented by the earlier LOVS score) and
        ``<outcome>_lovs`` (the LOVS score added as a control). Terms also ``cet`` (per 10 points) and ``lovs``.
    """
    raise NotImplementedError


def first_stage(sample: Sample) -> pd.DataFrame:
    """Tell how strong the instrument is: one row, ``outcome, slope, std_error, partial_r2, f_statistic, n_obs, n_clusters``."""
    raise NotImplementedError
