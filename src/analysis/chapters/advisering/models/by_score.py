"""The models that use scores: of the test, of the LOVS. Each has the pupils of whom its scores are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from analysis.chapters.advisering.models import ecological, instrument, ordered
from analysis.chapters.advisering.models.sample import Sample
from analysis.language import word
from analysis.run.remembered import remembered

ORDERED, ERROR, SCHOOLS = word("advice given the score"), word("error of the test"), word("mean advice of schools")
USED = {ORDERED: ("cet", "advice_first"), ERROR: ("cet", "lovs"), SCHOOLS: ("cet", "advice_first", "share_hoog")}
"""Columns by model, for `sample.parts`."""

MODELS: Mapping[str, Callable[[Sample], pd.DataFrame]] = {
    ORDERED: lambda sample: ordered.advice_given_score(sample.rows),
    ERROR: instrument.measurement_error,
    SCHOOLS: ecological.school_level,
}


@remembered
def estimates(given: Mapping[str, Sample]) -> list[pd.DataFrame]:
    """Estimate each of `MODELS` that has a sample.

    Parameters
    ----------
    given : samples of under-advice by model, as `sample.parts` returns them

    Returns
    -------
    list of DataFrame : estimates in the form of `regressions.headline`
    """
    return [fit(given[name]) for name, fit in MODELS.items() if name in given]


def first_stage(given: Mapping[str, Sample]) -> pd.DataFrame:
    """Estimate how strong the LOVS is as an instrument for the score.

    Parameters
    ----------
    given : as in `estimates`

    Returns
    -------
    DataFrame : as `instrument.first_stage`; no row where there is no LOVS, or no score
    """
    if ERROR not in given:
        return pd.DataFrame(columns=list(instrument.FIRST_STAGE))
    return instrument.first_stage(given[ERROR])
