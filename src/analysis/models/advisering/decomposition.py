"""What a raw gap is made of: the decomposition of Gelbach."""

from __future__ import annotations

import pandas as pd

from analysis.models.advisering.sample import Sample


def gelbach(sample: Sample, terms: tuple[str, ...] = ("laag", "nonwestern")) -> pd.DataFrame:
    """Decompose the raw gap of a group into what goes with each control, and the rest.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome, part, share_of_raw, n_least`` after it; model ``<outcome>_gelbach``; ``term`` is
        the group (``laag``: against hoog; ``nonwestern``: against none). ``part``, in this order: ``raw`` (given year
        alone), one row per control block (``test band, education`` or ``background, income, one_parent, sex, school``),
        ``rest`` (the coefficient of the full model, ``<outcome>_lpm_fe``). The rows after ``raw`` sum to it exactly.
    """
    raise NotImplementedError
