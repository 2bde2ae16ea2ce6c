"""Schools, not pupils: the mean advice of a school against its test score and schoolweging (real open data)."""

from __future__ import annotations

import pandas as pd


def estimates(by_school_advice: pd.DataFrame, *, municipality: str | None = None) -> pd.DataFrame:
    """Regress the mean advice level of schools, weighted by advices.

    Parameters
    ----------
    by_school_advice
        One row per school and school year: ``location, year`` (first calendar year), ``municipality, advices, level``
        (mean number of the level), ``score`` (mean end-test score, standardised within its provider), ``schoolweging``.
    municipality
        Only its schools, errors robust per school; by default all schools, errors clustered by municipality.

    Returns
    -------
    DataFrame
        In the one form, with ``controls, n_least`` after it: model ``school_level`` (``controls`` ``mutual`` and
        ``alone``), ``group`` the region; terms ``score, schoolweging, no_test`` (year 2019/20, without end test, against
        the years after it), ``no_test:schoolweging`` and ``no_test:score``. Unit: levels (schoolweging: per 10).
    """
    raise NotImplementedError


def points(by_school_advice: pd.DataFrame) -> pd.DataFrame:
    """Tell the mean level by band of schoolweging and year: ``band, year, level, level_low, level_high, schools, advices``."""
    raise NotImplementedError


def account(by_school_advice_all: pd.DataFrame) -> pd.DataFrame:
    """Count which schools left, and why, in the form of `chapter.Chapter.account`."""
    raise NotImplementedError
