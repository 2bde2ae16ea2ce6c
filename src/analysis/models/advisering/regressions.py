"""Regressions of under-advice, over-advice, bijstelling and the position in year 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.models.advisering.sample import Sample


def headline(by_outcome: Mapping[str, Sample]) -> pd.DataFrame:
    """Estimate every outcome by the three headline models, each with both control variants.

    Parameters
    ----------
    by_outcome
        As `sample.samples` returns them.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome, factor, controls, n_least`` after it. ``model``: ``<outcome>_lpm_fe`` (linear
        probability, school effects), ``<outcome>_lpm`` (without school effects: tells the school's share of highly
        educated parents, which school effects absorb), ``<outcome>_logit_ame`` (average marginal effect of a logit),
        and ``position_year3`` (levels between position and advice, school effects). ``group`` is ``all``; ``factor``:
        ``education, background, income, one_parent, sex, share_hoog, year``; ``term``: ``laag, middelbaar, onbekend``
        (against hoog), ``nonwestern, western`` (against none), ``low_income, high_income`` (against middle),
        ``one_parent, girl, share_hoog`` (per 10 percentage points), ``year 2015`` ... (against the first year).
        ``controls``: ``mutual`` (all factors together) or ``alone`` (one factor, beside test band and year); ``unit``:
        ``share`` (0.05 is five percentage points; share_hoog: per 10 points) or ``levels``. ``n_least``: pupils in the
        smaller of the term's group and its reference.
    """
    raise NotImplementedError


def by_category(
    by_outcome: Mapping[str, Sample], by: str, factors: Sequence[str] = ("education", "background")
) -> pd.DataFrame:
    """Estimate how large the gaps are within each category of a column (school effects, mutual control).

    Parameters
    ----------
    by_outcome
        As `sample.samples` returns them.
    by
        ``year``, or a column of the rows such as ``region`` or ``urbanicity``.
    factors
        Whose gaps are told.

    Returns
    -------
    DataFrame
        As `headline`, with ``by`` after it; model ``<outcome>_lpm_fe_by_<by>``. ``group`` is the category for the gap
        within it, and ``<category> - <first category>`` for the difference with the first; for years also ``trend``: the
        change of the gap per year.
    """
    raise NotImplementedError


def advice_given_score(by_pupil_advice: pd.DataFrame) -> pd.DataFrame:
    """Ordered logit of the first advice given the test score, groups, school composition and year.

    Returns
    -------
    DataFrame
        As `headline`: model ``advice_ordered``; ``unit`` is ``log odds`` of a higher advice.
    """
    raise NotImplementedError
